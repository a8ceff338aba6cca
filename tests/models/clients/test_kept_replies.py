"""What is kept of paid answers, what makes a question another one, and what a budget stops."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from language_questions import GOOD, PICTURE, Caption, calls_to, fox
from servers.language_server import LanguageServer, recorded, scripted

from models.clients import Calls, OpenAIConfig, Picture, Question, ReplayConfig, Text, export_replies
from models.clients.replies import Replies
from pegbar.calls import CallBudget, CallSettings, MemoryMeter
from pegbar.errors import AnswerError, CallBudgetError, InputError, NotFoundError, ProviderError

CONFIG = OpenAIConfig(model="gpt-4o")
WRONG = "No idea."


def test_each_paid_answer_is_kept_though_the_next_never_came(server: LanguageServer, tmp_path: Path) -> None:
    server.answers = scripted(WRONG, GOOD)
    server.on_answered = lambda number: server.faults.append("400") if number == 1 else None
    with pytest.raises(ProviderError):
        CONFIG.build(calls_to(server, tmp_path)).ask(fox())
    server.on_answered = lambda number: None
    reply = CONFIG.build(calls_to(server, tmp_path)).ask(fox())
    assert (reply.num_answers, reply.spent.num_calls, reply.was_cached) == (2, 1, False)
    assert server.num_paid == 2


def test_answers_that_were_all_wrong_are_not_paid_for_again(server: LanguageServer, tmp_path: Path) -> None:
    server.answers = scripted(WRONG)
    for _ in range(2):
        with pytest.raises(AnswerError):
            CONFIG.build(calls_to(server, tmp_path)).ask(fox())
    assert server.num_paid == 3


@pytest.mark.parametrize(
    "config",
    [CONFIG.but(model="gpt-4.1"), CONFIG.but(temperature=0.5), CONFIG.but(max_answers=2), CONFIG.but(output="text")],
)
def test_another_client_asks_for_itself(server: LanguageServer, tmp_path: Path, config: OpenAIConfig) -> None:
    for each in (CONFIG, config, config, CONFIG):
        each.build(calls_to(server, tmp_path)).ask(fox())
    assert server.num_paid == 2


class Other(Caption):
    mood: str = ""


@pytest.mark.parametrize(
    "other",
    [
        Question("caption v2", fox().parts, Caption),
        Question("caption v1", fox().parts, Other),
        Question("caption v1", fox().parts[::-1], Caption),
        fox(Text("")),
        fox(Picture(PICTURE.content + b"\0")),
        fox(Picture(PICTURE.content, "image/png")),
    ],
    ids=["prompt", "schema", "order", "words", "picture", "media type"],
)
def test_another_question_is_asked(server: LanguageServer, tmp_path: Path, other: Question[Caption]) -> None:
    client = CONFIG.build(calls_to(server, tmp_path))
    client.ask(Question("caption v1", fox().parts, Caption))
    client.ask(fox(PICTURE))
    client.ask(other)
    assert server.num_paid == 3


def test_a_stricter_check_refuses_what_was_kept(server: LanguageServer, tmp_path: Path) -> None:
    server.answers = scripted(GOOD, '{"caption": "A cat.", "num_characters": 1}')
    client = CONFIG.build(calls_to(server, tmp_path))
    client.ask(fox())
    strict = Question("caption v1", fox().parts, Caption, lambda answer: ["no fox"] if "fox" in answer.caption else [])
    assert client.ask(strict).value.caption == "A cat."
    assert server.asked[1].turns[0] == GOOD


@pytest.mark.parametrize(
    "damage",
    [lambda path: path.write_bytes(b""), lambda path: path.write_bytes(path.read_bytes()[:-9]), Path.unlink],
    ids=["empty", "half", "gone"],
)
def test_a_damaged_file_is_made_again(
    server: LanguageServer, tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: Callable[[Path], object]
) -> None:
    CONFIG.build(calls_to(server, tmp_path)).ask(fox())
    (kept,) = tmp_path.glob("*/*.json")
    whole = kept.read_bytes()
    damage(kept)
    with caplog.at_level(logging.WARNING):
        CONFIG.build(calls_to(server, tmp_path)).ask(fox())
    assert kept.read_bytes() == whole
    assert server.num_paid == 1  # the server knew the key of the same call


def test_a_torrent_of_words_is_not_sent_back_whole(server: LanguageServer, tmp_path: Path) -> None:
    server.answers = scripted("word " * 100_000, GOOD)
    CONFIG.build(calls_to(server, tmp_path)).ask(fox())
    assert len(server.asked[1].turns[0]) == 20_000


def test_kept_replies_need_no_provider(server: LanguageServer, tmp_path: Path) -> None:
    first = CONFIG.build(calls_to(server, tmp_path)).ask(fox())
    offline = Calls(CallSettings(), tmp_path, MemoryMeter(CallBudget(max_calls=0)))
    assert CONFIG.build(offline).ask(fox()).value == first.value


def test_a_reply_remembers_every_film_that_asked(server: LanguageServer, tmp_path: Path) -> None:
    for film in ("ab", "cd", "ab"):
        CONFIG.build(replace(calls_to(server, tmp_path), asked_for=film)).ask(fox())
    CONFIG.build(replace(calls_to(server, tmp_path), asked_for="cd")).ask(fox(Text("")))
    CONFIG.build(calls_to(server, tmp_path)).ask(fox(Text("of nobody's film")))
    assert server.num_paid == 3
    replies = Replies(tmp_path)
    found = {film: len(replies.asked_for({film}.__contains__)) for film in ("ab", "cd", "", "ef")}
    assert found == {"ab": 1, "cd": 2, "": 1, "ef": 0}
    (before,) = replies.asked_for({"ab"}.__contains__)
    fields = json.loads(before.read_bytes())
    del fields["asked_for"]
    before.write_text(json.dumps(fields | {"schema_version": 1}))
    assert before in replies.asked_for({""}.__contains__)
    before.write_text("{")
    assert before in replies.asked_for({""}.__contains__)


def test_the_budget_stops_the_next_call(server: LanguageServer, tmp_path: Path) -> None:
    server.answers = scripted(WRONG)
    with pytest.raises(CallBudgetError, match="max_calls"):
        CONFIG.build(calls_to(server, tmp_path, MemoryMeter(CallBudget(max_calls=2)))).ask(fox())
    assert len(server.asked) == 2


def test_a_recording_answers_for_pictures_encoded_elsewhere(server: LanguageServer, tmp_path: Path) -> None:
    server.answers = scripted(WRONG, GOOD)
    calls = calls_to(server, tmp_path / "replies")
    CONFIG.build(calls).ask(fox())
    assert export_replies(tmp_path / "replies", tmp_path / "recorded.jsonl") == 1
    elsewhere = Question("caption v1", (Text("What runs?"), Picture(b"other"), Text("In one sentence.")), Caption)

    replayed = ReplayConfig(path=tmp_path / "recorded.jsonl").build(calls).ask(elsewhere)
    server.answers = recorded(tmp_path / "recorded.jsonl")
    served = CONFIG.build(calls_to(server, tmp_path / "fresh")).ask(elsewhere)
    assert (replayed.value, replayed.num_answers) == (served.value, served.num_answers)
    assert served.num_answers == 2


def test_what_was_not_recorded_is_not_invented(server: LanguageServer, tmp_path: Path) -> None:
    calls = calls_to(server, tmp_path / "replies")
    CONFIG.build(calls).ask(fox())
    export_replies(tmp_path / "replies", tmp_path / "recorded.jsonl")
    client = ReplayConfig(path=tmp_path / "recorded.jsonl").build(calls)
    with pytest.raises(NotFoundError, match="caption v2"):
        client.ask(Question("caption v2", fox().parts, Caption))
    server.answers = recorded(tmp_path / "recorded.jsonl")
    with pytest.raises(ProviderError, match="404"):
        CONFIG.build(calls).ask(Question("caption v1", (Text("Never asked."),), Caption))


@pytest.mark.parametrize("content", [None, b"\xff\n", b'{"key": 1}\n', b"{}"])
def test_a_recording_that_is_none_is_refused(tmp_path: Path, server: LanguageServer, content: bytes | None) -> None:
    path = tmp_path / "recorded.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"recorded\.jsonl"):
        ReplayConfig(path=path).build(calls_to(server, tmp_path))
