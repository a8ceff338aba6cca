"""Scripts that lie: each lie is a reason or a note, and the story survives where it can."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from annotation_requests import Form, calls_in, form, request

from models.annotators import Annotation, ScriptAnnotatorConfig
from pegbar.errors import ScriptError


def annotate(folder: Path, told: Form, cuts: Sequence[float] = (0.0, 2.5, 5.0)) -> Annotation:
    script = folder / "film.script.json"
    script.write_text(json.dumps(told))
    return ScriptAnnotatorConfig().build(calls_in(folder)).annotate(request(script, folder, cuts))


def long_shot(segment: str, end: str = "00:10.000") -> Form:
    told = form()
    told["shots"] = [told["shots"][0] | {"end time": end, "extra 4-second segment": segment}]
    return told


def test_told_shots_outside_the_film_are_left_out_with_a_note(tmp_path: Path) -> None:
    told = form()
    told["shots"].append(told["shots"][1] | {"start time": "00:05.000", "end time": "01:00.000"})
    done = annotate(tmp_path, told)
    assert [shot.kept for shot in done.shots] == [True, True]
    assert done.story_notes[0].notes == ("shot 3 ends at 60 s, but film.mp4 lasts 5.000 s: left out",)


def test_a_script_of_a_longer_film_covers_nothing_and_says_so(tmp_path: Path) -> None:
    told = form()
    told["shots"] = [told["shots"][0] | {"start time": "10:00", "end time": "20:00"}]
    done = annotate(tmp_path, told)
    assert done.story_notes[0].reason == "the script covers none of its shots"
    assert done.story_notes[0].notes == ("shot 1 ends at 1200 s, but film.mp4 lasts 5.000 s: left out",)


def test_a_gap_costs_the_shot_in_it(tmp_path: Path) -> None:
    told = form()
    told["shots"][1] |= {"start time": "00:05.000", "end time": "00:07.500"}
    done = annotate(tmp_path, told, cuts=(0.0, 2.5, 5.0, 7.5))
    assert [shot.kept for shot in done.shots] == [True, False, True]
    assert done.shot_notes[2].notes == ("the script's shot starts 2.500 s after shot 1 ends",)
    assert done.stories[0].is_annotated


@pytest.mark.parametrize("key", ["main characters", "main scenes"])
def test_an_entry_told_twice_alike_is_one(tmp_path: Path, key: str) -> None:
    told = form()
    told[key].append(dict(told[key][0]))
    done = annotate(tmp_path, told)
    assert done.characters[0].name == "Fox"
    assert done.story_notes[0].notes == (f"{key} {len(told[key])} repeats {told[key][0]['ID']!r}: told once",)


def test_one_id_told_in_two_ways_is_refused(tmp_path: Path) -> None:
    told = form()
    told["main scenes"].append({"ID": "Wood", "environment": "a desert"})
    with pytest.raises(ScriptError, match="main scenes 2 has the ID 'Wood' of another, and another environment"):
        annotate(tmp_path, told)


def test_of_forty_characters_those_that_appear_longest_are_main(tmp_path: Path) -> None:
    told = form()
    names = [f"Owl {number}" for number in range(39)]
    told["main characters"] = [{"ID": name, "appearance": "grey"} for name in (*names, "Fox")]
    told["shots"][0]["main characters"] = names[:20]
    told["shots"][1]["main characters"] = [*names[5:], "Fox"]
    done = annotate(tmp_path, told, cuts=(0.0, 2.4, 5.0))
    assert [item.name for item in done.characters] == ["Owl 5", "Owl 6", "Owl 7"]  # in both, first in the script
    assert [len(shot.character_ids) for shot in done.shots] == [3, 3]
    assert "Fox" in done.shot_notes[1].extra["minor characters"]  # type: ignore[operator]
    notes = done.story_notes[0].notes
    assert notes[0] == "40 main characters are told, at most 3 fit"
    assert notes[1].startswith("minor characters are left out, as others appear longer: Owl 0, Owl 1,")
    assert notes[1].endswith("and 29 more")


def test_a_name_is_one_name_however_its_accents_are_written(tmp_path: Path) -> None:
    told = form()
    told["main characters"][0]["ID"] = "Ren\u00e9e"
    for shot in told["shots"]:
        shot["main characters"] = ["Rene\u0301e"]
    assert annotate(tmp_path, told).characters[0].name == "Ren\u00e9e"


def test_ten_megabytes_are_no_script(tmp_path: Path) -> None:
    told = form()
    told["storyline"] = "x" * (10 << 20)
    with pytest.raises(ScriptError, match="is over 8 MB"):
        annotate(tmp_path, told)


def test_nobody_in_the_cast_leaves_the_story_untold(tmp_path: Path) -> None:
    told = form()
    told["main characters"] = []
    for shot in told["shots"]:
        shot["main characters"] = []
    note = annotate(tmp_path, told).story_notes[0]
    assert (note.reason, note.notes) == ("no main character is told", ())


@pytest.mark.parametrize(
    ("segment", "used"),
    [("00:03.000-00:07.000", 3.0), ("00:06-00:10", 6.0), ("00:06.500-00:10.000", None), ("00:03", None)],
)
def test_the_told_segment_stands_for_the_shot_if_it_fits(tmp_path: Path, segment: str, used: float | None) -> None:
    done = annotate(tmp_path, long_shot(segment), cuts=(0.0, 10.0))
    assert done.shots[0].segment_start_seconds == (used or 0.0)  # 0 is where the film's own lies
    assert done.shots[0].story_segment_end_seconds == (used or 0.0) + 4
    assert bool(done.shot_notes[0].notes) == (used is None)


def test_a_segment_in_whole_seconds_moves_by_half_a_second_at_most(tmp_path: Path) -> None:
    near = annotate(tmp_path, long_shot("00:06-00:10"), cuts=(0.0, 9.6, 10.0))
    assert (near.shots[0].segment_start_seconds, near.shots[0].segment_end_seconds) == (5.6, 9.6)
    far = annotate(tmp_path, long_shot("00:06-00:10"), cuts=(0.0, 9.4, 10.0))
    assert far.shots[0].segment_start_seconds == 0.0
    assert far.shot_notes[0].notes == (
        "the segment told at 00:06.000-00:10.000 is not used: it is not inside the shot",
    )


def test_looks_in_a_plot_are_a_note_and_no_more(tmp_path: Path) -> None:
    told = form()
    told["shots"][0]["plot"] = "The fox, wearing a blue scarf, walks home."
    done = annotate(tmp_path, told)
    assert done.shots[0].kept
    assert done.shot_notes[0].notes == (
        "the script's shot tells looks in its plot (wearing, blue), which belong into the caption",
    )


def test_the_real_film_goes_through_whole_with_its_script(shared_films: Path, tmp_path: Path) -> None:
    script = shared_films / "anim_director_32" / "film.script.json"
    cuts = [1.92 * number for number in range(21)]
    done = ScriptAnnotatorConfig().build(calls_in(tmp_path)).annotate(request(script, tmp_path, cuts))
    assert all(shot.kept and shot.caption for shot in done.shots)
    assert [item.name for item in done.characters] == ["Sofia", "The man", "The puppy Max"]
    assert sum("looks" in note for shot in done.shot_notes for note in shot.notes) == 14
