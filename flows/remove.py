"""Films taken down: out of the dataset, and every byte of them out of everything that was made from them."""

from prefect import flow
from pydantic import Field

from pegbar.config import Config
from pegbar.records import Record
from pegbar.versions.tombstones import Tombstone
from tasks.context import RunContext
from tasks.curation.takedown.finding import FilmToRemove
from tasks.curation.takedown.purging import Purged
from tasks.curation.takedown.rewriting import Rewritten
from tasks.curation.takedown.steps import (
    Covered,
    cover_pages,
    purge_films,
    rewrite_dataset,
    taint_models,
    write_tombstones,
)
from tasks.registry.records import TaintedVersion


class Request(Config):
    """Which films, why, and who says so."""

    films: tuple[FilmToRemove, ...] = Field(min_length=1)
    reason: str = Field(min_length=1)
    actor: str


class RemovedFilms(Record):
    """What a takedown came to."""

    tombstones: tuple[Tombstone, ...]
    dataset: Rewritten
    tainted: tuple[TaintedVersion, ...]
    covered: Covered
    purged: Purged


@flow(name="remove")
def remove(context: RunContext, request: Request) -> RemovedFilms:
    """Write tombstones, make a version without the films, flag models, take pages away, and purge."""
    tombstones = write_tombstones(context, list(request.films), request.reason, request.actor)
    dataset = rewrite_dataset(context, tombstones)
    tainted = taint_models(context, tombstones, request.actor)
    covered = cover_pages(context, tombstones)
    purged = purge_films(context, tombstones)
    return RemovedFilms(
        tombstones=tuple(tombstones), dataset=dataset, tainted=tuple(tainted), covered=covered, purged=purged
    )
