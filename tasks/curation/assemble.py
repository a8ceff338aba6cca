"""Groups into a dataset folder: staged beside it, moved in by renames, the card last, then what is stale removed."""

import shutil
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from prefect import task

import pegbar
from pegbar.artifacts import Artifacts, Manifest
from pegbar.dataset import CARD_NAME, Dataset, DatasetCard
from pegbar.dataset_artifact import publish_dataset
from pegbar.digests import digest_file, digest_of
from pegbar.errors import FailureBudgetError, SourceError
from pegbar.faults import fault_point
from pegbar.files import disk_errors, write_bytes
from pegbar.records import Decision, Film, Record, Shot, Story
from pegbar.tables import TABLES, read_tables, records_of
from pegbar.workspace import Workspace
from tasks.context import RunContext
from tasks.curation.config import CurateConfig
from tasks.curation.pack import THUMBNAILS, PackedGroup, shard_name

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
        missing = [path for path, sha256 in wanted.items() if not is_there(workspace.data / path, sha256)]
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
            _move_in(workspace.data, staging, staged.missing, staged.card)
        _remove_stale(workspace.data, staged.card.files)
        shutil.rmtree(staging, ignore_errors=True)


def thumbnails_of(artifacts: Artifacts, groups: Sequence[PackedGroup]) -> dict[str, Path]:
    """Return shot id -> local JPEG, for reports."""
    return {
        path.stem: path
        for group in groups
        for path in sorted((artifacts.fetch(artifacts.load(group.key)) / THUMBNAILS).glob("*.jpg"))
    }


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
        folder = artifacts.fetch(artifacts.load(group.key))
        decisions: list[Decision] = records_of(
            read_tables([folder / "tables/decisions.parquet"], "decisions"), "decisions"
        )
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


def is_there(path: Path, sha256: str) -> bool:
    """Tell whether a file is there with exactly these bytes."""
    return path.is_file() and digest_file(path) == sha256


def _card(data: Path, staging: Path, wanted: dict[str, str], config: dict[str, Any]) -> DatasetCard:
    """Describe the dataset as it will be, from its own tables."""
    tables = {
        name: read_tables([_where(data, staging, path) for path in wanted if path.startswith(f"tables/{name}/")], name)
        for name in TABLES
    }
    films: list[Film] = records_of(tables["films"], "films")
    stories: list[Story] = records_of(tables["stories"], "stories")
    shots: list[Shot] = records_of(tables["shots"], "shots")
    funnel: dict[str, Counter[str]] = defaultdict(Counter)
    for decision in records_of(tables["decisions"], "decisions"):
        funnel[f"{decision.gate}: {decision.item_kind}"][decision.outcome] += 1
    return DatasetCard(
        files=wanted,
        counts={name: table.num_rows for name, table in tables.items()},
        funnel={gate: dict(sorted(outcomes.items())) for gate, outcomes in sorted(funnel.items())},
        licences=dict(sorted(Counter(film.licence for film in films).items())),
        statistics=_statistics(stories, shots),
        config=config,
        config_digest=digest_of(config),
        code_version=pegbar.__version__,
    )


def _where(data: Path, staging: Path, path: str) -> Path:
    return staging / path if (staging / path).is_file() else data / path


def _statistics(stories: list[Story], shots: list[Shot]) -> dict[str, float]:
    """Return what drift is measured on; there is at least one story and one shot."""
    return {
        "mean_shot_seconds": fmean(shot.end_seconds - shot.start_seconds for shot in shots),
        "mean_story_seconds": fmean(story.end_seconds - story.start_seconds for story in stories),
        "shots_per_story": len(shots) / len(stories),
        "kept_share": fmean(shot.kept for shot in shots),
        "annotated_share": fmean(story.is_annotated for story in stories),
    }


def _is_current(data: Path, card: DatasetCard) -> bool:
    path = data / CARD_NAME
    return path.is_file() and path.read_bytes() == card.to_json()


def _move_in(data: Path, staging: Path, missing: Sequence[str], card: DatasetCard) -> None:
    """Rename the staged files into place between the old card's removal and the new card's writing."""
    (data / CARD_NAME).unlink(missing_ok=True)
    fault_point("assemble:before_move")
    for path in missing:
        (data / path).parent.mkdir(parents=True, exist_ok=True)
        (staging / path).replace(data / path)
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
    Dataset(workspace.data).verify()
    return digest
