"""Every rule over a script, by the place and the words of what it finds."""

from typing import Any

import pytest
from annotation_requests import Form, form

from models.annotators.rules import Finding, ScriptRules, Stretch
from models.annotators.script_form import AnimeShooterReader

STORY = Stretch(start_seconds=0.0, end_seconds=5.0, film_seconds=5.0)


def findings(told: Form, stretch: Stretch = STORY) -> list[Finding]:
    return list(ScriptRules().findings(AnimeShooterReader("film").story(told), stretch, "the film"))


def changed(shot: int, **values: Any) -> Form:
    told = form()
    told["shots"][shot] |= {key.replace("_", " "): value for key, value in values.items()}
    return told


def with_third() -> Form:
    told = form()
    told["shots"].append(told["shots"][1] | {"start time": "00:05.000", "end time": "00:06.100"})
    return told


def with_segment(text: str) -> Form:
    told = changed(0, end_time="00:05.000")
    told["shots"] = [told["shots"][0] | {"extra 4-second segment": text}]
    return told


def test_nothing_is_wrong_with_a_script_as_it_should_be() -> None:
    assert findings(form()) == []


@pytest.mark.parametrize(
    ("told", "rule", "said"),
    [
        (changed(0, start_time="00:00.300"), "coverage", "the first shot starts 0.300 s after the story"),
        (changed(1, end_time="00:04.000"), "coverage", "the last shot ends 1.000 s before the story"),
        (with_third(), "in film", "shot 3 ends at 6.1 s, but the film lasts 5.000 s"),
        (changed(1, start_time="00:02.600"), "contiguity", "shot 2 starts 0.100 s after shot 1 ends"),
        (with_segment("00:00-00:03"), "segment", "shot 1 has a segment of 3 s, not 4 s"),
        (with_segment("00:02-00:06"), "segment", "shot 1 has a segment at 00:02.000-00:06.000, which is outside it"),
        (with_segment("here"), "segment", "shot 1 has the extra 4-second segment 'here'; MM:SS-MM:SS is meant"),
        (
            changed(0, plot="Fox, dressed in green, walks."),
            "plot",
            "shot 1 tells looks in its plot (dressed, green), which belong into the caption",
        ),
        (changed(1, caption="Fox walks."), "caption", "shot 2 has a caption that tells neither looks nor place"),
    ],
)  # fmt: skip
def test_what_is_off_is_found_and_said(told: Form, rule: str, said: str) -> None:
    assert [(finding.rule, str(finding)) for finding in findings(told)] == [(rule, said)]


@pytest.mark.parametrize(("number", "is_fatal"), [(0, True), (4, False)])
def test_one_to_three_characters_carry_a_story(number: int, is_fatal: bool) -> None:
    told = form()
    told["main characters"] = [{"ID": f"Fox {index}", "appearance": "red"} for index in range(number)]
    for shot in told["shots"]:
        shot["main characters"] = []
    assert [(finding.rule, finding.is_fatal) for finding in findings(told)] == [("cast", is_fatal)]


def test_a_name_may_be_a_colour_and_a_title_may_show_nothing() -> None:
    told = form()
    told["main characters"][0]["ID"] = "Red Fox"
    for shot in told["shots"]:
        shot |= {"main characters": ["Red Fox"], "plot": "Red Fox walks home."}
    told["shots"][0]["caption"] = "Red Fox walks past a tree."
    told["shots"][1] |= {"is_prologue_or_epilogue": "epilogue", "plot": "", "caption": ""}
    assert findings(told) == []


def test_whole_seconds_may_be_off_by_one_at_the_ends() -> None:
    told = form()
    told["shots"][0] |= {"start time": "00:01", "end time": "00:03"}
    told["shots"][1] |= {"start time": "00:03", "end time": "00:04"}
    assert findings(told) == []


def test_only_what_is_told_of_the_stretch_counts() -> None:
    told = form()
    told["shots"][1] |= {"start time": "00:03.000", "plot": "A red thing."}
    early = Stretch(start_seconds=0.0, end_seconds=2.5, film_seconds=5.0, is_last=False)
    assert findings(told, early) == []
