"""Shards of films: what one task does, its films in processes of their own, each group packed at the end."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol, TypeVar

from prefect import task

from pegbar import progress
from pegbar.engine import ItemResult, process_items
from pegbar.records import Decision
from tasks.context import RunContext
from tasks.curation.config import CurateConfig
from tasks.curation.film import FilmParts, SeenFilm, curate_item, see_item
from tasks.curation.pack import PackedGroup, pack_group
from tasks.curation.sources.source_film import SourceFilm

CRASH_GATE = "curate"


class Grouped(Protocol):
    """A film in whatever state; a group is never split between shards."""

    @property
    def item_id(self) -> str:
        """The film's id."""

    @property
    def group(self) -> str:
        """Its shard group."""


FilmT = TypeVar("FilmT", bound=Grouped)


def shards_of(films: Sequence[FilmT], max_films: int) -> list[tuple[FilmT, ...]]:
    """Return films in shards of whole groups, in order, each as full as `max_films` allows."""
    groups: dict[str, list[FilmT]] = defaultdict(list)
    for film in films:
        groups[film.group].append(film)
    shards: list[list[FilmT]] = []
    for _, members in sorted(groups.items()):
        if not shards or len(shards[-1]) + len(members) > max_films:
            shards.append([])
        shards[-1] += sorted(members, key=lambda film: film.item_id)
    return [tuple(shard) for shard in shards]


def see_films(context: RunContext, films: Sequence[SourceFilm], config: CurateConfig) -> list[SeenFilm]:
    """Look at films in a pool of processes; a bad film comes back with the decision that says why."""
    items = [(film.item_id, (context, film, config)) for film in films]
    count = _Counter("look at films", len(films))
    results = process_items(see_item, items, num_workers=context.settings.num_workers, on_done=count)
    return [
        result.value
        if result.value is not None
        else SeenFilm(source=film, decisions=(film.decision(), _crashed(film.item_id, result)))
        for film, result in zip(films, results, strict=True)
    ]


def curate_films(context: RunContext, films: Sequence[SeenFilm], config: CurateConfig) -> list[PackedGroup]:
    """Curate films in a pool of processes and pack their groups; a bad film is a decision in its group."""
    items = [(film.item_id, (context, film, config)) for film in films]
    count = _Counter("curate films", len(films))
    results = process_items(curate_item, items, num_workers=context.settings.num_workers, on_done=count)
    groups: dict[str, list[FilmParts]] = defaultdict(list)
    for film, result in zip(films, results, strict=True):
        decisions = (film.source.decision(), _crashed(film.item_id, result))
        groups[film.group].append(result.value or FilmParts(item_id=film.item_id, film=None, decisions=decisions))
    with context.open() as artifacts:
        return [pack_group(artifacts, group, parts) for group, parts in sorted(groups.items())]


class _Counter:
    """Reports each film that is done."""

    def __init__(self, label: str, total: int) -> None:
        self._label, self._total, self._done = label, total, 0

    def __call__(self, _: str) -> None:
        self._done += 1
        progress.report(self._label, self._done, self._total)


ResultT = TypeVar("ResultT")


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
