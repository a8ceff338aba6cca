"""What every annotator keeps, run over all of them: a film of two stories and four shots comes back whole."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from annotation_requests import calls_to, form, plan
from annotation_requests import request as request_of
from servers.language_server import LanguageServer
from tiny_vlm import write_tiny_vlm

from models.annotators import AnnotationRequest, Annotator, LanguageAnnotatorConfig, ScriptAnnotatorConfig
from models.clients import ClientConfig, GeminiConfig, OpenAIConfig, ReplayConfig, TransformersConfig, export_replies

CUTS, STORY_STARTS = (0.0, 2.0, 7.0, 9.0, 12.0), (0.0, 7.0)
TOLD_BY = {"segment_start_seconds", "segment_end_seconds", "story_segment_start_seconds", "story_segment_end_seconds",
           "scene_id", "character_ids", "plot", "caption", "is_prologue_or_epilogue", "kept"}  # fmt: skip
Ask = Callable[[], tuple[Annotator, AnnotationRequest]]


def script_of_film() -> str:
    told = form()
    spans = [("00:00", "00:02"), ("00:02", "00:07"), ("00:07", "00:09"), ("00:09", "00:12")]
    told["shots"] = [told["shots"][0] | {"start time": start, "end time": end} for start, end in spans]
    return json.dumps(told)


def plan_of_film() -> str:
    told = plan()
    scene = told["Sub-Script"]["Sub-Script 1"]["Scene Annotation"]["Scene"]
    scene["Scene 2"] = scene["Scene 1"]
    return json.dumps(told)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_vlm(tmp_path_factory.mktemp("tiny"))


def client_of(kind: str, server: LanguageServer, folder: Path, tiny: Path) -> ClientConfig:
    match kind:
        case "openai":
            return OpenAIConfig(model="gpt-4o")
        case "gemini":
            return GeminiConfig(model="gemini-2.5-flash")
        case "transformers":
            small = {"max_new_tokens": 4, "min_pixels": 28 * 28, "max_pixels": 28 * 28, "max_answers": 1}
            return TransformersConfig(model=str(tiny), precision="float32", **small)
        case _:
            asking = LanguageAnnotatorConfig(client=OpenAIConfig(model="gpt-4o"), max_pictures=4)
            asking.build(calls_to(server, folder)).annotate(request_of(None, folder, CUTS, STORY_STARTS))
            export_replies(folder / "replies", folder / "recorded.jsonl")
            return ReplayConfig(path=folder / "recorded.jsonl")


@pytest.fixture(params=["script", "plan", "no script", "openai", "gemini", "replay", "transformers"])
def ask(request: pytest.FixtureRequest, server: LanguageServer, tmp_path: Path, tiny: Path) -> Ask:
    kind = request.param
    script = None
    if kind in ("script", "plan"):
        script = tmp_path / "film.script.json"
        script.write_text(script_of_film() if kind == "script" else plan_of_film())
    config: ScriptAnnotatorConfig | LanguageAnnotatorConfig = ScriptAnnotatorConfig()
    if kind not in ("script", "plan", "no script"):
        client = client_of(kind, server, tmp_path, tiny)
        config = LanguageAnnotatorConfig(client=client, shows="pictures", max_pictures=4)
    return lambda: (config.build(calls_to(server, tmp_path)), request_of(script, tmp_path, CUTS, STORY_STARTS))


def test_every_story_and_shot_comes_back_in_order_annotated_or_with_a_reason(ask: Ask) -> None:
    annotator, asked = ask()
    done = annotator.annotate(asked)
    assert [story.story_id for story in done.stories] == [story.story_id for story in asked.stories]
    assert [note.story_id for note in done.story_notes] == [story.story_id for story in asked.stories]
    assert [shot.shot_id for shot in done.shots] == [shot.shot_id for shot in asked.shots]
    for story, note in zip(done.stories, done.story_notes, strict=True):
        assert story.is_annotated == bool(story.storyline) == (not note.reason)
    annotated = {story.story_id for story in done.stories if story.is_annotated}
    notes = {note.shot_id: note for note in done.shot_notes}
    assert set(notes) == {shot.shot_id for shot in done.shots if shot.story_id in annotated}
    for shot in done.shots:
        if shot.story_id in annotated:
            assert bool(shot.caption) == shot.kept == (not notes[shot.shot_id].reason)
        else:
            assert shot in asked.shots


def test_times_and_frames_stay_and_ids_are_of_the_own_story(ask: Ask) -> None:
    annotator, asked = ask()
    done = annotator.annotate(asked)
    characters = {(item.story_id, item.character_id) for item in done.characters}
    scenes = {(item.story_id, item.scene_id) for item in done.scenes}
    for before, after in zip(asked.shots, done.shots, strict=True):
        assert before.model_dump(exclude=TOLD_BY) == after.model_dump(exclude=TOLD_BY)
        assert {(after.story_id, who) for who in after.character_ids} <= characters
        assert after.scene_id is None or (after.story_id, after.scene_id) in scenes


def test_the_same_is_said_every_time(ask: Ask) -> None:
    first, asked = ask()
    second, again = ask()
    assert first.annotate(asked) == second.annotate(again)
    assert (first.name, first.version) == (second.name, second.version)


def test_all_but_the_dumb_tell_both_stories(ask: Ask, request: pytest.FixtureRequest) -> None:
    annotator, asked = ask()
    told = [story.is_annotated for story in annotator.annotate(asked).stories]
    is_dumb = request.node.callspec.params["ask"] in ("no script", "transformers")
    assert told == [not is_dumb] * 2
