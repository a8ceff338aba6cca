"""Taking films in: every claimed film becomes bytes in the store under its digest, or a reason why not."""

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from prefect import task

from pegbar import progress
from pegbar.artifacts import Artifacts
from pegbar.errors import EmptyFileError, InputError, NotFoundError, PegbarError, StorageError
from tasks.context import RunContext
from tasks.curation.sources.candidates import (
    LICENCE_SUFFIX,
    SCRIPT_SUFFIX,
    VERDICT_SUFFIX,
    Candidate,
    SourceConfig,
    candidates_of,
)
from tasks.curation.sources.source_film import MediaVerdict, SourceFilm
from tasks.curation.stories import film_id_of

MAX_RIGHTS_LENGTH = 200


def ingest(
    artifacts: Artifacts, sources: Sequence[str], *, licence: str, owner: str, config: SourceConfig
) -> tuple[SourceFilm, ...]:
    """Take every claimed film of the sources into the store; the same sources again store nothing anew.

    Args:
        licence: of films without a ``NAME.licence`` beside them (first line the licence, second the owner).

    Raises:
        SourceError: a source is missing or unreadable, or there is no film at all.
        StorageError: the store or the disk failed.
    """
    found = candidates_of(sources, config, artifacts.scratch)
    taken: list[SourceFilm] = []
    for number, candidate in enumerate(found):
        film = _take(artifacts, candidate, licence, owner)
        taken.append(_told_apart(film, taken))
        progress.report("take films in", number + 1, len(found))
    return tuple(taken)


def _take(artifacts: Artifacts, candidate: Candidate, licence: str, owner: str) -> SourceFilm:
    try:
        if candidate.problem is not None:
            raise candidate.problem
        licence, owner = _rights(candidate, licence, owner)
        path = candidate.open_file()
        size = _checked_size(path)
        sha256 = artifacts.store.put_member(path)
        script = candidate.open_sidecar(SCRIPT_SUFFIX)
        return SourceFilm(
            item_id=film_id_of(sha256),
            name=candidate.name,
            source=candidate.label,
            owner=owner,
            licence=licence,
            sha256=sha256,
            size_bytes=size,
            script_sha256=artifacts.store.put_member(script) if script is not None else None,
            verdict=_verdict(candidate),
        )
    except (InputError, NotFoundError, PermissionError) as error:
        if isinstance(error, StorageError):  # of which a permission error may be one: ours, not the film's
            raise
        reason = (
            error.what if isinstance(error, PegbarError) else f"{candidate.label} cannot be read: permission denied"
        )
        return SourceFilm(
            item_id=f"file:{candidate.label}",
            name=candidate.label.rpartition("/")[2],
            source=candidate.label,
            owner=owner,
            licence=licence,
            outcome="failed_permanent",
            reason=reason,
        )


def _told_apart(film: SourceFilm, before: list[SourceFilm]) -> SourceFilm:
    """Turn the same bytes a second time into a rejected film, and a label a second time into one of its own."""
    twin = next((other for other in before if film.sha256 and other.sha256 == film.sha256), None)
    if twin is not None:
        reason = f"the same bytes as {twin.source}"
        changes = {"item_id": f"file:{film.source}", "sha256": None, "outcome": "rejected", "reason": reason}
        film = film.model_copy(update=changes)
    same = sum(other.source == film.source and not other.sha256 for other in before)
    if same and not film.sha256:
        film = film.model_copy(update={"item_id": f"{film.item_id}#{same + 1}"})
    return film


def _checked_size(path: Path) -> int:
    if not path.is_file():
        raise InputError(f"{path.name} is not a regular file", remedy="name a film, not a folder or device")
    with path.open("rb") as stream:
        if not stream.read(1):
            raise EmptyFileError(f"{path.name} is empty: zero bytes", remedy="copy the film again", subject=path.name)
    return path.stat().st_size


def _rights(candidate: Candidate, licence: str, owner: str) -> tuple[str, str]:
    """Return (licence, owner) from the sidecar, or as given."""
    sidecar = candidate.open_sidecar(LICENCE_SUFFIX)
    if sidecar is None:
        return licence, owner
    lines = sidecar.read_bytes()[: 4 * MAX_RIGHTS_LENGTH].decode(errors="replace").splitlines()
    said = [line.strip() for line in lines[:2] if line.strip()]
    for line in said:
        if len(line) > MAX_RIGHTS_LENGTH or not line.isprintable():
            raise InputError(
                f"{sidecar.name} does not hold a licence and an owner, one a line",
                remedy=f"correct {sidecar.name}, then run: pegbar curate SOURCE",
                subject=sidecar.name,
            )
    return (said[0] if said else licence), (said[1] if len(said) > 1 else owner)


def _verdict(candidate: Candidate) -> MediaVerdict | None:
    """Return what a person wrote in ``NAME.verdict`` beside the film."""
    sidecar = candidate.open_sidecar(VERDICT_SUFFIX)
    if sidecar is None:
        return None
    said = sidecar.read_bytes()[:MAX_RIGHTS_LENGTH].decode(errors="replace").strip().lower()
    known: tuple[MediaVerdict, ...] = get_args(MediaVerdict)
    for verdict in known:
        if said == verdict:
            return verdict
    raise InputError(
        f"{sidecar.name} holds neither {' nor '.join(known)}",
        remedy=f"correct {sidecar.name}, then run: pegbar curate SOURCE",
        subject=sidecar.name,
    )


@task(name="ingest-films")
def ingest_films(context: RunContext, sources: list[str], licence: str, config: SourceConfig) -> list[SourceFilm]:
    """Take the films of all sources into the store (see `ingest`), owned by the settings' owner."""
    with context.open() as artifacts:
        owner = context.settings.owner
        return list(ingest(artifacts, sources, licence=licence, owner=owner, config=config))
