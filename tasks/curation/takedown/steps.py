"""The tasks of a takedown, in their order; each finds done what a killed attempt did."""

from collections.abc import Sequence
from pathlib import Path

from prefect import task

from pegbar.records import Record
from pegbar.versions.tombstones import Tombstone
from pegbar.workspace import Workspace
from tasks.calls import replies_folder
from tasks.context import RunContext
from tasks.curation.takedown.burying import bury
from tasks.curation.takedown.finding import FilmToRemove
from tasks.curation.takedown.history import past_versions
from tasks.curation.takedown.patches import drop_edits
from tasks.curation.takedown.purging import (
    ALL_RUNS,
    Purged,
    found_condemned,
    others_at_work,
    purge_cache,
    purge_leftovers,
    purge_objects,
    purge_replies,
    purge_store,
)
from tasks.curation.takedown.requests import compact, databases_of, forget_requests
from tasks.curation.takedown.rewriting import Rewritten, rewrite
from tasks.registry.records import TaintedVersion


class Covered(Record):
    """What people see, without what was taken down.

    Args:
        pages: files and folders that went. mlflow_runs: evaluations whose sheet was replaced.
        requests: runs, of the journal and of Prefect, that asked for a film's story; they were forgotten.
    """

    pages: tuple[str, ...]
    mlflow_runs: tuple[str, ...]
    requests: tuple[str, ...]


@task(name="write-tombstones")
def write_tombstones(context: RunContext, films: Sequence[FilmToRemove], reason: str, who: str) -> list[Tombstone]:
    """Write and commit the tombstones (see `bury`)."""
    with context.open() as artifacts:
        return bury(artifacts.store, Workspace.open(context.workspace), films, reason, who)


@task(name="rewrite-dataset")
def rewrite_dataset(context: RunContext, tombstones: list[Tombstone]) -> Rewritten:
    """Take the films out of people's edits and out of the dataset (see `rewrite`)."""
    workspace = Workspace.open(context.workspace)
    drop_edits(workspace, tombstones)
    with context.open() as artifacts:
        return rewrite(artifacts, workspace, tombstones)


@task(name="taint-models")
def taint_models(context: RunContext, tombstones: list[Tombstone], who: str) -> list[TaintedVersion]:
    """Flag the models that may have learnt from the films (see `taint`)."""
    from tasks.registry.facade import Registry
    from tasks.registry.taint import taint

    with context.open() as artifacts:
        return taint(Registry.open(artifacts.journal), tombstones, who)


@task(name="cover-pages")
def cover_pages(context: RunContext, tombstones: list[Tombstone]) -> Covered:
    """Remove what shows the films to people: pages, stories, evaluation sets, and the sheets in MLflow."""
    import mlflow

    from tasks.evaluation.taken_down import cover_sheets
    from tasks.studio.taken_down import purge_pages

    with context.open() as artifacts:
        pages = purge_pages(context.workspace, artifacts.journal.runs(limit=ALL_RUNS), tombstones)
        covered = cover_sheets(mlflow.MlflowClient(), tombstones)
        requests = forget_requests(artifacts.journal, tombstones)
    for database in databases_of(context.settings):
        compact(database)
    return Covered(pages=tuple(map(str, pages)), mlflow_runs=tuple(covered), requests=tuple(requests))


@task(name="purge-films")
def purge_films(context: RunContext, tombstones: list[Tombstone]) -> Purged:
    """Remove every byte of the films from DVC's cache and remotes, the store, scratch and kept replies."""
    root: Path = context.workspace
    with context.open() as artifacts:
        condemned, lineage = found_condemned(artifacts, tombstones)
        objects = purge_objects(root, past_versions(root), tombstones, condemned)
        purge_store(artifacts, condemned, lineage)
        purge_cache(context.settings.effective_member_cache.root)
        busy = others_at_work(artifacts)
        return Purged(
            objects=objects,
            num_artifacts=len(condemned.keys),
            num_members=len(condemned.members),
            num_orphans=0 if busy else purge_leftovers(artifacts),
            num_replies=purge_replies(replies_folder(context.settings), tombstones),
            busy=busy,
        )
