"""Notices arrive whole, name no secret, and never fail what they tell of."""

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from pegbar.notify import Notice, NotifySettings, send
from pegbar.settings import Settings
from pegbar.web import WebSettings

TOKEN = "T0KEN-that-is-nobodys-business"
NOTICE = Notice(event="night_done", text="2 new from <!channel> & co", fields={"num_new_films": 2})


class Chat(HTTPServer):
    """A chat's webhook: keeps what it is told, answers with `status`."""

    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.told: list[tuple[str, dict[str, object]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/services/{TOKEN}"


class _Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Chat)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append((self.path, json.loads(body)))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def chat() -> Iterator[Chat]:
    with Chat() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def settings_of(home: Path, url: str | None = None, **notify: object) -> Settings:
    if url is not None:
        (home / "webhook").write_text(f"{url}\n")
        notify["webhook_file"] = "webhook"
    web = WebSettings(allowed_hosts=("127.0.0.1",))
    return Settings(home=home, web=web, notify=NotifySettings.model_validate(notify))


def keeping(path: Path) -> tuple[str, ...]:
    return (sys.executable, "-c", f"import sys; open({str(path)!r}, 'w').write(sys.stdin.read())")


def test_a_webhook_gets_text_that_calls_nobody_and_fields(tmp_path: Path, chat: Chat) -> None:
    assert send(settings_of(tmp_path, chat.url), NOTICE) == 0
    ((path, told),) = chat.told
    assert path == f"/services/{TOKEN}"
    assert told == {
        "event": "night_done",
        "text": "2 new from &lt;!channel&gt; &amp; co",
        "fields": {"num_new_films": 2},
    }


def test_a_command_reads_the_notice_from_its_standard_input(tmp_path: Path) -> None:
    assert send(settings_of(tmp_path, command=keeping(tmp_path / "told.json")), NOTICE) == 0
    assert json.loads((tmp_path / "told.json").read_text()) == NOTICE.model_dump()


def test_what_nobody_asked_for_is_not_told(tmp_path: Path, chat: Chat) -> None:
    settings = settings_of(tmp_path, chat.url, command=keeping(tmp_path / "told.json"), events=("run_died",))
    assert send(settings, NOTICE) == 0
    assert chat.told == []
    assert not (tmp_path / "told.json").exists()


def test_what_fails_is_counted_and_warned_of_without_the_token(
    tmp_path: Path, chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    chat.status = 500
    assert send(settings_of(tmp_path, chat.url, command=("false",)), NOTICE) == 2
    refused, ended = [record.getMessage() for record in caplog.records]
    assert "answered 500" in refused
    assert "exit code 1" in ended
    assert TOKEN not in caplog.text


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"http://10.0.0.1/{TOKEN}", "10.0.0.1"),
        (f"ftp://chat.example/{TOKEN}", "http"),
        (f"not an address {TOKEN}", ""),
        ("", ""),
        (f"http://127.0.0.1:9/{TOKEN}", "127.0.0.1"),
    ],
)
def test_an_address_that_cannot_be_asked_is_a_warning_without_the_token(
    tmp_path: Path, url: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert send(settings_of(tmp_path, url), NOTICE) == 1
    (warning,) = caplog.records
    assert said in warning.getMessage()
    assert TOKEN not in caplog.text


@pytest.mark.parametrize(
    ("command", "said"),
    [(("no-such-program",), "cannot be run"), (("sleep", "60"), "did not end within"), (("a\0b",), "cannot be run")],
)
def test_a_command_that_is_missing_or_hangs_is_a_warning(
    tmp_path: Path, command: tuple[str, ...], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert send(settings_of(tmp_path, command=command, command_seconds=0.2), NOTICE) == 1
    assert said in caplog.text


def test_a_webhook_file_that_is_missing_or_no_text_is_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert send(settings_of(tmp_path, webhook_file="nowhere"), NOTICE) == 1
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    assert send(settings_of(tmp_path, webhook_file="bytes"), NOTICE) == 1
    assert caplog.text.count("cannot be read") == 2


def test_nobody_is_told_unless_somebody_is_named(tmp_path: Path) -> None:
    assert send(Settings(home=tmp_path), NOTICE) == 0
