"""Films as files: same bytes in any process, whole or not at all, kept when whole."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from pegbar.digests import digest_file
from pegbar.errors import ConfigurationError, DiskFullError
from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.film import RenderedFilm, render_film, render_films

CONFIG = ToonboxConfig(width=128, height=96, min_seconds=4, max_seconds=4)
RENDER = """
import sys; from pathlib import Path
from pegbar.toonbox.config import ToonboxConfig; from pegbar.toonbox.film import render_film
render_film(Path(sys.argv[1]), 7, ToonboxConfig(width=128, height=96, min_seconds=4, max_seconds=4))
"""


def content_of(directory: Path) -> dict[str, str]:
    return {path.name: digest_file(path) for path in sorted(directory.iterdir())}


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RenderedFilm]:
    directory = tmp_path_factory.mktemp("films")
    return directory, render_film(directory, 7, CONFIG)


def test_another_process_writes_the_same_bytes(film: tuple[Path, RenderedFilm], tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "77", "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", RENDER, str(tmp_path)], check=True, env=environment)
    assert content_of(tmp_path) == content_of(film[0])


def test_the_files_agree_with_each_other(film: tuple[Path, RenderedFilm]) -> None:
    directory, rendered = film
    cuts = json.loads((directory / "toon_s00007.cuts.json").read_text())
    script = json.loads((directory / "toon_s00007.script.json").read_text())
    with av.open(str(directory / rendered.video)) as container:
        video, sound = container.streams.video[0], container.streams.audio[0]
        assert (video.frames, video.average_rate, video.width, video.height) == (48, 12, 128, 96)
        assert (sound.codec_context.name, sound.rate) == ("aac", 22_050)
    with np.load(directory / "toon_s00007.masks.npz") as masks:
        assert masks["labels"].shape == (48, 96, 128)
        assert masks["characters"].tolist() == [one["ID"] for one in script["main characters"]]
    assert cuts["num_frames"] == 48
    assert rendered.world_version == cuts["world_version"] == 1
    truth = {f"toon_s00007.{name}.json" for name in ("script", "cuts", "text", "audio")}
    assert set(rendered.files) == truth | {"toon_s00007.mp4", "toon_s00007.masks.npz"}
    assert len(cuts["boundaries"]) + 1 == len(script["shots"]) == rendered.num_shots


def test_a_whole_film_is_kept_and_a_damaged_one_is_drawn_again(film: tuple[Path, RenderedFilm], tmp_path: Path) -> None:
    for path in film[0].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    before = (tmp_path / "toon_s00007.mp4").stat().st_mtime_ns
    assert render_film(tmp_path, 7, CONFIG) == film[1]
    assert (tmp_path / "toon_s00007.mp4").stat().st_mtime_ns == before
    (tmp_path / "toon_s00007.mp4").write_bytes(b"damaged")
    (tmp_path / "toon_s00007.film.json").write_bytes(b"not a record")
    assert render_film(tmp_path, 7, CONFIG) == film[1]
    assert content_of(tmp_path) == content_of(film[0])


def test_a_full_disk_says_so_and_the_next_try_finishes(film: tuple[Path, RenderedFilm], tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, hard))
    try:
        with pytest.raises(DiskFullError):
            render_film(tmp_path, 7, CONFIG)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(tmp_path.glob("*.mp4")) and not list(tmp_path.glob(".*"))
    render_film(tmp_path, 7, CONFIG)
    assert content_of(tmp_path) == content_of(film[0])


def test_seeds_follow_each_other_and_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    short = CONFIG.but(min_seconds=2, max_seconds=2)
    films = render_films(tmp_path, 2, 11, short, lambda name, done, total: told.append((name, done, total)))
    assert [one.name for one in films] == ["toon_s00011", "toon_s00012"]
    assert told[0] == ("toon_s00011", 1, 24) and told[-1] == ("toon_s00012", 24, 24)


@pytest.mark.parametrize(
    ("num_films", "seed", "complaint"),
    [(0, 1, "0 films"), (2, 79_999, "cross from train"), (1, 100_000, "no split owns")],
)
def test_wrong_requests_are_refused_before_anything_is_drawn(
    tmp_path: Path, num_films: int, seed: int, complaint: str
) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        render_films(tmp_path, num_films, seed, CONFIG)
    assert not list(tmp_path.iterdir())


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(ConfigurationError, match="taken is not a folder"):
        render_film(tmp_path / "taken", 1, CONFIG)
