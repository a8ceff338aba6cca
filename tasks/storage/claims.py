"""Who needs what: the runs of the journal, the workspaces they worked in, and the registered models."""

import socket
from collections.abc import Sequence
from pathlib import Path

from pegbar.dataset import CARD_NAME, DatasetCard
from pegbar.dataset.artifact import dataset_key
from pegbar.errors import NotFoundError
from pegbar.journal import Journal, Run
from pegbar.lineage import Lineage
from pegbar.workspace import Workspace
from tasks.storage.keeping import Claims, KeepConfig, Model

ALL_RUNS = 1_000_000


def claims_of(journal: Journal, lineage: Lineage, models: Sequence[Model], config: KeepConfig) -> Claims:
    """Gather what is needed by anybody the journal knows.

    Raises:
        StorageError, ConfigurationError: what a workspace needs cannot be told, so nothing may go.
    """
    runs = journal.runs(limit=ALL_RUNS)
    return Claims(
        rows={row.key: row for row in journal.steps()},
        runs=runs,
        datasets=[files for root in workspaces_of(runs) for files in datasets_of(root, lineage, config.keep_versions)],
        models=models,
        elsewhere={Path(run.workspace).name for run in runs if _is_elsewhere(run)},
        now=journal.now(),
    )


def workspaces_of(runs: Sequence[Run]) -> list[Path]:
    """Return the folders of this machine in which these runs worked, as far as they are still there."""
    return sorted({Path(run.workspace) for run in runs if Path(run.workspace).is_dir()})


def datasets_of(root: Path, lineage: Lineage, num_versions: int) -> list[set[str]]:
    """Return the files' digests of a workspace's last versions, and of the dataset that lies there now."""
    published = (lineage.manifests.get(dataset_key(digest)) for digest in _last_digests(root, num_versions))
    found = [set(manifest.inputs.values()) for manifest in published if manifest is not None]
    card = root / "data" / CARD_NAME
    if card.is_file():  # made before datasets were published, or not versioned because its gate said no
        files = set(DatasetCard.from_json(card.read_bytes()).files.values())
        found += [files] if files not in found else []
    return found


def _last_digests(root: Path, number: int) -> list[str]:
    try:
        versions = Workspace.open(root).versions()
    except NotFoundError:  # a folder that was one: all it may still have is a dataset
        return []
    digests = dict.fromkeys(version.dataset_digest for version in versions if version.dataset_digest)
    return list(digests)[:number]


def _is_elsewhere(run: Run) -> bool:
    """Tell whether a run's workspace is one that this machine cannot see; one that was removed here needs nothing."""
    return run.host != socket.gethostname() and not Path(run.workspace).is_dir()
