"""A film as taken in: a record that travels between tasks, and its bytes as a local file."""

from pathlib import Path
from typing import Literal

from pegbar.artifacts import Artifacts
from pegbar.digests import digest_bytes, digest_file
from pegbar.errors import IntegrityError
from pegbar.records import Decision, Outcome, Record

GATE = "ingest"
GROUP_DIGITS = 2
MEDIA_TYPE_GATE = "media_type"
MediaVerdict = Literal["animation", "live action"]


class SourceFilm(Record):
    """One claimed film as taken in; plain data that travels between tasks.

    Args:
        item_id: the film's id; of a film without usable bytes, its source's label.
        source: the id that a list gives, or else the folder's name and the path in it, or the object's URL without
            query; never an absolute path.
        verdict: what a person said of it.
        outcome: ``kept`` if its bytes are in the store; otherwise `reason` says why not.
    """

    item_id: str
    name: str
    source: str
    owner: str
    licence: str
    sha256: str | None = None
    size_bytes: int = 0
    script_sha256: str | None = None
    verdict: MediaVerdict | None = None
    outcome: Outcome = "kept"
    reason: str = ""

    @property
    def group(self) -> str:
        """The shard group: the first two hex digits of the id, or of the label's digest."""
        return (self.item_id if self.sha256 else digest_bytes(self.item_id.encode()))[:GROUP_DIGITS]

    @property
    def verdicts(self) -> dict[str, Decision]:
        """What a person decided, by gate."""
        if self.verdict is None:
            return {}
        outcome: Outcome = "kept" if self.verdict == "animation" else "rejected"
        reason = f"a person says {self.verdict}"
        return {
            MEDIA_TYPE_GATE: Decision(
                item_id=self.item_id, item_kind="film", gate=MEDIA_TYPE_GATE, outcome=outcome, reason=reason,
                backend="person",
            )
        }  # fmt: skip

    def decision(self) -> Decision:
        """Return the last word of this step on the film."""
        return Decision(item_id=self.item_id, item_kind="film", gate=GATE, outcome=self.outcome, reason=self.reason)


def local_copy(artifacts: Artifacts, film: SourceFilm, sha256: str) -> Path:
    """Return the film as a local file that we wrote, digest checked; errors of decoders name it as its source does.

    Raises:
        IntegrityError: the store's bytes are damaged; the next run takes the film in again.
    """
    target = artifacts.scratch / "films" / sha256 / film.name
    if not target.is_file() or digest_file(target) != sha256:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            artifacts.store.fetch_member(sha256, target)
        except IntegrityError:
            artifacts.known.forget(sha256)
            raise
    return target
