"""Training where there is no workspace: the dataset comes from the store by its digest, and trains the same."""

from pathlib import Path

import pytest
import torch
from published import publish
from servers.s3 import S3Server
from servers.stores import s3_place
from small_training import small_training

from models.animeshooter.model import AnimeShooter
from pegbar.dataset import Dataset
from pegbar.errors import NotFoundError
from pegbar.settings import Settings
from tasks.context import RunContext
from tasks.training.features import FeatureCache
from tasks.training.loader import BatchMaker
from tasks.training.steps import dataset_of
from tasks.training.views import examples_of


def context_of(home: Path, workspace: Path, **settings: object) -> RunContext:
    return RunContext(
        settings=Settings(home=home, **settings), workspace=workspace, run_id="r1"  # type: ignore[arg-type]
    )  # fmt: skip


def test_batches_from_a_bucket_are_those_of_the_folder(
    drawn_dataset: Dataset, model: AnimeShooter, moto_server: S3Server, tmp_path: Path
) -> None:
    place = s3_place(moto_server, "moto")
    publish(drawn_dataset, place.build(), tmp_path)
    home = tmp_path / "home"
    context = context_of(home, tmp_path / "no workspace", store=place.config)
    there, stage = dataset_of(context, drawn_dataset.digest), small_training().stage("multi-shot")
    here, far = (
        BatchMaker(examples_of(data.training_view(), stage), stage, FeatureCache(model, data), 0).batch(3)
        for data in (drawn_dataset, there)
    )
    assert here.sample_ids == far.sample_ids
    assert torch.equal(here.latents, far.latents)  # type: ignore[arg-type]
    assert len(list((home / "scratch" / "members").glob("??/*"))) > 3  # kept near: tables, clips and pictures


def test_without_a_digest_it_is_the_workspace_s_own(drawn_dataset: Dataset, tmp_path: Path) -> None:
    context = context_of(tmp_path, drawn_dataset.root.parent)
    assert dataset_of(context, None).digest == drawn_dataset.digest
    with pytest.raises(NotFoundError, match="the store has no dataset"):
        dataset_of(context, drawn_dataset.digest)
