import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from annotation_requests import Form, calls_in, form, request
from hypothesis import given, settings
from hypothesis import strategies as st
from scripts import scripts_in

from models.annotators import Annotation, ScriptAnnotatorConfig
from pegbar.errors import ScriptError


def annotate(
    tmp_path: Path, content: Form | str, cuts: Sequence[float] = (0.0, 2.5, 5.0), story_starts: Sequence[float] = (0.0,)
) -> Annotation:
    path = tmp_path / "film.script.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    asked = request(path, tmp_path, cuts, story_starts)
    return ScriptAnnotatorConfig().build(calls_in(tmp_path)).annotate(asked)


def test_a_script_annotates_stories_shots_cast_and_places(tmp_path: Path) -> None:
    done = annotate(tmp_path, form())
    assert done.stories[0].is_annotated
    assert [item.name for item in done.characters] == ["Fox"]  # the owl is in no shot
    assert done.shots[0].character_ids == (done.characters[0].character_id,)
    assert done.shots[1].scene_id == done.scenes[0].scene_id
    assert done.shot_notes[0].extra == {"camera": "close", "script shot": 1}
    assert done.story_notes[0].notes == done.shot_notes[0].notes == done.shot_notes[1].notes == ()


def test_underscored_keys_and_a_releases_captions_are_read_alike(tmp_path: Path) -> None:
    told = form()
    released = {key.replace(" ", "_"): value for key, value in told.items()}
    released["shots"] = [
        {
            key.replace(" ", "_"): value
            for key, value in shot.items()
            if key not in ("plot", "caption")
        }
        | {"visual_annotation": {"narrative_caption": shot["plot"], "descriptive_caption": shot["caption"]}}
        for shot in told["shots"]
    ]  # fmt: skip
    assert annotate(tmp_path, released).shots == annotate(tmp_path, told).shots


def test_told_shots_go_to_the_detected_shot_they_overlap_most(tmp_path: Path) -> None:
    done = annotate(tmp_path, form(), cuts=(0.0, 1.0, 2.4, 5.0))
    assert [note.extra["script shot"] for note in done.shot_notes] == [1, 1, 2]
    assert done.shot_notes[2].coverage == pytest.approx(2.5 / 2.6)


def test_a_shot_the_script_does_not_cover_is_not_kept_and_says_why(tmp_path: Path) -> None:
    told = form()
    told["shots"][1]["start time"] = "00:04.500"
    done = annotate(tmp_path, told)
    assert [shot.kept for shot in done.shots] == [True, False]
    assert done.shot_notes[1].reason == "the script covers 20% of it, 50% are needed"


def test_without_a_script_stories_stay_and_say_why(tmp_path: Path) -> None:
    asked = request(None, tmp_path)
    done = ScriptAnnotatorConfig().build(calls_in(tmp_path)).annotate(asked)
    assert done.stories == asked.stories
    assert done.shots == asked.shots
    assert done.story_notes[0].reason == "no script beside the film"


@pytest.mark.parametrize(("begin", "is_relative"), [(0, False), (40, True)])
def test_segments_count_from_the_film_or_from_themselves(tmp_path: Path, begin: int, is_relative: bool) -> None:
    segment = {"start frame index": begin, "end frame index": begin + 40, "story script": form()}
    path = tmp_path / "film.script.json"
    path.write_text(json.dumps({"video ID": "x", "segments": [segment]}))
    script = scripts_in(path, 8.0)[0]
    assert script.offset_seconds == (5.0 if is_relative else 0.0)


def test_whole_seconds_may_leave_a_shot_no_length_and_one_second_over(tmp_path: Path) -> None:
    told = form()
    told["shots"][0] |= {"start time": "00:00", "end time": "00:03"}
    told["shots"][1] |= {"start time": "00:03", "end time": "00:06"}
    told["shots"].append(told["shots"][1] | {"start time": "00:06", "end time": "00:06"})
    assert annotate(tmp_path, told).stories[0].is_annotated


def set_in(*path: Any) -> Callable[[Form], None]:
    *where, key, value = path

    def change(told: Any) -> None:
        for part in where:
            told = told[part]
        told[key] = value

    return change


def drop(*path: Any) -> Callable[[Form], None]:
    *where, key = path

    def change(told: Any) -> None:
        for part in where:
            told = told[part]
        del told[key]

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (set_in("shots", 1, "start time", "00:02.000"), "shot 2 starts at 2 s, before shot 1 ends at 2.5 s"),
        (set_in("shots", 0, "end time", "00:00.000"), "shot 1 ends at 0 s, not after its start"),
        (set_in("shots", 0, "start time", "0.5"), "shot 1 has start time '0.5'; MM:SS"),
        (set_in("shots", 0, "start time", 3), "shot 1 has start time 3; MM:SS"),
        (set_in("shots", 0, "start time", "00:75"), "shot 1 has start time '00:75'"),
        (set_in("shots", 0, "main characters", ["Wolf"]), "shot 1 names the character 'Wolf'"),
        (set_in("shots", 0, "main characters", [["Fox"]]), "shot 1 names the character"),
        (set_in("shots", 0, "main characters", ["Fox", "Fox"]), "shot 1 names a character twice"),
        (set_in("shots", 0, "scene", "Sea"), "shot 1 names the scene 'Sea'"),
        (set_in("shots", 0, "caption", " "), "shot 1 has an empty caption"),
        (set_in("shots", 0, "is_prologue_or_epilogue", "no"), "shot 1 has is prologue or epilogue 'no'"),
        (drop("shots", 0, "plot"), "shot 1 lacks 'plot'"),
        (drop("shots", 1, "end time"), "shot 2 lacks 'end time'"),
        (drop("storyline"), "the story lacks 'storyline'"),
        (drop("shots"), "the story lacks 'shots'"),
        (set_in("shots", []), "the story has no shots"),
        (set_in("shots", {}), "shots is not a list"),
        (set_in("shots", 0, 7), "shot 1 is not an object"),
        (
            set_in("main characters", 1, {"ID": "Fox", "appearance": "x"}),
            "main characters 2 has the ID 'Fox' of another",
        ),
        *(
            (set_in("main characters", 1, "ID", f"Ow{letter}l"), "an ID that cannot be shown")
            for letter in ("\x1b", "\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u3164", "\n")
        ),
        (set_in("main scenes", 0, "environment", None), "main scenes 1 lacks 'environment'"),
        (set_in("segments", []), "has no segments"),
    ],
)
def test_a_wrong_script_is_refused_by_file_place_and_next_command(
    tmp_path: Path, change: Callable[[Form], None], words: str
) -> None:
    told = form()
    change(told)
    with pytest.raises(ScriptError, match="film.script.json") as caught:
        annotate(tmp_path, told)
    assert words in caught.value.what
    assert "pegbar curate" in caught.value.remedy


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is not JSON"),
        ("[1, 2]", "the script is not an object"),
        ('{"storyline": NaN}', "holds NaN"),
        ('{"storyline": "a", "story line": 1, "Storyline": "b"}', "gives 'storyline' twice"),
        ('{"storyline": "\\ud800"}', "is not UTF-8 text"),
        ('{"storyline": 1e999}', "is not JSON"),
        ('{"a":' * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_script_at_all_is_refused(tmp_path: Path, content: str, words: str) -> None:
    with pytest.raises(ScriptError, match=words):
        annotate(tmp_path, content)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "film.script.json"
    path.write_bytes(b"\xff\xfe\x00\xd8")
    with pytest.raises(ScriptError, match="is not UTF-8 text"):
        ScriptAnnotatorConfig().build(calls_in(tmp_path)).annotate(request(path, tmp_path))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(key=st.sampled_from(["storyline", "main characters", "main scenes", "shots", "segments"]), value=values)
def test_any_value_anywhere_is_annotated_or_a_script_error(
    tmp_path_factory: pytest.TempPathFactory, key: str, value: Any
) -> None:
    told = form()
    told[key] = value
    try:
        annotate(tmp_path_factory.mktemp("script"), told)
    except ScriptError as error:
        assert error.remedy


def test_the_real_films_script_is_read(shared_films: Path) -> None:
    scripts = scripts_in(shared_films / "anim_director_32" / "film.script.json", 25 / 3)
    assert len(scripts[0].shots) == 20
    assert scripts[0].shots[-1].end_seconds == 38.4
    assert [item.name for item in scripts[0].characters] == ["Sofia", "The man", "The puppy Max"]
