"""Which artifacts of a store stay, and why: what somebody still needs, back to the films it was made from."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from pegbar.artifacts import Manifest
from pegbar.config import Config
from pegbar.dataset.artifact import STEP as DATASET_STEP
from pegbar.journal import Run, StepRow
from pegbar.lineage import Lineage

KeepReason = Literal["dataset", "measured", "model", "run", "elsewhere", "recent", "unregistered"]
DAY_SECONDS = 86_400.0
SHARD = "shard.tar"


class KeepConfig(Config):
    """What is needed although nothing points at it.

    Args:
        keep_days: younger artifacts stay, and so do those of runs that failed or were killed more recently.
        keep_versions: of every workspace, how many versions of its dataset keep what they were made from; the files of
            all of them stay in its remote.
        evidence_steps: what stays of every registered model beside what it was trained from.
        measured_steps: what stays of every film those versions name, a rejected one too: small, dear to make, and all
            that a new threshold needs.
    """

    keep_days: float = Field(default=14.0, ge=0)
    keep_versions: int = Field(default=2, ge=1)
    evidence_steps: tuple[str, ...] = ("evaluate",)
    measured_steps: tuple[str, ...] = ("probe", "survey", "detect", "measure")


@dataclass(frozen=True)
class Model:
    """A registered version, as far as its artifacts go.

    Args:
        artifact_key: the training stage it is. digest: of its folders and settings; its evaluations name it so.
    """

    artifact_key: str
    digest: str


@dataclass(frozen=True)
class Claims:
    """What people and runs still need.

    Args:
        datasets: the digests of the files of every dataset that stays whole.
        elsewhere: workspaces of other machines, by name: nothing of theirs is touched from here.
        now: Unix seconds by the journal's clock.
    """

    rows: Mapping[str, StepRow]
    runs: Sequence[Run]
    datasets: Sequence[Collection[str]]
    models: Sequence[Model]
    elsewhere: Collection[str]
    now: float


def kept_artifacts(lineage: Lineage, claims: Claims, config: KeepConfig) -> dict[str, KeepReason]:
    """Return the keys of the artifacts that stay, each with the first reason for it."""
    # A version shares shards with the ones before: ways through the others' manifests would keep all of history.
    steps = Lineage({key: made for key, made in lineage.manifests.items() if made.step != DATASET_STEP.name})
    kept: dict[str, KeepReason] = {}
    for reason, roots in _roots(lineage, steps, claims, config):
        for key in (*roots, *steps.needed_by(roots)):
            kept.setdefault(key, reason)
    return kept


def needed_members(manifests: Mapping[str, Manifest], kept: Collection[str]) -> set[str]:
    """Return the digests of every member that these artifacts hold or were made from (films and scripts)."""
    needed: set[str] = set()
    for key in kept:
        needed.update(output.sha256 for output in manifests[key].outputs)
        needed.update(manifests[key].inputs.values())
    return needed


def _roots(
    lineage: Lineage, steps: Lineage, claims: Claims, config: KeepConfig
) -> Iterator[tuple[KeepReason, set[str]]]:
    since = claims.now - config.keep_days * DAY_SECONDS
    recent = {key for key in lineage.manifests if key in claims.rows and claims.rows[key].recorded_at > since}
    young = [set(lineage.manifests[key].inputs.values()) for key in recent if key not in steps.manifests]
    for wanted in claims.datasets:
        yield "dataset", _packs(steps, wanted) | _published(lineage, wanted)
    yield "measured", _measured(steps, claims, [_packs(steps, wanted) for wanted in claims.datasets], config)
    yield "model", _of_models(steps, claims.models, config)
    waiting = {run.run_id for run in claims.runs if _may_go_on(run, since)}
    yield "run", {key for key in steps.manifests if key in claims.rows and claims.rows[key].run_id in waiting}
    yield (
        "elsewhere",
        {key for key in lineage.manifests if key in claims.rows and claims.rows[key].workspace in claims.elsewhere},
    )
    yield "recent", recent.union(*(_packs(steps, wanted) for wanted in young))
    yield "unregistered", {key for key in lineage.manifests if key not in claims.rows}


def _packs(steps: Lineage, files: Collection[str]) -> set[str]:
    """Return the artifacts whose shard is one of these files.

    A table alone proves nothing: two versions of a group may have an empty one in common.
    """
    return {
        key
        for key, manifest in steps.manifests.items()
        if any(output.path == SHARD and output.sha256 in files for output in manifest.outputs)
    }


def _published(lineage: Lineage, files: Collection[str]) -> set[str]:
    """Return the artifacts that are exactly this dataset."""
    return {
        key
        for key, manifest in lineage.manifests.items()
        if manifest.step == DATASET_STEP.name and set(manifest.inputs.values()) == set(files)
    }


def _measured(steps: Lineage, claims: Claims, packs: Sequence[set[str]], config: KeepConfig) -> set[str]:
    """Return the newest artifact of every measured step of every film that these packs name."""
    films = {value for some in packs for key in some for value in steps.manifests[key].inputs.values()}
    newest: dict[tuple[str, str], str] = {}
    by_digest = {manifest.digest: key for key, manifest in steps.manifests.items()}
    for key, manifest in steps.manifests.items():
        if manifest.step in config.measured_steps and key in claims.rows:
            place = manifest.step, _film_of(manifest, steps, by_digest)
            rival = newest.get(place)
            if place[1] in films and (rival is None or _order(claims, rival) < _order(claims, key)):
                newest[place] = key
    return set(newest.values())


def _film_of(manifest: Manifest, steps: Lineage, by_digest: Mapping[str, str]) -> str:
    """Return the sha256 of the film that a step looked at, through the steps before it."""
    while "film" not in manifest.inputs:
        before = next((by_digest[value] for value in manifest.inputs.values() if value in by_digest), None)
        if before is None:
            return ""
        manifest = steps.manifests[before]
    return manifest.inputs["film"]


def _order(claims: Claims, key: str) -> tuple[float, str]:
    return claims.rows[key].recorded_at, key


def _of_models(steps: Lineage, models: Sequence[Model], config: KeepConfig) -> set[str]:
    stages, digests = {model.artifact_key for model in models}, {model.digest for model in models}
    return {
        key
        for key, manifest in steps.manifests.items()
        if key in stages or (manifest.step in config.evidence_steps and manifest.inputs.get("model") in digests)
    }


def _may_go_on(run: Run, since: float) -> bool:
    return run.outcome is None or (run.outcome != "completed" and run.heartbeat_at > since)
