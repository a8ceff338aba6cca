"""The rules on story prompts, the template that keeps them, and a language model that is held to them."""

import json
from pathlib import Path
from typing import Any

import pytest
from servers.language_server import language_server, scripted

from models.clients import Calls, OpenAIConfig, ReplayConfig, export_replies
from pegbar.calls import CallBudget, CallSettings, MemoryMeter, Provider
from pegbar.errors import AnswerError, InputError
from tasks.evaluation.sets.language import LanguageWriterConfig
from tasks.evaluation.sets.rules import PlacedScene, PromptRules, PromptStory
from tasks.evaluation.sets.template import TemplateWriterConfig
from tasks.evaluation.sets.writers import Subject

RULES = PromptRules()
WORLD = ("The beach", "The forest", "The bedroom (Indoor)", "Scene 7", "The toy shop", "beach", "The farm")
FOX = Subject("Biscuit the fox", "A red fox.", ("Owl",), WORLD, ("Biscuit runs and walks.", "Owl dances.", "It jumps."))


def story(*scenes: tuple[str, str]) -> PromptStory:
    whole = [
        ("Fox walks in the forest.", "the forest"), ("Fox runs on the beach.", "the beach"),
        ("Fox jumps in the park.", "the park"), ("Fox sleeps in the kitchen.", "the kitchen"),
    ]  # fmt: skip
    return tuple(PlacedScene(caption=one, background=at) for one, at in [*scenes, *whole[len(scenes) :]])


def test_a_plain_story_keeps_the_rules() -> None:
    assert RULES.violations([story()], 1, "Fox", ["Owl"]) == []


@pytest.mark.parametrize(
    ("scene", "says"),
    [
        (("It walks in the forest.", "the forest"), "does not name Fox"),
        (("Foxes walk in the forest.", "the forest"), "does not name Fox"),
        (("Fox walks about.", "the forest"), "does not name its place"),
        (("Fox walks.", ""), "does not name its place"),
        (("Fox walks on the beach.", "the beach"), "is in one place in scenes 1 and 2"),
        (("Fox meets Owl in the forest.", "the forest"), "brings in somebody else: Owl"),
        (("Fox and a friend walk in the forest.", "the forest"), "brings in somebody else: friend"),
        (("Fox drops two cups in the forest.", "the forest"), "needs a small thing: cups"),
        (("Fox, a red one, walks in the forest.", "the forest"), "tells looks: red"),
        (("Fox contemplatively walks in the forest.", "the forest"), "has a long word: contemplatively"),
        (("Fox " + "very " * 16 + "fast in the forest.", "the forest"), "20 words, 16 are enough"),
        (("Fox walks. Fox runs in the forest.", "the forest"), "not one line of one sentence"),
        (("Fox walks\nin the forest.", "the forest"), "not one line of one sentence"),
    ],
)
def test_each_rule_has_a_sentence(scene: tuple[str, str], says: str) -> None:
    (wrong,) = RULES.violations([story(scene)], 1, "Fox", ["Owl"])
    assert says in wrong


def test_number_length_and_difference_of_stories() -> None:
    wrong = RULES.violations([story(), story(), story()[:3]], 10, "Fox", [])
    assert wrong == ["10 stories are wanted, not 3", "stories 1 and 2 are one", "story 3 has 3 scenes, not 4"]


def test_a_name_and_a_place_may_hold_any_word() -> None:
    scene = ("Red Button Girl walks in the toy shop.", "the toy shop")
    named = [
        PlacedScene(caption=one.caption.replace("Fox", "Red Button Girl"), background=one.background)
        for one in story(scene)
    ]
    assert RULES.violations([tuple(named)], 1, "Red Button Girl", ["Girl", "Button"]) == []


def test_the_template_writes_of_the_datasets_own_places_and_verbs_and_keeps_every_rule() -> None:
    writer = TemplateWriterConfig().build(no_calls())
    stories = writer.write(FOX, 10, seed=0)
    assert RULES.violations(stories, 10, FOX.name, FOX.others) == []
    assert {scene.background for one in stories for scene in one} == {
        "the beach", "the forest", "the bedroom", "the farm"
    }  # neither a number, nor a place named after toys  # fmt: skip
    verbs = {scene.caption.split(FOX.name)[1].split()[0] for one in stories for scene in one}
    assert verbs == {"walks", "runs", "jumps", "dances"}
    assert writer.write(FOX, 10, seed=0) == stories != writer.write(FOX, 10, seed=1)


def test_a_world_without_places_gets_some_and_one_that_cannot_give_enough_says_so() -> None:
    bare = Subject("小狐 <b>", "", (), ("Scene 1",), ())
    stories = TemplateWriterConfig().build(no_calls()).write(bare, 3, seed=0)
    assert RULES.violations(stories, 3, bare.name, ()) == []
    narrow = TemplateWriterConfig(verbs=("walks", "runs", "jumps", "dances"))
    with pytest.raises(InputError, match="give no 600 different stories"):
        narrow.build(no_calls()).write(FOX, 600, seed=0)  # 4! orders of places times 4! of verbs are 576


def no_calls() -> Calls:
    return Calls(CallSettings(), Path("nowhere"), MemoryMeter(CallBudget()))


def answer(*stories: PromptStory) -> str:
    told: list[list[dict[str, Any]]] = [[dict(scene.model_dump()) for scene in one] for one in stories]
    return json.dumps({"prompts": told})


def test_a_model_that_breaks_a_rule_is_told_so_and_its_recording_can_be_replayed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEGBAR_TEST_KEY", "secret")
    subject = Subject("Fox", "A red fox.", ("Owl",), (), ())
    bad, good = answer(story(("Fox meets Owl in the forest.", "the forest"))), answer(story())
    with language_server(scripted(bad, good)) as server:
        provider = Provider(base_url=server.openai_url, api_key_variable="PEGBAR_TEST_KEY")
        calls = Calls(CallSettings(openai=provider), tmp_path / "replies", MemoryMeter(CallBudget()))
        asked = LanguageWriterConfig(client=OpenAIConfig(model="gpt-4o")).build(calls).write(subject, 1, seed=0)
        assert asked == (story(),)
        assert "brings in somebody else: Owl" in server.asked[1].turns[-1]
        assert "called Fox" in server.asked[0].texts[0]
    export_replies(tmp_path / "replies", tmp_path / "recorded.jsonl")
    replayed = LanguageWriterConfig(client=ReplayConfig(path=tmp_path / "recorded.jsonl")).build(no_calls())
    assert replayed.write(subject, 1, seed=0) == asked
    stubborn = ReplayConfig(path=tmp_path / "recorded.jsonl", max_answers=1)
    with pytest.raises(AnswerError, match="somebody else: Owl"):
        LanguageWriterConfig(client=stubborn).build(no_calls()).write(subject, 1, seed=0)
