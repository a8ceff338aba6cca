"""A shard of films: what one task does, its films in processes of their own, each group packed at the end."""

from collections import defaultdict
from collections.abc import Sequence

from prefect import task

from pegbar import progress
from pegbar.engine import ItemResult, process_items
from pegbar.records import Decision
from tasks.context import RunContext
from tasks.curation.config import CurateConfig
from tasks.curation.film import FilmParts, curate_item
from tasks.curation.pack import PackedGroup, pack_group
from tasks.curation.source_film import SourceFilm

CRASH_GATE = "curate"


def shards_of(films: Sequence[SourceFilm], max_films: int) -> list[tuple[SourceFilm, ...]]:
    """Return films in shards of whole groups, in order, each as full as `max_films` allows."""
    groups: dict[str, list[SourceFilm]] = defaultdict(list)
    for film in films:
        groups[film.group].append(film)
    shards: list[list[SourceFilm]] = []
    for _, members in sorted(groups.items()):
        if not shards or len(shards[-1]) + len(members) > max_films:
            shards.append([])
        shards[-1] += sorted(members, key=lambda film: film.item_id)
    return [tuple(shard) for shard in shards]


def curate_films(context: RunContext, films: Sequence[SourceFilm], config: CurateConfig) -> list[PackedGroup]:
    """Curate films in a pool of processes and pack their groups; a bad film is a decision in its group."""
    done = 0

    def count(_: str) -> None:
        nonlocal done
        done += 1
        progress.report("curate films", done, len(films))

    items = [(film.item_id, (context, film, config)) for film in films]
    results = process_items(curate_item, items, num_workers=context.settings.num_workers, on_done=count)
    groups: dict[str, list[FilmParts]] = defaultdict(list)
    for film, result in zip(films, results, strict=True):
        groups[film.group].append(_parts(film, result))
    with context.open() as artifacts:
        return [pack_group(artifacts, group, parts) for group, parts in sorted(groups.items())]


def _parts(film: SourceFilm, result: ItemResult[FilmParts]) -> FilmParts:
    if result.value is not None:
        return result.value
    failed = Decision(
        item_id=film.item_id, item_kind="film", gate=CRASH_GATE, outcome=result.outcome, reason=result.reason
    )
    return FilmParts(item_id=film.item_id, film=None, decisions=(film.decision(), failed))


@task(name="curate-shard")
def curate_shard(context: RunContext, films: tuple[SourceFilm, ...], config: CurateConfig) -> list[PackedGroup]:
    """Curate one shard of films (see `curate_films`)."""
    return curate_films(context, films, config)
