"""What a takedown would do, before anything is done: which films, what is rewritten, what goes and how much it is."""

from collections.abc import Sequence
from pathlib import Path

from pegbar.artifacts import Artifacts
from pegbar.errors import ConflictError, NotFoundError
from pegbar.records import Record
from pegbar.store.keys import checked_key
from pegbar.versions.commands import Git
from pegbar.versions.objects import DEFAULT_CACHE, POINTER
from pegbar.versions.tombstones import Tombstone, Tombstones
from pegbar.workspace import Workspace
from tasks.curation.edits.adopt import group_of
from tasks.curation.sources.source_film import GROUP_DIGITS
from tasks.curation.stories import film_id_of
from tasks.curation.takedown.burying import present_films, tombstones_for
from tasks.curation.takedown.condemned import SHA256
from tasks.curation.takedown.finding import FilmToRemove, films_called, known_films
from tasks.curation.takedown.history import films_of, objects_with, past_versions
from tasks.curation.takedown.purging import found_condemned
from tasks.curation.takedown.rewriting import check_is_whole

DUPLICATE_GATE = "duplicate_film"


class Plan(Record):
    """What would happen.

    Args:
        tombstones: as they would be written.
        groups: of the present dataset, that would be written anew; `rewritten_bytes` is what they have now.
        object_bytes: of DVC's cache, once; every remote has its own. member_bytes: of the store.
        also_showing: names of films that were left out for showing the same: they are other bytes, and stay.
    """

    films: tuple[FilmToRemove, ...]
    tombstones: tuple[Tombstone, ...]
    groups: tuple[str, ...]
    rewritten_bytes: int
    num_objects: int
    object_bytes: int
    num_artifacts: int
    num_members: int
    member_bytes: int
    also_showing: tuple[str, ...]


def plan_takedown(artifacts: Artifacts, workspace: Workspace, said: Sequence[str], reason: str, who: str) -> Plan:
    """Return what a takedown of the films that a person named would do; nothing is written.

    Raises:
        NotFoundError, InputError: a name means no film, or several. ConflictError: the dataset is not the latest
        version's, or not whole. StorageError: an older version cannot be read.
    """
    films = _meant(artifacts, workspace, said)
    stones = tombstones_for(artifacts.store, workspace, films, reason, who)
    buried = Tombstones.of(workspace.root)
    if any(buried.of_film(film.sha256) is None for film in films):
        check_is_whole(workspace)
        _check_is_latest(workspace)
    present = present_films(workspace)
    here = {film.film_id for film in present} & {film.film_id for film in films}
    groups = {film_id[:GROUP_DIGITS] for film_id in here}
    objects = objects_with(past_versions(workspace.root), stones)
    condemned, _ = found_condemned(artifacts, stones)
    sizes = {member.sha256: member.size_bytes for member in artifacts.store.list_members()}
    return Plan(
        films=tuple(films),
        tombstones=tuple(stones),
        groups=tuple(sorted(groups)),
        rewritten_bytes=_bytes_of(workspace, groups),
        num_objects=len(objects),
        object_bytes=sum(_size(workspace.root / DEFAULT_CACHE / name[:2] / name[2:]) for name in objects),
        num_artifacts=len(condemned.keys),
        num_members=sum(sha256 in sizes for sha256 in condemned.members),
        member_bytes=sum(sizes.get(sha256, 0) for sha256 in condemned.members),
        also_showing=tuple(sorted(_also_showing(workspace, films))) if here else (),
    )


def _meant(artifacts: Artifacts, workspace: Workspace, said: Sequence[str]) -> list[FilmToRemove]:
    buried = Tombstones.of(workspace.root)
    versions = past_versions(workspace.root)
    held = [film for films in films_of(workspace.root, versions, buried).values() for film in films]
    known = known_films([*present_films(workspace), *held], buried)
    told = {film.sha256 for film in known}
    for one in said:  # in the store alone: taken in by a run that made no version of it
        if SHA256.fullmatch(one) and one not in told and artifacts.store.has_member(checked_key(one)):
            known.append(FilmToRemove(film_id=film_id_of(one), sha256=one))
    return films_called(said, known, buried)


def _check_is_latest(workspace: Workspace) -> None:
    """Refuse to take films out of an older version that somebody pulled: the latest one would keep them."""
    git = Git(workspace.root)
    if git.says("rev-parse", "HEAD") and not git.says("diff", "--quiet", "HEAD", "--", POINTER):
        raise ConflictError(
            f"{workspace.root / POINTER} is not that of the latest version",
            remedy="pegbar data pull HEAD, then the same command again",
            subject=str(workspace.root),
        )


def _bytes_of(workspace: Workspace, groups: set[str]) -> int:
    try:
        card = workspace.dataset().card
    except NotFoundError:
        return 0
    return sum(_size(workspace.data / path) for path in card.files if group_of(path) in groups)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _also_showing(workspace: Workspace, films: Sequence[FilmToRemove]) -> set[str]:
    """Return the names of films that were rejected because they show the same as these."""
    dataset = workspace.dataset()
    names = {film.film_id: film.name for film in dataset.films()}
    reasons = [f"shows the same as {film.name}" for film in films]
    return {
        names.get(decision.item_id, decision.item_id)
        for decision in dataset.decisions()
        if decision.gate == DUPLICATE_GATE and any(decision.reason.startswith(reason) for reason in reasons)
    }
