"""How much room a curation will take, on which disk and under which quota; and the refusal where there is less."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from configparser import ConfigParser
from pathlib import Path
from typing import Literal

from prefect import task
from pydantic import Field

from pegbar.artifacts import Artifacts
from pegbar.errors import DiskFullError, QuotaError
from pegbar.lineage import Lineage
from pegbar.records import Record
from pegbar.settings import Settings
from pegbar.space import free_bytes, size_text
from pegbar.store import LocalStoreConfig
from tasks.context import RunContext
from tasks.curation.config import CurateConfig
from tasks.curation.references.candidates import MAX_KEPT_BYTES
from tasks.curation.sources.source_film import SourceFilm
from tasks.storage.experience import ExperienceConfig, experience_of, finished_films

Place = Literal["store", "scratch", "workspace", "remote"]
logger = logging.getLogger("pegbar.space")


class ForecastConfig(ExperienceConfig):
    """What is expected.

    Args:
        margin: films differ; so much more than the mean is asked for.
        scratch: bytes at work at once for each byte of a film, at most those of the frames that references keep.
    """

    margin: float = Field(default=1.25, ge=1)
    scratch: float = Field(default=40.0, ge=0)


class Need(Record):
    """What one place will take; `path` is None and nothing counts where it has no disk of ours (a bucket)."""

    place: Place
    path: Path | None
    num_bytes: int


class SpaceForecast(Record):
    """What a curation will take.

    Args:
        num_films: that are new. source_bytes: of them; they are in the store already.
        num_measured: films that the forecast was learnt from; none: a benchmark's figures.
    """

    num_films: int
    source_bytes: int
    num_measured: int
    needs: tuple[Need, ...]

    def of(self, place: Place) -> int:
        """Return what one place will take."""
        return sum(need.num_bytes for need in self.needs if need.place == place)


def forecast(
    artifacts: Artifacts,
    settings: Settings,
    workspace: Path,
    films: Sequence[SourceFilm],
    config: CurateConfig,
    expected: ForecastConfig,
) -> SpaceForecast:
    """Say what the films that were not curated before will take, groups that they join written anew included."""
    finished = finished_films(artifacts, config)
    new = {
        film.sha256: film for film in films if film.sha256 and film.outcome == "kept" and film.sha256 not in finished
    }
    sizes = [film.size_bytes for film in new.values()]
    known = experience_of(artifacts, expected)
    groups = {film.group for film in new.values()}
    dataset = known.dataset * sum(sizes) * expected.margin + _present_bytes(workspace / "data", groups)
    steps = known.steps * sum(sizes) * expected.margin
    at_work = sum(
        sorted(min(size * expected.scratch, MAX_KEPT_BYTES) for size in sizes)[-settings.engine.num_workers :]
    )
    store, remote = settings.effective_store, _remote_of(workspace)
    is_local = isinstance(store, LocalStoreConfig)
    shares_files = isinstance(store, LocalStoreConfig) and store.links and _one_disk(store.root, workspace)
    needs = {
        "store": (store.root if isinstance(store, LocalStoreConfig) else None, steps + dataset),
        # of a store that is elsewhere, scratch keeps what is fetched, films included
        "scratch": (artifacts.scratch, at_work + (0 if is_local else steps + sum(sizes))),
        "workspace": (workspace, 0 if shares_files else 2 * dataset),  # the dataset, and its objects in DVC's cache
        "remote": (remote, dataset if remote else 0),
    }
    return SpaceForecast(
        num_films=len(new),
        source_bytes=sum(sizes),
        num_measured=known.num_films,
        needs=tuple(
            Need.model_validate({"place": place, "path": path, "num_bytes": round(num_bytes)})
            for place, (path, num_bytes) in needs.items()
        ),
    )


def refuse_if_short(found: SpaceForecast, artifacts: Artifacts, settings: Settings) -> None:
    """Refuse what will not fit, before anything is made.

    Raises:
        DiskFullError: on some disk. QuotaError: in the store, or for the owner.
    """
    disks: dict[int, list[Need]] = defaultdict(list)
    for need in found.needs:
        if need.path is not None and need.num_bytes:
            disks[_existing(need.path).stat().st_dev].append(need)
    for needs in disks.values():
        _check_disk(needs, settings.space.min_free_bytes)
    _check_quotas(found, artifacts, settings)


def _check_disk(needs: Sequence[Need], min_free_bytes: int) -> None:
    wanted, path = sum(need.num_bytes for need in needs), needs[0].path
    assert path is not None
    free = free_bytes(path)
    if wanted + min_free_bytes > free:
        parts = ", ".join(f"{need.place} {size_text(need.num_bytes)}" for need in needs)
        raise DiskFullError(
            f"the new films need about {size_text(wanted)} ({parts}) on the disk of {path}, "
            f"where {size_text(free)} are free and {size_text(min_free_bytes)} stay so (space.min_free_bytes)",
            remedy="pegbar gc --dry-run shows what could go; or curate fewer films at once; then: pegbar resume",
            subject=str(path),
        )


def _check_quotas(found: SpaceForecast, artifacts: Artifacts, settings: Settings) -> None:
    need = found.of("store")
    quota = settings.space.store_quota_bytes
    if quota is not None and need and artifacts.guard is not None:
        _check_quota("it", artifacts.guard.size.recount(), need, quota, "space.store_quota_bytes")
    owned = settings.space.owner_quota_bytes.get(artifacts.owner)
    if owned is not None and need:
        used = owner_bytes(artifacts)
        _check_quota(f"owner {artifacts.owner}", used, need, owned, f"space.owner_quota_bytes.{artifacts.owner}")


def _check_quota(who: str, used: int, need: int, quota: int, setting: str) -> None:
    if used + need > quota:
        raise QuotaError(
            f"the new films need about {size_text(need)} in the store; {who} holds {size_text(used)} of the "
            f"{size_text(quota)} it may ({setting})",
            remedy="pegbar gc --dry-run shows what could go; or curate fewer films at once; then: pegbar resume",
            subject=setting,
        )


def owner_bytes(artifacts: Artifacts) -> int:
    """Return what the owner's artifacts hold in the store, each member once; films that were taken in do not count."""
    owned = {row.key for row in artifacts.journal.steps() if row.owner == artifacts.owner}
    lineage = Lineage.of(artifacts.store)
    held = {
        output.sha256: output.size_bytes
        for key in owned & lineage.manifests.keys()
        for output in lineage.manifests[key].outputs
    }
    return sum(held.values())


def _present_bytes(data: Path, groups: set[str]) -> int:
    """Return what the groups that get a film have already: their shards and tables are written anew."""
    files = [path for group in groups for path in (*data.glob(f"shards/{group}-*"), *data.glob(f"tables/*/{group}.*"))]
    return sum(path.stat().st_size for path in files)


def _remote_of(workspace: Path) -> Path | None:
    """Return the folder that versions are pushed to; None for a bucket."""
    parser = ConfigParser(interpolation=None)
    parser.read(workspace / ".dvc" / "config")
    for name in parser.sections():
        url = parser[name].get("url", "")
        if name.strip("'").startswith("remote ") and url and "://" not in url:
            return (workspace / ".dvc" / url).resolve()
    return None


def _one_disk(first: Path, second: Path) -> bool:
    return _existing(first).stat().st_dev == _existing(second).stat().st_dev


def _existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.is_dir())


@task(name="forecast-space")
def forecast_space(context: RunContext, films: list[SourceFilm], config: CurateConfig) -> SpaceForecast:
    """Forecast what new films will take, and refuse what will not fit (see `forecast` and `refuse_if_short`)."""
    with context.open() as artifacts:
        found = forecast(artifacts, context.settings, context.workspace, films, config, ForecastConfig())
        try:
            refuse_if_short(found, artifacts, context.settings)
        except (DiskFullError, QuotaError) as error:
            if context.settings.space.refuses_short:
                raise
            logger.warning("%s", error.what)
    if found.num_films:
        guess = "" if found.num_measured else " (a guess: nothing was curated here before)"
        told = ", ".join(f"{need.place} {size_text(need.num_bytes)}" for need in found.needs if need.num_bytes)
        logger.info(
            "%d new films of %s will take about: %s%s", found.num_films, size_text(found.source_bytes), told, guess
        )
    return found
