"""Groups into a dataset folder: staged beside it, moved in by renames, the card last, then what is stale removed."""

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from prefect import task

import pegbar
from pegbar.artifacts import Artifacts, Manifest
from pegbar.dataset import CARD_NAME, DatasetCard
from pegbar.dataset.artifact import publish_dataset
from pegbar.digests import digest_of
from pegbar.errors import FailureBudgetError, SourceError
from pegbar.faults import fault_point
from pegbar.files import disk_errors, write_bytes
from pegbar.known_digests import file_stamp
from pegbar.records import Decision, Record
from pegbar.tables import TABLES, read_tables, records_of
from pegbar.workspace import Workspace
from tasks.context import RunContext
from tasks.curation.config import CurateConfig
from tasks.curation.pack import THUMBNAILS, PackedGroup, shard_name

DECISIONS = "tables/decisions.parquet"
STAGING = Path(".dvc") / "tmp" / "pegbar-staging"


class Staged(Record):
    """A dataset that could be: its card, and which of its files lie in the staging folder instead of the dataset's."""

    card: DatasetCard
    missing: tuple[str, ...]


def assemble(artifacts: Artifacts, workspace: Workspace, groups: Sequence[PackedGroup], config: CurateConfig) -> str:
    """Make `workspace.data` hold exactly these groups and return the dataset's digest.

    What is there already and verifies is left alone. Killed anywhere, the next call ends with the same bytes; while the
    disk is full or the process dead, the dataset before is whole or its missing card says that it is not.

    Raises:
        SourceError: no film at all could be used. FailureBudgetError: too many films failed for no fault of theirs.
    """
    _check_budget(artifacts, groups, config)
    staged = stage(artifacts, workspace, files_of(artifacts, groups), config.model_dump(mode="json"))
    move_in(workspace, staged)
    return staged.card.digest


def stage(artifacts: Artifacts, workspace: Workspace, wanted: dict[str, str], config: dict[str, Any]) -> Staged:
    """Fetch what a dataset of these files (path -> sha256) lacks into the staging folder, describe and publish it."""
    staging = workspace.root / STAGING
    with disk_errors(workspace.data):
        shutil.rmtree(staging, ignore_errors=True)
        missing = [path for path, sha256 in wanted.items() if not is_there(workspace, path, sha256)]
        for path in missing:
            (staging / path).parent.mkdir(parents=True, exist_ok=True)
            artifacts.store.fetch_member(wanted[path], staging / path)
            fault_point("assemble:mid_write")
        card = _card(workspace.data, staging, wanted, config)
        publish_dataset(artifacts, card, {path: _where(workspace.data, staging, path) for path in wanted})
        return Staged(card=card, missing=tuple(missing))


def move_in(workspace: Workspace, staged: Staged) -> None:
    """Make the staged dataset the workspace's."""
    staging = workspace.root / STAGING
    with disk_errors(workspace.data):
        if staged.missing or not _is_current(workspace.data, staged.card):
            _move_in(workspace, staging, staged.missing, staged.card)
        _remove_stale(workspace.data, staged.card.files)
        shutil.rmtree(staging, ignore_errors=True)


class Thumbnails(Mapping[str, Path]):
    """Shot id -> local JPEG, for reports; each is fetched when it is asked for, and no shard with it."""

    def __init__(self, artifacts: Artifacts, groups: Sequence[PackedGroup]) -> None:
        self._artifacts = artifacts
        self._manifests = {
            Path(output.path).stem: manifest
            for manifest in (artifacts.load(group.key) for group in groups)
            for output in manifest.outputs
            if output.path.startswith(f"{THUMBNAILS}/")
        }

    def __getitem__(self, shot_id: str) -> Path:
        """Return a shot's picture."""
        path = f"{THUMBNAILS}/{shot_id}.jpg"
        return self._artifacts.fetch(self._manifests[shot_id], lambda wanted: wanted == path) / path

    def __iter__(self) -> Iterator[str]:
        """Yield the ids of the shots that have one."""
        return iter(self._manifests)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._manifests)


def _check_budget(artifacts: Artifacts, groups: Sequence[PackedGroup], config: CurateConfig) -> None:
    total = sum(group.num_films + group.num_refused for group in groups)
    retryable = sum(group.num_retryable for group in groups)
    if retryable > config.max_retryable_share * total:
        raise FailureBudgetError(
            f"{retryable} of {total} films failed for a reason that is not theirs: {_reasons(artifacts, groups)}",
            remedy="pegbar doctor, then: pegbar resume",
        )
    if not any(group.num_films for group in groups):
        raise SourceError(
            f"none of {total} films could be used: {_reasons(artifacts, groups)}",
            remedy="correct or replace them, then run: pegbar curate SOURCE",
        )


def _reasons(artifacts: Artifacts, groups: Sequence[PackedGroup]) -> str:
    """Return the first few reasons films failed for."""
    found: list[str] = []
    for group in groups:
        manifest = artifacts.load(group.key)
        path = artifacts.fetch(manifest, lambda path: path == DECISIONS) / DECISIONS
        decisions: list[Decision] = records_of(read_tables([path], "decisions"), "decisions")
        found += [decision.reason for decision in decisions if decision.reason and decision.item_kind == "film"]
    return "; ".join(found[:3])


def files_of(artifacts: Artifacts, groups: Sequence[PackedGroup]) -> dict[str, str]:
    """Return every file of these groups, relative to the dataset, and its sha256."""
    wanted: dict[str, str] = {}
    for group in groups:
        manifest: Manifest = artifacts.load(group.key)
        for output in manifest.outputs:
            if output.path == "shard.tar":
                wanted[f"shards/{shard_name(group.group)}"] = output.sha256
            elif output.path.startswith("tables/"):
                wanted[f"tables/{Path(output.path).stem}/{group.group}.parquet"] = output.sha256
    return dict(sorted(wanted.items()))


def is_there(workspace: Workspace, path: str, sha256: str) -> bool:
    """Tell whether the dataset has a file with exactly these bytes; what did not change since is not read again."""
    file = workspace.data / path
    return file.is_file() and workspace.known.of_file(file) == sha256


def _card(data: Path, staging: Path, wanted: dict[str, str], config: dict[str, Any]) -> DatasetCard:
    """Describe the dataset as it will be, from its own tables."""
    tables = {
        name: read_tables([_where(data, staging, path) for path in wanted if path.startswith(f"tables/{name}/")], name)
        for name in TABLES
    }
    stories, shots = tables["stories"], tables["shots"]
    return DatasetCard(
        files=wanted,
        counts={name: table.num_rows for name, table in tables.items()},
        funnel=_funnel(tables["decisions"]),
        licences=dict(sorted(Counter(tables["films"]["licence"].to_pylist()).items())),
        statistics={
            "mean_shot_seconds": fmean(_lengths(shots)),
            "mean_story_seconds": fmean(_lengths(stories)),
            "shots_per_story": shots.num_rows / stories.num_rows,
            "kept_share": fmean(shots["kept"].to_pylist()),
            "annotated_share": fmean(stories["is_annotated"].to_pylist()),
        },
        config=config,
        config_digest=digest_of(config),
        code_version=pegbar.__version__,
    )


def _funnel(decisions: pa.Table) -> dict[str, dict[str, int]]:
    """Count decisions by gate and outcome where they lie: there may be hundreds of them for each shot."""
    funnel: dict[str, dict[str, int]] = defaultdict(dict)
    counted = decisions.group_by(["gate", "item_kind", "outcome"], use_threads=False).aggregate([([], "count_all")])
    for row in counted.sort_by([(name, "ascending") for name in ("gate", "item_kind", "outcome")]).to_pylist():
        funnel[f"{row['gate']}: {row['item_kind']}"][row["outcome"]] = row["count_all"]
    return dict(sorted(funnel.items()))


def _lengths(table: pa.Table) -> list[float]:
    lengths: list[float] = pc.subtract(table["end_seconds"], table["start_seconds"]).to_pylist()
    return lengths


def _where(data: Path, staging: Path, path: str) -> Path:
    return staging / path if (staging / path).is_file() else data / path


def _is_current(data: Path, card: DatasetCard) -> bool:
    path = data / CARD_NAME
    return path.is_file() and path.read_bytes() == card.to_json()


def _move_in(workspace: Workspace, staging: Path, missing: Sequence[str], card: DatasetCard) -> None:
    """Rename the staged files into place between the old card's removal and the new card's writing."""
    data = workspace.data
    (data / CARD_NAME).unlink(missing_ok=True)
    fault_point("assemble:before_move")
    for path in missing:
        (data / path).parent.mkdir(parents=True, exist_ok=True)
        (staging / path).replace(data / path)
    # the store checked these bytes as it handed them out
    workspace.known.remember_all((str(data / path), file_stamp(data / path), card.files[path]) for path in missing)
    fault_point("assemble:before_card")
    write_bytes(data / CARD_NAME, card.to_json())


def _remove_stale(data: Path, wanted: dict[str, str]) -> None:
    for path in sorted(data.rglob("*"), reverse=True):
        relative = path.relative_to(data).as_posix()
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif relative != CARD_NAME and relative not in wanted:
            path.unlink()


@task(name="assemble-dataset")
def assemble_dataset(context: RunContext, groups: list[PackedGroup], config: CurateConfig) -> str:
    """Assemble the workspace's dataset from its groups; return its digest."""
    workspace = Workspace.open(context.workspace)
    with context.open() as artifacts:
        digest = assemble(artifacts, workspace, groups, config)
    workspace.dataset().verify()
    return digest
