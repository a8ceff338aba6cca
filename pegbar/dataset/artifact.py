"""A dataset version as an artifact of the store: its card, tables and shards, found by the dataset's digest alone.

Who sees the settings' store and knows a digest can read that dataset, without the workspace it was made in.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from pegbar.artifacts import Artifacts, Manifest, Output
from pegbar.config import Config
from pegbar.dataset import CARD_NAME, DatasetCard
from pegbar.digests import digest_bytes
from pegbar.steps import Step

STEP = Step(name="dataset", version=1)


class DatasetConfig(Config):
    """A dataset is what its files are."""


def dataset_key(digest: str) -> str:
    """Return the artifact key of a dataset's digest."""
    return STEP.key({"dataset": digest}, DatasetConfig())


def publish_dataset(artifacts: Artifacts, card: DatasetCard, files: Mapping[str, Path]) -> Manifest:
    """Publish a dataset; files whose digest is a member already are not read.

    Args:
        files: where every file of the card lies. The manifest's inputs are the files' digests: what it was made of.

    Raises:
        IntegrityError: a file that lies there is not the one on the card.
    """
    content = card.to_json()
    folder = artifacts.working_folder(dataset_key(card.digest))
    (folder / CARD_NAME).write_bytes(content)
    artifacts.store.put_member(folder / CARD_NAME, give_up=True)
    shutil.rmtree(folder)
    outputs = [Output(path=CARD_NAME, size_bytes=len(content), sha256=digest_bytes(content))]
    for path, sha256 in card.files.items():
        if not artifacts.store.has_member(sha256):
            artifacts.store.put_member(files[path])
        outputs.append(Output(path=path, size_bytes=files[path].stat().st_size, sha256=sha256))
    return artifacts.publish(STEP, dataset_key(card.digest), card.files, tuple(outputs))
