from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn_shots import Pixels, pan, still, walk
from film_views import view_of_pictures

from tasks.curation.duplicate_films import DuplicateFilm, DuplicateFilmsConfig, find_duplicate_films
from tasks.curation.film_signature import MIRRORED, FilmSignature, perceptual_hash, signature_of
from tasks.curation.scorers.bars import find_bars

Edit = Callable[[Pixels], Pixels]


def film(seed: int) -> list[Pixels]:
    """Draw five shots of two seconds at 8 frames a second."""
    walks, pans = (walk, pan)
    shots = [
        walks(seed, 16),
        pans(seed + 1, 16, 4.0),
        walks(seed + 2, 16),
        pans(seed + 3, 16, 6.0),
        walks(seed + 4, 16),
    ]
    return [picture for shot in shots for picture in shot]


def signature(folder: Path, name: str, pictures: Sequence[Pixels], fps: float = 8.0) -> FilmSignature:
    view = view_of_pictures(pictures, folder / name, fps=fps, starts=range(0, len(pictures), 16))
    bars = find_bars(view)
    return signature_of(name, replace(view, crop=bars.crop(view.info.width, view.info.height)))


def found(signatures: Sequence[FilmSignature]) -> list[tuple[str, str]]:
    return [(duplicate.film_id, duplicate.kept_film_id) for duplicate in find_duplicate_films(signatures)]


def larger(picture: Pixels) -> Pixels:
    return cv2.resize(picture, (480, 288), interpolation=cv2.INTER_CUBIC)


def cropped(picture: Pixels) -> Pixels:
    return cv2.resize(picture[2:-2, 4:-4], (160, 96))  # 2.5 % off every side


def letterboxed(picture: Pixels) -> Pixels:
    return cv2.copyMakeBorder(picture, 12, 12, 0, 0, cv2.BORDER_CONSTANT)


def brighter(picture: Pixels) -> Pixels:
    return (255 * (picture / 255) ** 0.7).astype(np.uint8)


def subtitled(picture: Pixels) -> Pixels:
    drawn = picture.copy()
    cv2.circle(drawn, (148, 10), 6, (250, 30, 30), -1)
    cv2.putText(drawn, "And so they went", (20, 90), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 255), 1)
    return drawn


def mirrored(picture: Pixels) -> Pixels:
    return np.ascontiguousarray(picture[:, ::-1])


@pytest.mark.parametrize("edit", [larger, cropped, letterboxed, brighter, subtitled, mirrored])
def test_a_copy_is_found_among_other_films(tmp_path: Path, edit: Edit) -> None:
    others = [signature(tmp_path, f"other{seed}", film(seed)) for seed in (20, 40)]
    first = signature(tmp_path, "a", film(1))
    copy = signature(tmp_path, "b", [edit(picture) for picture in film(1)])
    ((dropped, kept),) = found([*others, first, copy])
    assert {dropped, kept} == {"a", "b"}
    assert (kept == "b") == (copy.height > first.height)  # the larger picture, then the lower id


def test_another_frame_rate_and_cut_off_ends_are_found_and_the_longer_film_stays(tmp_path: Path) -> None:
    doubled = [picture for picture in film(1)[13:-10] for _ in range(2)]
    signatures = [signature(tmp_path, "a", doubled, fps=16.0), signature(tmp_path, "b", film(1))]
    assert found(signatures) == [("a", "b")]
    (duplicate,) = find_duplicate_films(signatures)
    assert duplicate.offset_seconds == pytest.approx(13 / 8, abs=1.0)


def test_the_same_card_and_black_frames_make_no_duplicates(tmp_path: Path) -> None:
    title = [*[np.zeros((96, 160, 3), np.uint8)] * 16, *still(9, 24)]
    signatures = [signature(tmp_path, name, [*title, *film(seed)]) for name, seed in (("a", 1), ("b", 20))]
    assert found(signatures) == []


def test_an_episode_gives_way_to_the_collection_that_holds_it_even_a_smaller_one(tmp_path: Path) -> None:
    episode = signature(tmp_path, "episode", [larger(picture) for picture in film(1)])
    collection = signature(tmp_path, "collection", [*film(20), *film(1), *film(40)])
    assert found([episode, collection]) == [("episode", "collection")]


def test_of_many_copies_one_is_kept(tmp_path: Path) -> None:
    copies = [signature(tmp_path, name, [edit(picture) for picture in film(1)])
              for name, edit in (("c", brighter), ("a", subtitled), ("b", larger))]  # fmt: skip
    assert sorted(found(copies)) == [("a", "b"), ("c", "b")]


def test_films_without_a_single_sample_are_nobodys_copy(tmp_path: Path) -> None:
    black = [np.zeros((96, 160, 3), np.uint8)] * 16
    signatures = [signature(tmp_path, name, black) for name in ("a", "b")]
    assert signatures[0].seconds == ()
    assert found(signatures) == []
    assert found([]) == []


def test_a_mirrored_hash_differs_by_the_mask_and_records_survive_json(tmp_path: Path) -> None:
    picture = film(1)[20]
    here, there = perceptual_hash(picture), perceptual_hash(mirrored(picture))
    assert here is not None
    assert there is not None
    assert (here ^ there ^ int(MIRRORED)).bit_count() <= 1  # a cosine of nothing has no sign to turn
    made = signature(tmp_path, "a", film(1))
    assert FilmSignature.from_json(made.to_json()) == made


def test_a_thousand_films_with_fifty_copies() -> None:
    random = np.random.default_rng(0)

    def made(name: str, codes: np.ndarray) -> FilmSignature:
        return FilmSignature(
            film_id=name, width=640, height=360, duration_seconds=len(codes) / 2,
            seconds=tuple((np.arange(len(codes)) / 2).tolist()), hashes="".join(f"{int(code):016x}" for code in codes),
        )  # fmt: skip

    films = [np.repeat(random.integers(0, 2**63, 6, dtype=np.uint64) * np.uint64(2), 4) for _ in range(950)]
    flips = [np.uint64(1) << random.integers(1, 64, (6, 24)).astype(np.uint64) for _ in range(50)]
    copies = [codes ^ np.bitwise_xor.reduce(flip) for codes, flip in zip(films[:50], flips, strict=True)]
    signatures = [made(f"{place:04d}", codes) for place, codes in enumerate([*films, *copies])]
    duplicates: list[DuplicateFilm] = find_duplicate_films(signatures, DuplicateFilmsConfig(mirrored=False))
    assert [(duplicate.film_id, duplicate.kept_film_id) for duplicate in duplicates] == [
        (f"{950 + place:04d}", f"{place:04d}") for place in range(50)
    ]
