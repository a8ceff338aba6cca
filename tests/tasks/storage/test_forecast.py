"""A forecast by hand: what one film left behind says what the next ones will take."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_films import OPEN

from pegbar.artifacts import Artifacts
from pegbar.config import Config
from pegbar.digests import digest_of
from pegbar.errors import DiskFullError, QuotaError
from pegbar.records import Film
from pegbar.settings import Settings
from pegbar.space import SpaceSettings
from pegbar.steps import Facts, Step
from pegbar.store import LocalStoreConfig
from pegbar.tables import row_of, write_rows
from tasks.context import RunContext
from tasks.curation.clips import STEP as CLIPS
from tasks.curation.pack import STEP as PACK
from tasks.curation.sources.source_film import SourceFilm
from tasks.storage.experience import Experience, experience_of, finished_films
from tasks.storage.forecast import ForecastConfig, SpaceForecast, forecast, forecast_space, refuse_if_short

OLD, NEW, REJECTED = (digest_of(name) for name in ("old", "new", "rejected"))
EXPECTED = ForecastConfig(margin=1.0, scratch=10.0, prior=Experience(steps=3.0, dataset=1.0))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", space=SpaceSettings(min_free_bytes=0), owner="me")


@pytest.fixture
def artifacts(settings: Settings, tmp_path: Path) -> Iterator[Artifacts]:
    with RunContext(settings=settings, workspace=tmp_path / "ws", run_id="r").open() as opened:
        yield opened


def film_of(sha256: str, size_bytes: int, group: str = "00") -> SourceFilm:
    return SourceFilm(
        item_id=f"{group}{sha256}", name="film.mp4", source="films/film.mp4", owner="me", licence="x", sha256=sha256,
        size_bytes=size_bytes,
    )  # fmt: skip


def row_for(film: SourceFilm, kept: bool) -> Film:
    return Film(
        film_id=film.item_id, name=film.name, source=film.source, owner="me", licence="x", sha256=film.sha256 or "",
        size_bytes=film.size_bytes, width=2, height=2, fps=1, num_frames=1, duration_seconds=1, rotation_degrees=0,
        is_variable_frame_rate=False, has_audio=False, video_codec="h264", crop_left=0, crop_top=0, crop_width=2,
        crop_height=2, kept=kept,
    )  # fmt: skip


def made(artifacts: Artifacts, step: Step, inputs: dict[str, str], config: Config, **files: int) -> str:
    def make(folder: Path) -> Facts:
        for name, size in files.items():
            (folder / name.replace("_", ".")).write_bytes(digest_of(inputs).encode()[:8] * (size // 8))
        return {}

    return artifacts.run(step, inputs, config, make)[0].digest


def packed(artifacts: Artifacts) -> int:
    """Pack a film of 1000 bytes that was kept and one of as many that was not; return the size of the films table."""
    old, rejected = film_of(OLD, 1000), film_of(REJECTED, 1000)
    clips = made(artifacts, CLIPS, {"film": OLD}, OPEN.clips, clips_bin=6000)
    looks = made(artifacts, Step(name="references", version=1), {"film": OLD}, Config(), looks_bin=2000)
    inputs = {f"{old.item_id}/film": OLD, f"{old.item_id}/clips": clips, f"{old.item_id}/references": looks}

    def make(folder: Path) -> Facts:
        (folder / "tables").mkdir()
        rows = [row_of(row_for(old, kept=True)), row_of(row_for(rejected, kept=False))]
        write_rows(folder / "tables" / "films.parquet", "films", rows)
        (folder / "shard.tar").write_bytes(bytes(3000))
        return {}

    manifest, _ = artifacts.run(PACK, {**inputs, f"{rejected.item_id}/film": REJECTED}, Config(), make)
    return next(output.size_bytes for output in manifest.outputs if output.path.endswith("films.parquet"))


def asked(artifacts: Artifacts, settings: Settings, *films: SourceFilm) -> SpaceForecast:
    return forecast(artifacts, settings, settings.home.with_name("ws"), films, OPEN, EXPECTED)


def test_films_before_tell_what_a_new_one_takes(artifacts: Artifacts, settings: Settings) -> None:
    table = packed(artifacts)
    dataset = (3000 + table) / 2000  # of a byte of film, a rejected one's too: as many will be rejected again
    assert experience_of(artifacts, EXPECTED) == Experience(steps=4.0, dataset=dataset, num_films=2)
    found = asked(artifacts, settings, film_of(OLD, 1000), film_of(REJECTED, 1000), film_of(NEW, 500))
    assert (found.num_films, found.source_bytes, found.num_measured) == (1, 500, 2)
    assert found.of("store") == round(4.0 * 500 + dataset * 500)
    assert (found.of("scratch"), found.of("workspace"), found.of("remote")) == (5000, 0, 0)


def test_a_film_cut_with_other_settings_is_new(artifacts: Artifacts) -> None:
    packed(artifacts)
    assert finished_films(artifacts, OPEN) == {OLD, REJECTED}
    assert finished_films(artifacts, OPEN.but(clips=OPEN.clips.but(max_side=64))) == {REJECTED}


def test_without_films_before_a_benchmark_tells(artifacts: Artifacts, settings: Settings) -> None:
    found = asked(artifacts, settings, film_of(NEW, 1000), film_of(OLD, 0).model_copy(update={"sha256": None}))
    assert (found.num_films, found.num_measured, found.of("store")) == (1, 0, 4000)


def test_a_group_that_gets_a_film_is_written_anew_wherever_it_lies(
    artifacts: Artifacts, settings: Settings, tmp_path: Path
) -> None:
    for path, size in (("shards/00-0000.tar", 700), ("tables/films/00.parquet", 30), ("shards/ff-0000.tar", 9000)):
        (tmp_path / "ws" / "data" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "ws" / "data" / path).write_bytes(bytes(size))
    (tmp_path / "ws" / ".dvc").mkdir()
    (tmp_path / "ws" / ".dvc" / "config").write_text("['remote \"storage\"']\n    url = ../.dvc-remote\n")
    found = asked(artifacts, settings, film_of(NEW, 1000))
    assert found.of("store") == 3000 + 1000 + 730
    assert found.of("remote") == 1000 + 730
    copying = settings.but(store=LocalStoreConfig(root=settings.home / "store", links=False))
    assert asked(artifacts, copying, film_of(NEW, 1000)).of("workspace") == 2 * (1000 + 730)


def test_scratch_holds_as_many_films_as_there_are_workers_and_of_each_no_more_than_a_batch(
    artifacts: Artifacts, settings: Settings
) -> None:
    names = [digest_of(number) for number in range(5)]
    found = asked(
        artifacts, settings, *(film_of(name, 10**size) for name, size in zip(names, range(5, 10), strict=True))
    )
    assert settings.engine.num_workers == 2
    assert found.of("scratch") == 6_000_000_000 + 1_000_000_000


def test_what_will_not_fit_is_refused_with_its_numbers(
    artifacts: Artifacts, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    packed(artifacts)
    found = asked(artifacts, settings, film_of(NEW, 10**6))
    refuse_if_short(found, artifacts, settings)
    short = [
        (DiskFullError, SpaceSettings(min_free_bytes=1 << 60), "scratch 10.0 MB"),
        (
            QuotaError,
            SpaceSettings(min_free_bytes=0, store_quota_bytes=10**6),
            r"it holds 15\.\d kB of the 1\.0 MB it may",
        ),
        (QuotaError, SpaceSettings(min_free_bytes=0, owner_quota_bytes={"me": 10**6}), "owner me holds"),
    ]
    for kind, space, words in short:
        with pytest.raises(kind, match=words) as refused:
            refuse_if_short(found, artifacts, settings.but(space=space))
        assert "pegbar gc --dry-run" in refused.value.remedy
    nothing_new = asked(artifacts, settings, film_of(OLD, 1000))
    refuse_if_short(nothing_new, artifacts, settings.but(space=short[0][1]))
    only_told = settings.but(space=SpaceSettings(min_free_bytes=1 << 60, refuses_short=False))
    context = RunContext(settings=only_told, workspace=settings.home.with_name("ws"), run_id="r")
    assert forecast_space.fn(context, [film_of(NEW, 10**6)], OPEN).num_films == 1
    assert "where" in caplog.text and "bytes" in caplog.text
    theirs = SpaceSettings(min_free_bytes=0, owner_quota_bytes={"them": 0})
    refuse_if_short(found, artifacts, settings.but(space=theirs))
