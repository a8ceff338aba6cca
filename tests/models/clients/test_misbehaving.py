"""A server that misbehaves: what is tried again, what is not, and that all of it ends."""

import time
import traceback
from pathlib import Path

import pytest
from language_questions import KEY, KEY_VARIABLE, QUICK, calls_to, fox
from servers import language_server
from servers.language_server import Fault, LanguageServer
from servers.processes import free_port

from models.clients import GeminiConfig, OpenAIConfig
from pegbar.calls import CallBudget, MemoryMeter
from pegbar.errors import ProviderError

OPENAI = OpenAIConfig(model="gpt-4o")
both = pytest.mark.parametrize("config", [OPENAI, GeminiConfig(model="gemini-2.5-flash")], ids=["openai", "gemini"])


@both
@pytest.mark.parametrize("fault", ["429", "429 for an hour", "500", "502", "503", "cut", "half body", "drip"])
def test_what_may_pass_is_tried_again_and_paid_once(
    server: LanguageServer, tmp_path: Path, config: OpenAIConfig | GeminiConfig, fault: Fault
) -> None:
    server.faults = [fault]
    meter = MemoryMeter(CallBudget())
    reply = config.build(calls_to(server, tmp_path, meter)).ask(fox())
    assert reply.num_answers == 1
    assert len(server.asked) == 2
    assert len({asked.headers["idempotency-key"] for asked in server.asked}) == 1
    assert server.num_paid == 1
    assert meter.spent.num_calls == 1


@both
@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("400", "status 400"),
        ("401", "status 401"),
        ("403", "status 403"),
        ("404", "status 404"),
        ("redirect", "redirects to localhost"),
        ("huge", "larger than 1048576 bytes"),
        ("packed", "packed"),
    ],
)
def test_what_will_not_pass_is_asked_once(
    server: LanguageServer, tmp_path: Path, config: OpenAIConfig | GeminiConfig, fault: Fault, says: str
) -> None:
    server.faults = [fault]
    with pytest.raises(ProviderError, match=says) as caught:
        config.build(calls_to(server, tmp_path)).ask(fox())
    assert len(server.asked) == 1
    assert caught.value.remedy.endswith("then: pegbar resume")
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_a_refused_key_names_its_variable(server: LanguageServer, tmp_path: Path) -> None:
    server.faults = ["401"]
    with pytest.raises(ProviderError, match="401") as caught:
        OPENAI.build(calls_to(server, tmp_path)).ask(fox())
    assert KEY_VARIABLE in caught.value.remedy


def test_tries_end(server: LanguageServer, tmp_path: Path) -> None:
    server.faults = ["503"] * 9
    meter = MemoryMeter(CallBudget())
    with pytest.raises(ProviderError, match="503"):
        OPENAI.build(calls_to(server, tmp_path, meter)).ask(fox())
    assert len(server.asked) == QUICK.max_attempts
    assert meter.spent.num_calls == 1


def test_a_server_may_ask_for_patience(server: LanguageServer, tmp_path: Path) -> None:
    server.faults = ["429 for a second"]
    started = time.monotonic()
    patient = QUICK.but(max_wait_seconds=5)
    OPENAI.build(calls_to(server, tmp_path, limits=patient)).ask(fox())
    assert 1.0 <= time.monotonic() - started < 3.0


def test_a_byte_at_a_time_is_cut_off_for_good(server: LanguageServer, tmp_path: Path) -> None:
    server.faults = ["drip"] * 9
    started = time.monotonic()
    limits = QUICK.but(max_attempt_seconds=5, max_call_seconds=0.5)
    with pytest.raises(ProviderError, match=r"nothing within 0\.5 s"):
        OPENAI.build(calls_to(server, tmp_path, limits=limits)).ask(fox())
    assert time.monotonic() - started < 3.0


def test_nobody_there_is_said(server: LanguageServer, tmp_path: Path) -> None:
    server.url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(ProviderError, match=server.url) as caught:
        OPENAI.build(calls_to(server, tmp_path)).ask(fox())
    assert "base_url" in caught.value.remedy


@both
@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"3",
        b'{"candidates": 3, "choices": 3}',
        b'{"id": "c", "object": "chat.completion", "created": 0, "model": "m", "choices": [], "candidates": [3]}',
        b'{"usageMetadata": {"promptTokenCount": "many"}}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_a_body_of_another_form_is_a_provider_error(
    server: LanguageServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    config: OpenAIConfig | GeminiConfig,
    body: bytes,
) -> None:
    monkeypatch.setattr(language_server, "_said", lambda *_: body)
    with pytest.raises(ProviderError):
        config.build(calls_to(server, tmp_path)).ask(fox())
