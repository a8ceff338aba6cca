"""Shards of films: what one task does, its films in processes of their own, each group packed at the end."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from prefect import task

from pegbar import progress
from pegbar.engine import FailureBudget, ItemResult, running_engine
from pegbar.records import Decision
from tasks.context import RunContext
from tasks.curation.config import CurateConfig
from tasks.curation.film import FilmParts, SeenFilm, curate_item, see_item
from tasks.curation.pack import PackedGroup, pack_group
from tasks.curation.sources.source_film import SourceFilm

CRASH_GATE = "curate"


SHARD_SECONDS = 180.0  # of wall clock for one task: its own cost vanishes, and little is looked at again after a kill
# Processor seconds of one core, from docs/curation_benchmark.json (1920x1080, H.264); they only put films in order.
WORK_PER_FILM_SECOND = 0.45
WORK_PER_MEGABYTE = 0.65

FilmT = TypeVar("FilmT", bound=SourceFilm | SeenFilm)
ResultT = TypeVar("ResultT")


def work_seconds(film: SourceFilm | SeenFilm) -> float:
    """Estimate how long a film takes one worker: by its duration where it is known, else by its bytes."""
    if isinstance(film, SeenFilm):
        return film.duration_seconds * WORK_PER_FILM_SECOND if film.is_kept else 0.0
    return film.size_bytes / 1e6 * WORK_PER_MEGABYTE


def shards_of(films: Sequence[FilmT], max_films: int, num_workers: int = 1) -> list[tuple[FilmT, ...]]:
    """Return films in shards of whole groups, the longest shard first, the longest films of a shard first.

    Small groups share a shard up to `max_films` and `SHARD_SECONDS` of work for each of `num_workers`.
    """
    groups: dict[str, list[FilmT]] = defaultdict(list)
    for film in films:
        groups[film.group].append(film)
    shards: list[list[FilmT]] = []
    for name in sorted(groups):
        if not shards or not _fits([*shards[-1], *groups[name]], max_films, num_workers):
            shards.append([])
        shards[-1] += groups[name]
    by_length = [tuple(sorted(shard, key=lambda film: (-work_seconds(film), film.item_id))) for shard in shards]
    return sorted(by_length, key=lambda shard: -sum(map(work_seconds, shard)))


def _fits(shard: Sequence[SourceFilm | SeenFilm], max_films: int, num_workers: int) -> bool:
    return len(shard) <= max_films and sum(map(work_seconds, shard)) <= SHARD_SECONDS * num_workers


def see_films(context: RunContext, films: Sequence[SourceFilm], config: CurateConfig) -> list[SeenFilm]:
    """Look at films in worker processes; a bad film comes back with the decision that says why.

    Raises:
        FailureBudgetError: too many films failed for no fault of theirs.
    """
    results = _process(partial(_see, context, config), context, films, config, "look at films")
    return [
        result.value
        if result.value is not None
        else SeenFilm(source=film, decisions=(film.decision(), _crashed(film.item_id, result)))
        for film, result in zip(films, results, strict=True)
    ]


def curate_films(context: RunContext, films: Sequence[SeenFilm], config: CurateConfig) -> list[PackedGroup]:
    """Curate films in worker processes and pack their groups; a bad film is a decision in its group.

    Raises:
        FailureBudgetError: too many films failed for no fault of theirs.
    """
    results = _process(partial(_curate, context, config), context, films, config, "curate films")
    groups: dict[str, list[FilmParts]] = defaultdict(list)
    for film, result in sorted(zip(films, results, strict=True), key=lambda pair: pair[0].item_id):
        decisions = (film.source.decision(), _crashed(film.item_id, result))
        groups[film.group].append(result.value or FilmParts(item_id=film.item_id, film=None, decisions=decisions))
    with context.open() as artifacts:
        return [pack_group(artifacts, group, parts) for group, parts in sorted(groups.items())]


def _see(context: RunContext, config: CurateConfig, film: SourceFilm) -> SeenFilm:
    return see_item((context, film, config))


def _curate(context: RunContext, config: CurateConfig, film: SeenFilm) -> FilmParts:
    return curate_item((context, film, config))


def _process(
    function: Callable[[FilmT], ResultT],
    context: RunContext,
    films: Sequence[FilmT],
    config: CurateConfig,
    label: str,
) -> list[ItemResult[ResultT]]:
    with running_engine(context.settings.engine) as engine:
        return engine.process(
            function,
            [(film.item_id, film) for film in films],
            cost=work_seconds,
            budget=FailureBudget(max_share=config.max_retryable_share),
            on_done=_Counter(label, len(films)),
        )


class _Counter:
    """Reports each film that is done."""

    def __init__(self, label: str, total: int) -> None:
        self._label, self._total, self._done = label, total, 0

    def __call__(self, _: str) -> None:
        self._done += 1
        progress.report(self._label, self._done, self._total)


def _crashed(item_id: str, result: ItemResult[ResultT]) -> Decision:
    return Decision(item_id=item_id, item_kind="film", gate=CRASH_GATE, outcome=result.outcome, reason=result.reason)


@task(name="see-shard")
def see_shard(context: RunContext, films: tuple[SourceFilm, ...], config: CurateConfig) -> list[SeenFilm]:
    """Look at one shard of films (see `see_films`)."""
    return see_films(context, films, config)


@task(name="curate-shard")
def curate_shard(context: RunContext, films: tuple[SeenFilm, ...], config: CurateConfig) -> list[PackedGroup]:
    """Curate one shard of films (see `curate_films`)."""
    return curate_films(context, films, config)
