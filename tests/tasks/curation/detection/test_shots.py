"""Shots of drawn films, whose cuts are known by construction, and of real ones."""

import json
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from drawn_shots import HEIGHT, WIDTH, Pixels, dissolve, film_of, lit, pan, scenery, still, walk
from media_corpus import BAD, build_bad, build_odd, damage, write_film

from pegbar.errors import PegbarError, TruncatedMediaError
from pegbar.media import DecodeConfig
from tasks.curation.detection.cuts import CutConfig
from tasks.curation.detection.fusion import FusionConfig, fuse
from tasks.curation.detection.shots import ShotList, detect_shots, score_frames


def starts(shot_list: ShotList) -> list[tuple[int, str]]:
    return [(shot.start_frame, shot.transition_in) for shot in shot_list.shots[1:]]


def shots_of(tmp_path: Path, frames: list[Pixels], fps: Fraction = Fraction(24)) -> ShotList:
    return detect_shots(film_of(tmp_path / "film.mp4", frames, fps))


@pytest.mark.parametrize("fps", [Fraction(25, 3), Fraction(24000, 1001), Fraction(30)])
def test_hard_cuts_are_found_on_their_frame(tmp_path: Path, fps: Fraction) -> None:
    second = round(fps)
    frames = [*walk(1, 2 * second), *pan(2, 3 * second, 1.0), *still(3, 2 * second), *walk(4, second, hold=2)]
    found = shots_of(tmp_path, frames, fps)
    assert starts(found) == [(2 * second, "cut"), (5 * second, "cut"), (7 * second, "cut")]
    assert (found.num_frames, found.shots[-1].end_frame) == (8 * second, 8 * second)
    assert found.shots[1].start_seconds == pytest.approx(float(2 * second / fps), abs=1e-6)


@pytest.mark.parametrize("num_frames", [8, 10, 12, 24])
def test_a_dissolve_is_one_boundary_in_its_middle(tmp_path: Path, num_frames: int) -> None:
    found = shots_of(tmp_path, dissolve(walk(5, 60), pan(6, 60, 0.5), num_frames))
    (first, kind), *others = starts(found)
    assert (kind, others) == ("dissolve", [])
    assert abs(first - (60 - num_frames / 2)) <= 2
    assert abs(found.shots[1].transition_frames - num_frames) <= num_frames // 2


def test_a_fade_through_black_is_one_boundary(tmp_path: Path) -> None:
    down, up = np.linspace(1, 0, 12), np.linspace(0, 1, 12)
    frames = [
        *lit(still(7, 48), [*np.ones(36), *down]),
        *[np.zeros((HEIGHT, WIDTH, 3), np.uint8)] * 6,
        *lit(still(8, 48), [*up, *np.ones(36)]),
    ]
    ((frame, kind),) = starts(shots_of(tmp_path, frames))
    assert kind == "fade"
    assert 46 <= frame <= 56


def test_a_fade_in_at_the_start_and_out_at_the_end_add_no_shot(tmp_path: Path) -> None:
    gains = [*np.zeros(6), *np.linspace(0, 1, 24), *np.ones(40), *np.linspace(1, 0, 24), *np.zeros(6)]
    assert starts(shots_of(tmp_path, lit(walk(9, 100), gains))) == []


def veiled(frames: list[Pixels], start: int, shares: tuple[float, ...]) -> list[Pixels]:
    """Lay white over some frames."""
    drawn = list(frames)
    for index, share in enumerate(shares, start):
        drawn[index] = np.round((1 - share) * drawn[index] + share * 255.0).astype(np.uint8)
    return drawn


def test_a_flash_that_hides_a_cut_is_one_boundary_and_lightning_is_none(tmp_path: Path) -> None:
    frames = veiled([*walk(30, 48), *walk(31, 60)], 47, (0.7, 1.0, 0.4))
    frames = veiled(frames, 80, (0.92, 0.3, 0.8))
    found = shots_of(tmp_path, frames)
    ((frame, kind),) = starts(found)
    assert kind == "flash"
    assert abs(frame - 48) <= 1
    assert abs(found.shots[1].transition_frames - 3) <= 1


@pytest.mark.parametrize("num_frames", [10, 24])
def test_a_wipe_is_one_boundary_in_its_middle(tmp_path: Path, num_frames: int) -> None:
    one, other = still(32, 60), still(33, 60)
    frames = [*one[:-num_frames]]
    for index in range(num_frames):
        edge = round(WIDTH * (index + 1) / (num_frames + 1))
        frames.append(np.concatenate([other[0][:, :edge], one[0][:, edge:]], axis=1))
    ((frame, kind),) = starts(shots_of(tmp_path, [*frames, *other]))
    assert kind == "wipe"
    assert abs(frame - (60 - num_frames / 2)) <= 2


def test_a_long_black_is_a_shot_between_two_cuts(tmp_path: Path) -> None:
    """Both ends of a black gap count, not one of them."""
    black = [np.zeros((HEIGHT, WIDTH, 3), np.uint8)] * 36
    assert starts(shots_of(tmp_path, [*walk(34, 48), *black, *walk(35, 48)])) == [(48, "cut"), (84, "cut")]


def broadcast(frames: list[Pixels], bar: int) -> list[Pixels]:
    """Lay over what a channel does: bars, a logo, and words that change every second and a half, cut or not."""
    aired = []
    for index, frame in enumerate(frames):
        picture = frame.copy()
        picture[:bar] = picture[HEIGHT - bar :] = 0
        picture[bar + 4 : bar + 12, -24:-8] = 240
        letters = np.random.default_rng(index // 36).random((3, 60)) < 0.5
        words = picture[HEIGHT - bar - 12 : HEIGHT - bar - 3, 20:140]
        words[:] = np.where(np.kron(letters, np.ones((3, 2), bool))[..., None], 255, 0)
        aired.append(picture)
    return aired


@pytest.mark.parametrize("bar", [0, 13])
def test_bars_logo_and_subtitles_hide_no_boundary_and_make_none(tmp_path: Path, bar: int) -> None:
    frames = [*dissolve(walk(40, 60), pan(41, 60, 0.5), 12), *still(42, 60), *still(43, 60)]
    found = starts(shots_of(tmp_path, broadcast(veiled(frames, 167, (0.7, 1.0, 0.4)), bar)))
    assert [kind for _, kind in found] == ["dissolve", "cut", "flash"]
    assert np.abs(np.array([frame for frame, _ in found]) - [54, 108, 168]).max() <= 2


def test_a_whip_pan_in_two_drawings_is_no_cut(tmp_path: Path) -> None:
    """Its second drawing steps one and a half times as far as its first."""
    wide = scenery(47)
    whip = [wide[:, left : left + WIDTH] for left in (*[0] * 24, *[10] * 3, *[200] * 33)]
    assert starts(shots_of(tmp_path, [*whip, *still(45, 48)], Fraction(12))) == [(60, "cut")]


def flash() -> list[Pixels]:
    frames = list(walk(10, 72))
    frames[30:32] = [np.full((HEIGHT, WIDTH, 3), 255, np.uint8)] * 2
    frames[50] = 255 - frames[50]
    return frames


def title_over_a_still() -> list[Pixels]:
    title = still(11, 72)[0].copy()
    title[30:60, 40:120] = 255
    shares = [*np.zeros(24), *np.linspace(0, 1, 24), *np.ones(24)]
    return [np.round((1 - share) * still(11, 1)[0] + share * title).astype(np.uint8) for share in shares]


ONE_SHOT = {
    "pan": lambda: pan(12, 96, 2.0),
    "whip pan": lambda: [*pan(13, 24, 0.0), *pan(13, 24, 12.0)],
    "flash": flash,
    "dusk": lambda: lit(walk(14, 72), [*np.ones(24), *np.linspace(1, 0.5, 24), *np.full(24, 0.5)]),
    "lights out": lambda: lit(walk(15, 72), [*np.ones(36), *np.full(36, 0.75)]),
    "held drawings": lambda: walk(16, 72, hold=3),
    "title": title_over_a_still,
    "still": lambda: still(17, 48),
    "one colour": lambda: [np.full((HEIGHT, WIDTH, 3), 90, np.uint8)] * 48,
}


@pytest.mark.parametrize("name", ONE_SHOT)
def test_what_happens_within_a_shot_is_no_boundary(tmp_path: Path, name: str) -> None:
    assert starts(shots_of(tmp_path, ONE_SHOT[name]())) == []


def test_times_are_presentation_times_where_the_rate_varies(tmp_path: Path) -> None:
    pictures = [*still(18, 24), *still(19, 24)]
    ticks = [*range(24), *(24 + 3 * index for index in range(24))]  # the second shot is shown three times as slow
    path = tmp_path / "variable.mp4"
    write_film(path, 48, (WIDTH, HEIGHT), ticks=ticks, picture=lambda index, *_: pictures[index])
    found = detect_shots(path)
    assert starts(found) == [(24, "cut")]
    assert [shot.start_seconds for shot in found.shots] == pytest.approx([0.0, 1.0])
    assert found.shots[1].end_seconds == pytest.approx(1.0 + 23 * 3 / 24, abs=0.15)


def test_same_film_same_bytes_whatever_the_threads(tmp_path: Path) -> None:
    path = film_of(tmp_path / "film.mp4", dissolve(walk(22, 48), walk(23, 48), 10))
    one = detect_shots(path, decode=DecodeConfig(num_threads=1))
    assert one.to_json() == detect_shots(path).to_json()
    assert ShotList.from_json(one.to_json()) == one


def test_thresholds_change_without_decoding_again(tmp_path: Path) -> None:
    path = film_of(tmp_path / "film.mp4", [*walk(24, 48), *walk(25, 48)])
    table = score_frames(path)
    path.unlink()
    assert [boundary.frame for boundary in fuse(table, FusionConfig())] == [48]
    assert fuse(table, FusionConfig(cut=CutConfig(min_step=255.0))) == []
    assert table.content.argmax() == 48


def test_odd_films_have_one_shot_that_covers_them(tmp_path: Path) -> None:
    for name, path in build_odd(tmp_path).items():
        found = detect_shots(path)
        assert [(shot.start_frame, shot.end_frame) for shot in found.shots] == [(0, found.num_frames)], name
        assert found.shots[0].end_seconds > found.shots[0].start_seconds == 0.0, name


def test_bad_films_give_the_errors_of_probe(tmp_path: Path) -> None:
    for name, path in build_bad(tmp_path).items():
        with pytest.raises(BAD[name]):
            detect_shots(path)


def test_a_film_damaged_inside_is_refused_unless_the_policy_allows_it(tmp_path: Path) -> None:
    path = damage(film_of(tmp_path / "whole.mp4", walk(26, 96)), tmp_path / "damaged.mp4")
    with pytest.raises(TruncatedMediaError, match="damaged.mp4") as caught:
        detect_shots(path)
    assert "pegbar films probe" in caught.value.remedy
    assert 0 < detect_shots(path, decode=DecodeConfig(max_corrupt_frames=1000)).num_frames <= 96


def assert_within_one_frame(found: ShotList, cuts: list[int]) -> None:
    assert [kind for _, kind in starts(found)] == ["cut"] * len(cuts)
    assert all(abs(frame - cut) <= 1 for (frame, _), cut in zip(starts(found), cuts, strict=True))
    assert all(before.end_frame == after.start_frame for before, after in pairwise(found.shots))
    assert all(before.end_seconds == after.start_seconds for before, after in pairwise(found.shots))


def test_big_buck_bunny_has_its_three_cuts(shared_films: Path) -> None:
    cuts = json.loads((shared_films / "cuts.json").read_text())["big_buck_bunny_480p_30s.mp4"]["cuts"]
    found = detect_shots(shared_films / "big_buck_bunny_480p_30s.mp4")
    assert_within_one_frame(found, cuts)
    assert (found.num_frames, found.fps, found.shots[-1].end_seconds) == (720, 24.0, 30.0)


def test_anim_director_has_its_nineteen_cuts(shared_films: Path) -> None:
    folder = shared_films / "anim_director_32"
    found = detect_shots(folder / "film.mp4")
    assert_within_one_frame(found, json.loads((folder / "film.cuts.json").read_text()))
    assert len(found.shots) == 20


def test_live_action_in_one_take_has_one_shot(shared_films: Path) -> None:
    assert len(detect_shots(shared_films / "chaplin_live_action.mp4").shots) == 1


def test_a_missing_film_says_so(tmp_path: Path) -> None:
    with pytest.raises(PegbarError, match="no film at"):
        detect_shots(tmp_path / "none.mp4")


def test_scenes_differ_by_seed() -> None:
    assert np.abs(scenery(1).astype(int) - scenery(2)).mean() > 20
