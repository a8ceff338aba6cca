"""The first act of a takedown: its tombstones, written and committed before anything is lost."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pegbar.errors import NotFoundError
from pegbar.faults import fault_point
from pegbar.records import Film
from pegbar.store import Store
from pegbar.versions.commands import Git
from pegbar.versions.tombstones import TOMBSTONES_FOLDER, HeldVersion, Tombstone, Tombstones, write_tombstone
from pegbar.workspace import Workspace
from tasks.curation.sources.source_film import GROUP_DIGITS
from tasks.curation.takedown.finding import FilmToRemove
from tasks.curation.takedown.history import PastVersion, films_of, past_versions, published_datasets


def bury(store: Store, workspace: Workspace, films: Sequence[FilmToRemove], reason: str, who: str) -> list[Tombstone]:
    """Write and commit the tombstones of films, or find that done; who and why stay as they were said first.

    Raises:
        StorageError: what a version held can be read neither here nor in the remote; nothing was written.
    """
    stones = tombstones_for(store, workspace, films, reason, who)
    for stone in stones:
        write_tombstone(workspace.root, stone)
        fault_point("remove:tombstone")
    commit(workspace.root, f"Tombstone of {', '.join(stone.name or stone.film_id for stone in stones)}")
    return stones


def tombstones_for(
    store: Store, workspace: Workspace, films: Sequence[FilmToRemove], reason: str, who: str
) -> list[Tombstone]:
    """Return the tombstones of films as they would be written now."""
    buried = Tombstones.of(workspace.root)
    versions = past_versions(workspace.root)
    held = films_of(workspace.root, versions, buried)
    present = present_digest(workspace)
    others = published_datasets(store, {film.film_id[:GROUP_DIGITS] for film in films})
    others[present] = present_films(workspace)
    stones = []
    for film in films:
        stone = buried.of_film(film.sha256) or _new(film, reason, who, present)
        holders = (*_holders(film, versions, held), *_unnamed_holders(film, others), *stone.versions)
        known = {(version.pointer, version.dataset_digest): version for version in holders}
        digests = {version.dataset_digest for version in known.values() if version.pointer}
        unnamed = [key for key, version in known.items() if not version.pointer and version.dataset_digest in digests]
        stay = tuple(version for key, version in known.items() if key not in unnamed)
        stones.append(stone.model_copy(update={"versions": stay}))
    return stones


def present_films(workspace: Workspace) -> list[Film]:
    """Return the films of the dataset as it lies there; none where there is none, or none that is whole."""
    try:
        return workspace.dataset().films()
    except NotFoundError:
        return []


def present_digest(workspace: Workspace) -> str:
    """Return the digest of the dataset as it lies there; empty where there is none, or none that is whole."""
    try:
        return workspace.dataset().digest
    except NotFoundError:
        return ""


def commit(root: Path, message: str, *paths: str) -> None:
    """Commit the tombstones and `paths` as they lie, whatever became of them; nothing changed is no commit."""
    git = Git(root)
    wanted = [path for path in (TOMBSTONES_FOLDER, *paths) if (root / path).exists() or git.run("ls-files", "--", path)]
    git.run("add", "--all", "--", *wanted)
    if not git.says("rev-parse", "HEAD") or not git.says("diff", "--cached", "--quiet", "HEAD", "--", *wanted):
        git.run("commit", "--quiet", "--message", message, "--", *wanted)


def _new(film: FilmToRemove, reason: str, who: str, present: str) -> Tombstone:
    return Tombstone(
        film_id=film.film_id,
        sha256=film.sha256,
        name=film.name,
        source=film.source,
        removed_by=who,
        removed_at=datetime.now(UTC).isoformat(timespec="seconds"),
        reason=reason,
        taken_from=present,
        versions=(),
    )


def _holders(
    film: FilmToRemove, versions: Iterable[PastVersion], held: Mapping[str, list[Film]]
) -> Iterable[HeldVersion]:
    for version in versions:
        for row in held.get(version.revision, ()):
            if row.sha256 == film.sha256:
                yield HeldVersion(
                    revision=version.revision,
                    pointer=version.pointer,
                    dataset_digest=version.dataset_digest,
                    could_be_learnt=row.kept,
                )


def _unnamed_holders(film: FilmToRemove, datasets: Mapping[str, list[Film]]) -> Iterable[HeldVersion]:
    """Yield the datasets that held a film; whether a commit names them too is seen later."""
    for digest, held in datasets.items():
        for row in held:
            if row.sha256 == film.sha256:
                yield HeldVersion(revision="", pointer="", dataset_digest=digest, could_be_learnt=row.kept)
