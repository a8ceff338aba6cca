"""One film through detection, annotation, clips and references."""

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from media_corpus import BAD, build_bad, build_odd
from small_films import FPS, SHOT_FRAMES, artifacts_of, curated, scene, write_small_film

from pegbar.artifacts import Artifacts
from pegbar.media import frames, probe, read_audio
from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.film import render_films
from tasks.curation.annotate import AnnotatedFilm
from tasks.curation.film import FilmParts
from tasks.curation.references.finding import OUTPUT as REFERENCES
from tasks.curation.references.finding import ReferenceSet
from tasks.curation.sift import OUTPUT as SIFTED

CASTS = (("Ruby",), ("Ruby", "Bluebell"), ("Ruby",), ("Bluebell",))


def folder_of(artifacts: Artifacts, parts: FilmParts, step: str) -> Path:
    return artifacts.fetch(artifacts.load(parts.steps[step]))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def artifacts(home: Path) -> Iterator[Artifacts]:
    with artifacts_of(home) as opened:
        yield opened


@pytest.fixture(scope="module")
def whole(artifacts: Artifacts, home: Path) -> FilmParts:
    return curated(artifacts, write_small_film(home / "films", "whole", CASTS))


def test_every_shot_has_a_clip_of_its_frames_and_sound(artifacts: Artifacts, whole: FilmParts) -> None:
    clips = sorted((folder_of(artifacts, whole, "clips") / "clips").iterdir())
    assert [probe(clip).num_frames for clip in clips] == [SHOT_FRAMES] * len(CASTS)
    assert probe(clips[1]).fps == FPS
    sound = read_audio(clips[1], 8000)
    assert sound is not None
    assert sound.samples.shape[1] / 8000 == pytest.approx(2.0, abs=0.15)
    middle = list(frames(clips[1]))[SHOT_FRAMES // 2].rgb.astype(int)
    drawn = scene(1, SHOT_FRAMES + SHOT_FRAMES // 2, CASTS[1])[0]
    assert np.abs(middle - drawn).mean() < 6


def test_each_character_gets_a_reference_that_is_itself(artifacts: Artifacts, whole: FilmParts) -> None:
    folder = folder_of(artifacts, whole, "references")
    found = ReferenceSet.from_json((folder / REFERENCES).read_bytes())
    told = AnnotatedFilm.from_json((folder_of(artifacts, whole, "sift") / SIFTED).read_bytes())
    names = {character.character_id: character.name for character in told.annotation.characters}
    assert sorted(names[reference.character_id] for reference in found.references) == ["Bluebell", "Ruby"]
    for reference in found.references:
        number, frame = reference.frame // SHOT_FRAMES, reference.frame
        truth = scene(number, frame % SHOT_FRAMES + SHOT_FRAMES * number, CASTS[number])[1]
        mask = cv2.imread(str(folder / f"{reference.reference_id}.mask.png"), cv2.IMREAD_GRAYSCALE) > 127
        assert (mask & truth).sum() / (mask | truth).sum() > 0.8
        assert CASTS[number] == (names[reference.character_id],)
        picture = cv2.imread(str(folder / f"{reference.reference_id}.png"))
        assert picture.shape[0] == picture.shape[1]
        assert (picture[0] == 255).all()


def test_a_character_that_is_never_alone_is_told_from_the_other(artifacts: Artifacts, home: Path) -> None:
    casts = (("Ruby",), ("Ruby",), ("Ruby", "Bluebell"))
    parts = curated(artifacts, write_small_film(home / "films", "shared", casts, seed=1))
    folder = folder_of(artifacts, parts, "references")
    found = ReferenceSet.from_json((folder / REFERENCES).read_bytes())
    bluebell = next(one for one in found.references if one.frame >= 2 * SHOT_FRAMES)
    both = scene(3, bluebell.frame % SHOT_FRAMES + SHOT_FRAMES * 2, casts[2])[1]
    mask = cv2.imread(str(folder / f"{bluebell.reference_id}.mask.png"), cv2.IMREAD_GRAYSCALE) > 127
    picture = cv2.imread(str(folder / f"{bluebell.reference_id}.png"))
    blue, _, red = np.moveaxis(picture[(picture < 250).any(axis=2)].astype(int), 1, 0)
    assert np.mean(blue > red) > 0.8
    assert 0.35 < (mask & both).sum() / both.sum() < 0.6


def test_a_film_without_a_script_goes_as_far_as_it_can(artifacts: Artifacts, home: Path) -> None:
    parts = curated(artifacts, write_small_film(home / "films", "silent", CASTS[:2], seed=2, with_script=False))
    told = AnnotatedFilm.from_json((folder_of(artifacts, parts, "sift") / SIFTED).read_bytes())
    assert [(story.kept, story.is_annotated) for story in told.annotation.stories] == [(True, False)]
    assert {decision.reason for decision in told.decisions} == {"no script beside the film"}
    assert len(list((folder_of(artifacts, parts, "clips") / "clips").iterdir())) == 2


def test_a_wrong_script_is_a_decision_and_not_the_films_end(artifacts: Artifacts, home: Path) -> None:
    path = write_small_film(home / "films", "wrong", CASTS[:2], seed=3)
    script = path.with_name("wrong.script.json")
    script.write_text(script.read_text().replace('"00:04.000"', '"4 seconds"'))
    parts = curated(artifacts, path)
    told = AnnotatedFilm.from_json((folder_of(artifacts, parts, "sift") / SIFTED).read_bytes())
    film = next(decision for decision in told.decisions if decision.item_kind == "film")
    assert film.outcome == "failed_permanent"
    assert "wrong.script.json: shot 2 has end time '4 seconds'" in film.reason
    assert parts.film is not None


def test_a_told_shot_outside_the_film_costs_its_own_shot_alone(artifacts: Artifacts, home: Path) -> None:
    path = write_small_film(home / "films", "late", CASTS[:2], seed=4)
    script = path.with_name("late.script.json")
    script.write_text(script.read_text().replace("00:04.000", "00:09.000"))
    parts = curated(artifacts, path)
    told = AnnotatedFilm.from_json((folder_of(artifacts, parts, "sift") / SIFTED).read_bytes())
    assert [shot.kept for shot in told.annotation.shots] == [True, False]
    story = next(decision for decision in told.decisions if decision.item_kind == "story")
    assert story.outcome == "kept"
    assert "shot 2 ends at 9 s, but late.mp4 lasts 4.000 s: left out" in story.reason


def test_a_second_time_everything_is_found_done(artifacts: Artifacts, home: Path, whole: FilmParts) -> None:
    before = {attempt.key for attempt in artifacts.journal.attempts()}
    again = curated(artifacts, home / "films" / "whole.mp4")
    assert again == whole
    assert {attempt.key for attempt in artifacts.journal.attempts()} == before


def test_another_script_makes_neither_shots_nor_clips_again(
    artifacts: Artifacts, home: Path, tmp_path: Path, whole: FilmParts
) -> None:
    (tmp_path / "whole.mp4").write_bytes((home / "films" / "whole.mp4").read_bytes())
    told = json.loads((home / "films" / "whole.script.json").read_text())
    told["storyline"] = "Another story."
    (tmp_path / "whole.script.json").write_text(json.dumps(told))
    other = curated(artifacts, tmp_path / "whole.mp4")
    assert {name for name in whole.steps if whole.steps[name] != other.steps[name]} == {
        "sift",
        "references",
        "audio_shots",
    }


def test_every_bad_film_is_a_decision_with_its_own_reason(artifacts: Artifacts, tmp_path: Path) -> None:
    build_bad(tmp_path)
    reasons = {}
    for name in BAD:
        parts = curated(artifacts, tmp_path / name)
        assert parts.film is None
        assert parts.decisions[-1].outcome == "failed_permanent"
        reasons[name] = parts.decisions[-1].reason
    assert all(name.split(".")[0] in reason for name, reason in reasons.items())
    assert not any(str(artifacts.scratch) in reason for reason in reasons.values())


def test_odd_films_are_curated_upright_even_and_at_their_own_length(artifacts: Artifacts, tmp_path: Path) -> None:
    for name, path in build_odd(tmp_path).items():
        parts = curated(artifacts, path)
        assert parts.film is not None, name
        clips = sorted((folder_of(artifacts, parts, "clips") / "clips").iterdir())
        facts = [probe(clip) for clip in clips]
        assert {(fact.width % 2, fact.height % 2) for fact in facts} == {(0, 0)}, name
        assert (facts[0].width < facts[0].height) == (name in ("turned left", "turned right")), name
        seconds = sum(fact.duration_seconds for fact in facts)
        assert seconds == pytest.approx(parts.film.duration_seconds, abs=1 / 24), name


def test_a_variable_rate_becomes_a_steady_one_without_moving_pictures_in_time(
    artifacts: Artifacts, tmp_path: Path
) -> None:
    path = build_odd(tmp_path)["variable rate"]
    parts = curated(artifacts, path)
    (clip,) = (folder_of(artifacts, parts, "clips") / "clips").iterdir()
    assert not probe(clip).is_variable_frame_rate
    source = [(frame.seconds, frame.rgb.astype(int)) for frame in frames(path)]
    rate = Fraction(probe(clip).fps_exact)
    for frame in frames(clip):
        shown = [pixels for seconds, pixels in source if seconds <= frame.index / rate + 1e-6][-1]
        assert np.abs(frame.rgb.astype(int) - shown).mean() < 6


def test_references_of_drawn_cartoons_match_their_true_masks(artifacts: Artifacts, tmp_path: Path) -> None:
    """The median overlap over two short toonbox films; on four longer ones it was 0.92."""
    config = ToonboxConfig().but(min_seconds=10.0, max_seconds=12.0, width=256, height=192, drawn_on=1)
    overlaps = []
    for film in render_films(tmp_path, 2, 1, config):
        parts = curated(artifacts, tmp_path / film.video)
        folder = folder_of(artifacts, parts, "references")
        told = AnnotatedFilm.from_json((folder_of(artifacts, parts, "sift") / SIFTED).read_bytes())
        names = {character.character_id: character.name for character in told.annotation.characters}
        truth = np.load(tmp_path / f"{film.name}.masks.npz")
        for reference in ReferenceSet.from_json((folder / REFERENCES).read_bytes()).references:
            label = 1 + list(truth["characters"]).index(names[reference.character_id])
            true = truth["labels"][reference.frame] == label
            mask = cv2.imread(str(folder / f"{reference.reference_id}.mask.png"), cv2.IMREAD_GRAYSCALE) > 127
            overlaps.append((mask & true).sum() / (mask | true).sum())
    assert len(overlaps) >= 3
    assert np.median(overlaps) > 0.8
