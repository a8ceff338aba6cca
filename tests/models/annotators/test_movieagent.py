"""MovieAgent's form: laid one to one over the detected shots, or refused with the reason."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from annotation_requests import Form, calls_in, plan, request

from models.annotators import Annotation, ScriptAnnotatorConfig
from pegbar.errors import ScriptError

CUTS = (0.0, 2.5, 5.0)


def annotate(folder: Path, told: Form, cuts: tuple[float, ...] = CUTS) -> Annotation:
    script = folder / "film.script.json"
    script.write_text(json.dumps(told))
    return ScriptAnnotatorConfig().build(calls_in(folder)).annotate(request(script, folder, cuts))


def part_of(told: Form) -> Form:
    part: Form = told["Sub-Script"]["Sub-Script 1"]
    return part


def shots_of(told: Form) -> Form:
    shots: Form = part_of(told)["Scene Annotation"]["Scene"]["Scene 1"]["Shot Annotation"]["Shot"]
    return shots


def test_plans_are_told_shot_by_shot(tmp_path: Path) -> None:
    done = annotate(tmp_path, plan())
    assert [shot.plot for shot in done.shots] == ["Fox walks home.", "Fox walks on."]
    assert done.shots[0].caption == "A red fox walks home under tall trees."
    assert done.stories[0].storyline == "A fox walks home."
    assert [(scene.name, scene.environment) for scene in done.scenes] == [
        ("Sub-Script 1, Scene 1", "A wood. Soft greens.")
    ]
    assert done.shot_notes[0].extra["shot type"] == "Wide shot"
    assert done.shot_notes[0].extra["involving characters"] == {"Fox": [0.1, 0.1, 0.5, 1.0]}


def test_looks_come_from_the_bank_or_else_from_a_shot_with_a_note(tmp_path: Path) -> None:
    seen = annotate(tmp_path, plan())
    assert seen.characters[0].appearance == "A red fox walks home under tall trees."
    assert seen.story_notes[0].notes == (
        "the looks of Fox are those of Sub-Script 1, Scene 1, Shot 1, as none are told",
    )
    banked = plan() | {"Character": [{"name": "Fox", "appearance": "A red fox."}]}
    assert annotate(tmp_path, banked).characters[0].appearance == "A red fox."


def test_whoever_is_not_in_the_bank_is_left_out(tmp_path: Path) -> None:
    told = plan()
    shots_of(told)["Shot 2"]["Involving Characters"] = ["Fox", "The crowd"]
    done = annotate(tmp_path, told)
    assert [item.name for item in done.characters] == ["Fox"]
    assert "The crowd is not in the character bank: left out" in done.story_notes[0].notes


def test_shots_are_counted_and_not_spelt(tmp_path: Path) -> None:
    told = plan()
    model = shots_of(told)["Shot 1"]
    names = sorted(f"Shot {number}" for number in range(1, 13))  # Shot 10 comes before Shot 2
    part_of(told)["Scene Annotation"]["Scene"]["Scene 1"]["Shot Annotation"]["Shot"] = {
        name: model | {"Coarse Plot": f"Fox takes step {name[5:]}."} for name in names
    }
    done = annotate(tmp_path, told, tuple(2.0 * number for number in range(13)))
    assert [shot.plot for shot in done.shots] == [f"Fox takes step {number}." for number in range(1, 13)]


def test_another_number_of_shots_is_refused_as_nothing_says_which_belong_together(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match=r"film\.script\.json tells 2 shots, but film\.mp4 has 3, and no times say"):
        annotate(tmp_path, plan(), (0.0, 1.0, 2.0, 3.0))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda told: told.pop("Sub-Script"), "the script lacks 'sub-script'"),
        (lambda told: told.update({"Sub-Script": []}), "the script has no sub-scripts by name"),
        (lambda told: part_of(told).pop("Scene Annotation"), "Sub-Script 1 lacks 'scene annotation'"),
        (lambda told: shots_of(told).clear(), "Sub-Script 1, Scene 1 has no shots by name"),
        (lambda told: shots_of(told)["Shot 2"].update({"Coarse Plot": ""}), "Scene 1, Shot 2 has an empty coarse plot"),
        (
            lambda told: shots_of(told)["Shot 2"].update({"Involving Characters": {"F\u202eox": []}}),
            "Shot 2 has an ID that cannot be shown",
        ),
        (lambda told: told.update({"Character": [7]}), "character 1 has an empty name"),
        (
            lambda told: told.update({"Character": ["Fox", {"name": "Fox", "appearance": "blue"}]}),
            "character 2 has the name 'Fox' of another, and another appearance",
        ),
    ],
)
def test_a_wrong_plan_is_refused_by_place(tmp_path: Path, change: Callable[[Form], Any], words: str) -> None:
    told = plan()
    change(told)
    with pytest.raises(ScriptError) as caught:
        annotate(tmp_path, told)
    assert words in caught.value.what
