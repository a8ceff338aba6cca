"""Taking films in: every claimed film becomes bytes in the store under its digest, or a reason why not."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from prefect import task

from pegbar import progress
from pegbar.artifacts import Artifacts
from pegbar.digests import digest_file
from pegbar.errors import InputError, NotFoundError, PegbarError, ServiceError, SourceError, StorageError
from pegbar.known_digests import file_stamp
from pegbar.records import Outcome
from pegbar.versions.tombstones import Tombstones
from pegbar.web import WebSettings
from tasks.context import RunContext
from tasks.curation.sources.candidates import Candidate, Fetched, SourceConfig
from tasks.curation.sources.opening import Sources
from tasks.curation.sources.rights import digests_said, rights_of, verdict_of
from tasks.curation.sources.sidecars import SCRIPT_SUFFIX
from tasks.curation.sources.source_film import SourceFilm
from tasks.curation.stories import film_id_of

NO_TOMBSTONES = Tombstones(())
UNKNOWN_LICENCE = "unknown"


def ingest(
    artifacts: Artifacts,
    sources: Sequence[str],
    *,
    licence: str,
    owner: str,
    config: SourceConfig,
    web: WebSettings = WebSettings(),  # noqa: B008 - frozen
    tombstones: Tombstones = NO_TOMBSTONES,
) -> tuple[SourceFilm, ...]:
    """Take every claimed film of the sources into the store; what did not change since it was taken in is not read.

    Args:
        licence, owner: of films of which neither a list nor a ``NAME.licence`` beside them says anything.
        tombstones: films that were taken down, and do not come back.

    Raises:
        SourceError: a source is missing or refuses, or there is no film at all; no film is at fault.
        StorageError: the store or the disk failed.
    """
    found = Sources(config, artifacts.scratch, web).candidates(sources)
    intake = _Intake(artifacts, licence, owner, tombstones)
    taken: list[SourceFilm] = []
    for number, candidate in enumerate(found):
        taken.append(intake.take(candidate))
        progress.report("take films in", number + 1, len(found))
    return tuple(told_apart(taken))


@dataclass(frozen=True)
class _Intake:
    """Takes one film after another into one store."""

    artifacts: Artifacts
    licence: str
    owner: str
    tombstones: Tombstones

    def take(self, candidate: Candidate) -> SourceFilm:
        """Return the film as taken in, or the reason why it was not."""
        source = candidate.said.source_id or candidate.label
        licence = self.licence if candidate.has_default_licence else UNKNOWN_LICENCE
        fields = {"name": candidate.name, "source": source, "owner": self.owner, "licence": licence}
        try:
            if candidate.problem is not None:
                raise candidate.problem
            rights = rights_of(candidate.said, candidate.open_sidecar, licence, self.owner)
            fields |= dict(zip(("licence", "owner"), rights, strict=True))
            return self._taken(candidate, fields)
        except SourceError:
            raise  # nobody's film is at fault
        except ServiceError as error:
            return _failed(fields, "failed_retryable", error.what)
        except (InputError, NotFoundError, PermissionError) as error:
            if isinstance(error, StorageError):  # of which a permission error may be one: ours, not the film's
                raise
            reason = error.what if isinstance(error, PegbarError) else f"{source} cannot be read: permission denied"
            return _failed(fields, "failed_permanent", reason)

    def _taken(self, candidate: Candidate, fields: dict[str, str]) -> SourceFilm:
        stated = digests_said(candidate.said, candidate.open_sidecar)
        with candidate.fetch(partial(self._recall, candidate.subject, stated)) as fetched:
            sha256 = fetched.sha256 or self._digest(candidate.subject, fetched)
            for who, digest in {**stated, **fetched.stated}.items():
                if digest != sha256:
                    raise InputError(
                        f"its sha256 is {sha256}, but {who} says {digest}", remedy="copy the film again", subject=sha256
                    )
            stone = self.tombstones.of_film(sha256)
            if stone is not None:
                return _failed(fields, "rejected", stone.title)
            if fetched.path is not None:
                self._keep(fetched, fetched.path, sha256)
            size_bytes = fetched.size_bytes
        script = candidate.open_script() if candidate.open_script else candidate.open_sidecar(SCRIPT_SUFFIX)
        return SourceFilm(
            item_id=film_id_of(sha256),
            **fields,
            sha256=sha256,
            size_bytes=size_bytes,
            script_sha256=self.artifacts.store.put_member(script) if script is not None else None,
            verdict=verdict_of(candidate.open_sidecar),
        )

    def _recall(self, subject: str, stated: dict[str, str], stamp: str) -> str | None:
        """Return the digest of what need not be read again: it is in the store, or it is not to go there.

        Where bytes have to be fetched, there is room for them.
        """
        sha256 = self.artifacts.known.recall(subject, stamp)
        if sha256 is not None:
            is_unwanted = self.tombstones.of_film(sha256) is not None or any(it != sha256 for it in stated.values())
            if is_unwanted or self._is_whole(sha256):
                return sha256
        if self.artifacts.guard is not None:
            self.artifacts.guard.check()
        return None

    def _is_whole(self, sha256: str) -> bool:
        """Tell whether the store has these bytes; it is not read again under the stamp it was verified with."""
        store, known = self.artifacts.store, self.artifacts.known
        stamp = store.stamp_member(sha256)
        if stamp is None:
            return False
        if known.recall(sha256, stamp) is None:
            if not store.verify_member(sha256):
                return False
            known.remember(sha256, stamp, sha256)
        return True

    def _keep(self, fetched: Fetched, path: Path, sha256: str) -> None:
        store = self.artifacts.store
        if store.put_member(path, give_up=fetched.is_ours) != sha256:
            raise _changed(path.name)
        stamp = store.stamp_member(sha256)
        if stamp is not None:
            self.artifacts.known.remember(sha256, stamp, sha256)
        if self.artifacts.guard is not None:
            self.artifacts.guard.grew(fetched.size_bytes)

    def _digest(self, subject: str, fetched: Fetched) -> str:
        if fetched.path is None:
            raise AssertionError("what is neither known nor held was not fetched")
        try:
            before = file_stamp(fetched.path)
            sha256 = digest_file(fetched.path)
            is_the_same = file_stamp(fetched.path) == before
        except PermissionError:
            raise
        except OSError as error:
            why = f"{fetched.path.name} cannot be read: {error.strerror}"
            raise ServiceError(
                why, remedy="look at the disk or share it lies on, then run the command again"
            ) from error
        if not is_the_same:
            raise _changed(fetched.path.name)
        if fetched.stamp is not None:
            self.artifacts.known.remember(subject, fetched.stamp, sha256)
        return sha256


def _failed(fields: dict[str, str], outcome: Outcome, reason: str) -> SourceFilm:
    name = fields["source"].rpartition("/")[2]
    return SourceFilm(item_id=f"file:{fields['source']}", **{**fields, "name": name}, outcome=outcome, reason=reason)


def _changed(name: str) -> ServiceError:
    return ServiceError(f"{name} changed while it was read", remedy="when it is whole, run the command again")


def told_apart(films: Sequence[SourceFilm]) -> list[SourceFilm]:
    """Turn the same bytes a second time into a rejected film, and a label a second time into one of its own."""
    first: dict[str, SourceFilm] = {}
    labels: Counter[str] = Counter()
    apart = []
    for film in films:
        if film.sha256 is not None and first.setdefault(film.sha256, film) is not film:
            reason = _twin_of(first[film.sha256], film)
            changes = {"item_id": f"file:{film.source}", "sha256": None, "outcome": "rejected", "reason": reason}
            film = film.model_copy(update=changes)
        if film.sha256 is None:
            labels[film.source] += 1
            if labels[film.source] > 1:
                film = film.model_copy(update={"item_id": f"{film.item_id}#{labels[film.source]}"})
        apart.append(film)
    return apart


def _twin_of(first: SourceFilm, twin: SourceFilm) -> str:
    """Say whose bytes these are, and under which licences where they differ: the first one's holds."""
    reason = f"the same bytes as {first.source}"
    if twin.licence != first.licence:
        reason += f", whose licence is {first.licence!r} there and {twin.licence!r} here"
    return reason


@task(name="ingest-films")
def ingest_films(context: RunContext, sources: list[str], licence: str, config: SourceConfig) -> list[SourceFilm]:
    """Take the films of all sources into the store (see `ingest`), owned by the settings' owner."""
    with context.open() as artifacts:
        films = ingest(
            artifacts,
            sources,
            licence=licence,
            owner=context.settings.owner,
            config=config,
            web=context.settings.web,
            tombstones=Tombstones.of(context.workspace),
        )
    return list(films)
