"""Artifacts: what a finished step left behind, and the proof that it is still there.

An artifact's key is the digest of (step, step version, inputs' digests, configuration). Its members
lie in the store under their own digests; ``manifest.json`` is put last and registered in the
journal. A step is done when its manifest is there and every digest verifies: that, not an
orchestrator's cache, decides what a second run skips.
"""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from pydantic import JsonValue

from pegbar.config import Config
from pegbar.digests import digest_bytes
from pegbar.errors import IntegrityError, NotFoundError, PegbarError
from pegbar.faults import fault_point
from pegbar.files import disk_errors
from pegbar.journal import Journal
from pegbar.known_digests import KnownDigests
from pegbar.records import Record
from pegbar.space import SpaceGuard
from pegbar.steps import Facts, Step
from pegbar.store import Store


class Output(Record):
    """One file of an artifact; `path` is relative to the artifact's folder."""

    path: str
    size_bytes: int
    sha256: str


class Manifest(Record):
    """What a step made, from what, with which configuration."""

    key: str
    step: str
    step_version: int
    inputs: dict[str, str]
    config: dict[str, JsonValue]
    outputs: tuple[Output, ...]
    facts: dict[str, JsonValue]

    @property
    def digest(self) -> str:
        """Digest of the manifest itself: the name another step's inputs use."""
        return digest_bytes(self.to_json())


class Artifacts:
    """Finds, makes and fetches artifacts of one workspace for one run.

    Args:
        scratch: a local folder for work in progress and for fetched members; it may be deleted
            at any time between runs.
        guard: asked before a step is made whether there is room for it.
    """

    def __init__(
        self,
        store: Store,
        journal: Journal,
        scratch: Path,
        *,
        workspace: str,
        owner: str,
        run_id: str,
        guard: SpaceGuard | None = None,
    ) -> None:
        self.store = store
        self.journal = journal
        self.scratch = scratch
        self.known = KnownDigests(scratch / "digests.db")
        self.workspace = workspace
        self.owner = owner
        self.run_id = run_id
        self.guard = guard

    def find(self, key: str) -> Manifest | None:
        """Return the artifact if its manifest is there and every member verifies, else None.

        A member whose stamp did not change since its bytes were verified is not read again.
        """
        content = self.store.read_manifest(key)
        if content is None:
            return None
        row = self.journal.find_step(key)
        if row is not None and row.manifest_sha256 != digest_bytes(content):
            return None
        manifest = Manifest.from_json(content)
        if not self._is_whole(manifest):
            return None
        if row is None:
            self._register(manifest)
        return manifest

    def run(
        self, step: Step, inputs: dict[str, str], config: Config, make: Callable[[Path], Facts]
    ) -> tuple[Manifest, bool]:
        """Return the artifact and whether it was there already; otherwise make and commit it.

        Args:
            make: fills the empty folder it is given and returns facts worth keeping (counts,
                scores), never seconds, hosts or absolute paths.

        Raises:
            DiskFullError, QuotaError: there is no room for another step.
        """
        key = step.key(inputs, config)
        found = self.find(key)
        if found is not None:
            return found, True
        if self.guard is not None:
            self.guard.check()
        folder = self.working_folder(key)
        attempt = self.journal.begin_attempt(key, step.name, self.run_id)
        started = time.monotonic()
        try:
            fault_point(f"{step.name}:before_write")
            with disk_errors(folder):
                facts = make(folder)
            manifest = self._commit(step, key, inputs, config, folder, facts)
        except PegbarError as error:
            self.journal.end_attempt(attempt, "failed", time.monotonic() - started, error.what)
            raise
        self.journal.end_attempt(attempt, "completed", time.monotonic() - started)
        return manifest, False

    def working_folder(self, key: str) -> Path:
        """Return a new empty folder for the step's outputs."""
        folder = self.scratch / "work" / key
        with disk_errors(folder):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        return folder

    def checkpoint_folder(self, key: str) -> Path:
        """Return a folder for checkpoints of the step, kept from a killed attempt to the next."""
        folder = self.scratch / "checkpoints" / key
        with disk_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def clear_checkpoints(self, key: str) -> None:
        """Remove a finished step's checkpoints."""
        shutil.rmtree(self.scratch / "checkpoints" / key, ignore_errors=True)

    def fetch(self, manifest: Manifest, only: Callable[[str], bool] = lambda path: True) -> Path:
        """Return a local folder that holds every output of the artifact (whose path is wanted), digests checked."""
        folder = self.scratch / "fetched" / manifest.digest
        for output in (output for output in manifest.outputs if only(output.path)):
            target = folder / output.path
            if target.is_file() and target.stat().st_size == output.size_bytes:
                if self.known.of_file(target) == output.sha256:
                    continue
                target.unlink()
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                self.store.fetch_member(output.sha256, target)
            except IntegrityError:
                self.known.forget(output.sha256)  # so that the next `find` reads it, and the step is made again
                raise
            except NotFoundError as error:  # of a member that was there: no film is at fault, and none may be refused
                raise _missing(manifest.key) from error
        return folder

    def _commit(
        self, step: Step, key: str, inputs: dict[str, str], config: Config, folder: Path, facts: Facts
    ) -> Manifest:
        outputs: list[Output] = []
        for number, path in enumerate(sorted(path for path in folder.rglob("*") if path.is_file())):
            sha256 = self.store.put_member(path, give_up=True)
            outputs.append(
                Output(path=path.relative_to(folder).as_posix(), size_bytes=path.stat().st_size, sha256=sha256)
            )
            if number == 0:
                fault_point(f"{step.name}:mid_write")
        stamps = self.store.stamp_members(output.sha256 for output in outputs)
        self.known.remember_all((sha256, stamp, sha256) for sha256, stamp in stamps.items())
        manifest = Manifest(
            key=key,
            step=step.name,
            step_version=step.version,
            inputs=inputs,
            config=config.model_dump(mode="json"),
            outputs=tuple(outputs),
            facts=facts,
        )
        fault_point(f"{step.name}:before_manifest")
        self.store.put_manifest(key, manifest.to_json())
        fault_point(f"{step.name}:before_journal")
        self._register(manifest)
        if self.guard is not None:
            self.guard.grew(sum(output.size_bytes for output in outputs))
        shutil.rmtree(folder, ignore_errors=True)
        return manifest

    def publish(self, step: Step, key: str, inputs: dict[str, str], outputs: tuple[Output, ...]) -> Manifest:
        """Commit an artifact of members that are in the store already, or find it; nothing is copied.

        Raises:
            IntegrityError: a member is not there.
        """
        found = self.find(key)
        if found is not None:
            return found
        manifest = Manifest(
            key=key, step=step.name, step_version=step.version, inputs=inputs, config={}, outputs=outputs, facts={}
        )
        if not self._is_whole(manifest):
            raise _missing(key)
        self.store.put_manifest(key, manifest.to_json())
        self._register(manifest)
        return manifest

    def _is_whole(self, manifest: Manifest) -> bool:
        """Tell whether every member is there with its bytes; those verified under their present stamp are not read."""
        members = {output.sha256 for output in manifest.outputs}
        stamps = self.store.stamp_members(members)
        if len(stamps) < len(members):
            return False
        known = self.known.recall_all(stamps)
        unknown = [sha256 for sha256 in stamps if sha256 not in known]
        whole = [sha256 for sha256 in unknown if self.store.verify_member(sha256)]
        if whole:
            self.known.remember_all((sha256, stamps[sha256], sha256) for sha256 in whole)
        return len(whole) == len(unknown)

    def _register(self, manifest: Manifest) -> None:
        self.journal.record_step(
            manifest.key,
            manifest.step,
            manifest.step_version,
            manifest.digest,
            self.workspace,
            self.owner,
            self.run_id,
        )

    def load(self, key: str) -> Manifest:
        """Return the artifact `key`.

        Raises:
            IntegrityError: it is missing or does not verify.
        """
        manifest = self.find(key)
        if manifest is None:
            raise _missing(key)
        return manifest


def _missing(key: str) -> IntegrityError:
    return IntegrityError(f"artifact {key[:12]} is missing or damaged", remedy="pegbar resume", subject=key)
