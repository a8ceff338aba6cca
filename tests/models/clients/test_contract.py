"""What every language client keeps, run over all of them against the local server or a recording of it."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from language_questions import GOOD, PICTURE, calls_to, fox
from servers.language_server import LanguageServer, scripted

from models.clients import GeminiConfig, LanguageClient, OpenAIConfig, ReplayConfig, export_replies
from pegbar.errors import AnswerError

WRONG_FORM = '{"caption": 7}'
WRONG_SENSE = '{"caption": "A dog.", "num_characters": 1}'

Build = Callable[..., LanguageClient]


@pytest.fixture(params=["openai", "openai in text", "gemini", "replay"])
def build(request: pytest.FixtureRequest, server: LanguageServer, tmp_path: Path) -> Build:
    """Return a client that hears the given answers."""

    def built(*answers: str) -> LanguageClient:
        server.answers = scripted(*answers)
        calls = calls_to(server, tmp_path / "replies")
        openai = OpenAIConfig(model="gpt-4o")
        match request.param:
            case "openai":
                return openai.build(calls)
            case "openai in text":
                return openai.but(output="text").build(calls)
            case "gemini":
                return GeminiConfig(model="gemini-2.5-flash").build(calls)
            case _:
                recorded = tmp_path / "recorded.jsonl"
                with suppress(AnswerError):  # what is wrong is recorded too
                    openai.build(calls).ask(fox())
                export_replies(tmp_path / "replies", recorded)
                return ReplayConfig(path=recorded).build(calls)

    return built


def test_an_answer_that_fits_is_given(build: Build) -> None:
    client = build(GOOD)
    assert client.version >= 1
    assert client.name
    reply = client.ask(fox())
    assert (reply.value.caption, reply.value.num_characters, reply.num_answers) == ("A fox runs.", 1, 1)


def test_an_answer_in_prose_with_commas_too_many_is_understood(build: Build) -> None:
    reply = build('Of course!\n```json\n{"caption": "A fox runs.", "num_characters": 1,}\n```').ask(fox())
    assert reply.value.num_characters == 1


@pytest.mark.parametrize("wrong", [WRONG_FORM, WRONG_SENSE, "No idea.", GOOD[:20], ""])
def test_a_wrong_answer_is_followed_by_another(build: Build, wrong: str) -> None:
    reply = build(wrong, GOOD).ask(fox())
    assert (reply.value.caption, reply.num_answers) == ("A fox runs.", 2)


def test_three_wrong_answers_are_an_error_that_names_the_last(build: Build) -> None:
    with pytest.raises(AnswerError, match="there is no dog") as caught:
        build(WRONG_FORM, "No idea.", WRONG_SENSE).ask(fox())
    assert "3 answers" in caught.value.what
    assert "max_answers" in caught.value.remedy


def test_the_same_question_is_answered_the_same_and_costs_nothing_more(build: Build, server: LanguageServer) -> None:
    client = build(GOOD)
    first = client.ask(fox())
    second = client.ask(fox())
    assert second.value == first.value
    assert second.was_cached
    assert second.spent.num_calls == 0
    assert server.num_paid == 1


@pytest.mark.parametrize("backend", ["openai", "gemini"])
def test_the_model_is_shown_and_told_what_it_needs(server: LanguageServer, tmp_path: Path, backend: str) -> None:
    server.answers = scripted(WRONG_FORM, GOOD)
    configs: dict[str, OpenAIConfig | GeminiConfig]
    configs = {"openai": OpenAIConfig(model="gpt-4o"), "gemini": GeminiConfig(model="gemini-2.5-flash")}
    configs[backend].build(calls_to(server, tmp_path)).ask(fox())
    first, second = server.asked
    assert first.texts == second.texts == ("What runs?", "In one sentence.")
    assert first.media == ((PICTURE.media_type, PICTURE.content),)
    assert first.schema is not None
    assert set(first.schema["properties"]) == {"caption", "num_characters"}
    assert first.turns == ()
    answer, told = second.turns
    assert answer == WRONG_FORM
    assert "caption: Input should be a valid string" in told
    assert "num_characters: Field required" in told


def test_a_server_that_takes_only_text_reads_the_schema(server: LanguageServer, tmp_path: Path) -> None:
    OpenAIConfig(model="llama", output="text").build(calls_to(server, tmp_path)).ask(fox())
    assert server.asked[0].schema is None
    assert "response_format" not in server.asked[0].body
    assert '"num_characters"' in server.asked[0].instructions
