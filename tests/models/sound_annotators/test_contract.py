"""What every sound annotator keeps, run over all of them; the model is the local server."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from language_questions import KEY, KEY_VARIABLE, calls_to
from servers.language_server import LanguageServer, language_server, scripted
from sound_requests import PICTURE, SCRIPT, TRAITS, request_of

from models.clients import Calls, OpenAIConfig
from models.sound_annotators import (
    LanguageSoundConfig,
    MeasuredSoundConfig,
    ScriptSoundConfig,
    SoundAnnotatorConfig,
    SoundTraits,
)

TOLD = {"type": "hoofbeats", "sound description": "Low and even.", "visual context": "The horse trots by."}
CONFIGS: tuple[SoundAnnotatorConfig, ...] = (
    ScriptSoundConfig(),
    MeasuredSoundConfig(),
    LanguageSoundConfig(client=OpenAIConfig(model="gpt-4o")),
)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LanguageServer]:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    with language_server(scripted(json.dumps(TOLD))) as running:
        yield running


@pytest.fixture
def calls(server: LanguageServer, tmp_path: Path) -> Calls:
    return calls_to(server, tmp_path / "replies")


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.kind)
def test_a_note_is_whole_or_says_why_not(config: SoundAnnotatorConfig, calls: Calls, tmp_path: Path) -> None:
    annotator = config.build(calls)
    assert annotator.name
    assert annotator.version >= 1
    for told in ((SCRIPT,), ({},), ({"audio annotation": "a bell"},)):
        note = annotator.annotate(request_of(tmp_path, told=told))
        assert (note.sound_type is None) == (note.visual_context is None) == bool(note.reason)
        assert note.sound_description


@pytest.mark.parametrize("config", CONFIGS[:2], ids=lambda config: config.kind)
def test_silence_is_said_to_be_silence(config: SoundAnnotatorConfig, calls: Calls, tmp_path: Path) -> None:
    note = config.build(calls).annotate(request_of(tmp_path, traits=None))
    assert (note.sound_type, note.sound_description, note.visual_context) == (None, None, None)
    assert "no sound effect is heard" in note.reason


def test_the_signal_is_put_into_words(calls: Calls, tmp_path: Path) -> None:
    note = MeasuredSoundConfig().build(calls).annotate(request_of(tmp_path))
    assert note.sound_description == (
        "low pitch, about 150 Hz; soft (-32 dB on average, -10 dB at its peak); "
        "4 sounds in a regular pattern, one every 0.5 s"
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"onset_seconds": ()}, "a steady sound"),
        ({"onset_seconds": (1.0,)}, "a single sound"),
        ({"onset_seconds": (0.1, 0.3, 2.0, 2.1)}, "4 sounds at uneven times"),
        ({"noise_share": 0.9}, "noise without a clear pitch"),
        ({"pitch_hertz": 999.0}, "middle pitch, about 1000 Hz"),
        ({"pitch_hertz": 2345.0}, "high pitch, about 2300 Hz"),
        ({"loudness_db": -5.0}, "loud (-5 dB"),
        ({"loudness_db": -50.0}, "faint (-50 dB"),
    ],
)
def test_each_trait_has_its_words(changes: dict[str, object], words: str, calls: Calls, tmp_path: Path) -> None:
    traits = SoundTraits(**{**vars(TRAITS), **changes})
    assert words in (MeasuredSoundConfig().build(calls).describe(traits) or "")


def test_a_script_s_words_are_joined_in_the_order_of_the_shots(calls: Calls, tmp_path: Path) -> None:
    other = {"audio annotation": {"Type": "splash", "sound_description": "Short.", "visual context": "She  falls in."}}
    note = ScriptSoundConfig().build(calls).annotate(request_of(tmp_path, told=(SCRIPT, {}, other, SCRIPT)))
    assert note.sound_type == "creaking door; splash"
    assert note.sound_description == "A slow rising creak.; Short."
    assert note.visual_context == "The door opens.; She falls in."


@pytest.mark.parametrize(
    "value",
    ["a bell", 7, None, [], {"type": "bell"}, {"type": "bell", "sound description": " ", "visual context": "x"},
     {"type": "bell", "sound description": 3, "visual context": "x"},
     {"type": "b" * 10_000, "sound description": "x", "visual context": "x"}],
    ids=["text", "number", "null", "list", "in part", "blank", "no text", "huge"],
)  # fmt: skip
def test_a_script_that_tells_no_sound_is_said_to(value: object, calls: Calls, tmp_path: Path) -> None:
    note = ScriptSoundConfig().build(calls).annotate(request_of(tmp_path, told=({"audio annotation": value},)))  # type: ignore[dict-item]
    assert note.sound_type is None
    assert note.reason.startswith("the script tells none of its sounds")


def test_a_model_sees_the_pictures_and_reads_the_story(server: LanguageServer, calls: Calls, tmp_path: Path) -> None:
    note = (
        LanguageSoundConfig(client=OpenAIConfig(model="gpt-4o"), max_pictures=2)
        .build(calls)
        .annotate(request_of(tmp_path))
    )
    assert note.model_dump() == {
        "sound_type": "hoofbeats", "sound_description": "Low and even.", "visual_context": "The horse trots by.",
        "reason": "",
    }  # fmt: skip
    (asked,) = server.asked
    assert [content for _, content in asked.media] == [PICTURE, PICTURE]
    words = asked.texts[0]
    for told in ("A horse leaves.", "Nell: A grey mare.", "Yard: A muddy yard.", "A mare trots.", "about 150 Hz"):
        assert told in words


def test_a_model_that_hears_is_given_the_film(server: LanguageServer, calls: Calls, tmp_path: Path) -> None:
    config = LanguageSoundConfig(client=OpenAIConfig(model="qwen", takes_footage=True))
    config.build(calls).annotate(request_of(tmp_path))
    assert [kind for kind, _ in server.asked[0].media] == ["video/mp4"]
    config.but(max_clip_bytes=3).build(calls).annotate(request_of(tmp_path))
    assert [kind for kind, _ in server.asked[1].media] == ["image/jpeg"] * 4


def test_a_model_that_answers_nonsense_leaves_the_signal_s_words(
    server: LanguageServer, calls: Calls, tmp_path: Path
) -> None:
    blank = json.dumps(TOLD | {"visual context": " "})
    server.answers = scripted("a bell", "{}", blank)
    note = LanguageSoundConfig(client=OpenAIConfig(model="gpt-4o")).build(calls).annotate(request_of(tmp_path))
    assert note.sound_type is None
    assert note.sound_description is not None
    assert '"visual context" is empty' in note.reason


def test_a_shot_without_a_picture_is_not_asked_about(server: LanguageServer, calls: Calls, tmp_path: Path) -> None:
    config = LanguageSoundConfig(client=OpenAIConfig(model="gpt-4o"))
    note = config.build(calls).annotate(request_of(tmp_path, num_pictures=0))
    assert note.reason == "no picture was kept of it"
    assert server.asked == []
