"""Datasets published in a store, as another machine finds them."""

from pathlib import Path

from pegbar.artifacts import Artifacts
from pegbar.dataset import Dataset
from pegbar.dataset.artifact import publish_dataset
from pegbar.journal import Journal
from pegbar.store import Store


def publish(dataset: Dataset, store: Store, scratch: Path) -> None:
    """Publish a dataset of a folder."""
    journal = Journal.open(f"sqlite:///{scratch / 'journal.db'}")
    artifacts = Artifacts(store, journal, scratch, workspace="w", owner="me", run_id="r1")
    publish_dataset(artifacts, dataset.card, {path: dataset.root / path for path in dataset.card.files})
    journal.close()
