from pathlib import Path

import numpy as np
import torch
from small_training import small_training

from models.animeshooter.model import AnimeShooter
from pegbar.dataset import Dataset
from tasks.training.clips import decode_clip
from tasks.training.config import StageConfig
from tasks.training.features import FeatureCache
from tasks.training.loader import BatchMaker, StepLoader
from tasks.training.views import examples_of


def maker_of(model: AnimeShooter, dataset: Dataset, stage: StageConfig, seed: int = 0) -> BatchMaker:
    return BatchMaker(examples_of(dataset.training_view(), stage), stage, FeatureCache(model, dataset), seed)


def test_a_batch_is_a_function_of_seed_and_step(model: AnimeShooter, drawn_dataset: Dataset) -> None:
    stage = small_training().stage("multi-shot")
    first, again = (maker_of(model, drawn_dataset, stage).batch(5) for _ in range(2))
    other = maker_of(model, drawn_dataset, stage, seed=1).batch(5)
    assert first.sample_ids == again.sample_ids
    for name in ("latents", "noise", "timesteps"):
        assert torch.equal(getattr(first, name), getattr(again, name))
    assert not torch.equal(first.noise, other.noise)  # type: ignore[arg-type]
    assert first.noise.shape == (2 * 3, *model.latent_shape)  # type: ignore[union-attr]


def test_an_epoch_goes_through_every_example_once(model: AnimeShooter, drawn_dataset: Dataset) -> None:
    maker = maker_of(model, drawn_dataset, small_training().stage("single-shot"))
    epochs = [
        [example.sample_id for step in steps for example in maker.chosen(step)] for steps in ((0, 1, 2), (3, 4, 5))
    ]
    assert sorted(epochs[0]) == sorted(epochs[1]) == sorted(example.sample_id for example in maker.examples)
    assert epochs[0] != epochs[1]


def test_context_is_the_true_last_frame(model: AnimeShooter, drawn_dataset: Dataset) -> None:
    maker = maker_of(model, drawn_dataset, small_training().stage("multi-shot").but(batch_size=1))
    sequence, example = maker.batch(0).sequences[0], maker.chosen(0)[0]
    truth = decode_clip(drawn_dataset.read_member(example.shots[0].clip), model.video, "clip")
    assert np.array_equal(sequence.frames[0], truth[-1])


def test_alignment_reads_the_first_frame_and_aims_at_t5(model: AnimeShooter, drawn_dataset: Dataset) -> None:
    maker = maker_of(model, drawn_dataset, small_training().stage("condition-alignment").but(batch_size=1))
    batch, example = maker.batch(0), maker.chosen(0)[0]
    truth = decode_clip(drawn_dataset.read_member(example.shots[0].clip), model.video, "clip")
    assert np.array_equal(batch.sequences[0].reference, truth[0])
    assert batch.text_features is not None and batch.latents is None
    assert torch.equal(batch.text_features, model.text_features(batch.sequences[0].captions))


def test_a_loader_goes_on_where_another_stood(model: AnimeShooter, drawn_dataset: Dataset) -> None:
    maker = maker_of(model, drawn_dataset, small_training().stage("single-shot"))
    first, second = StepLoader(maker, 4), StepLoader(maker, 4)
    whole = [batch.sample_ids for batch in StepLoader(maker, 4)]
    head = next(iter(first)).sample_ids
    second.load_state_dict(first.state_dict())
    assert [head, *(batch.sample_ids for batch in second)] == whole


def test_a_clip_is_encoded_once(model: AnimeShooter, drawn_dataset: Dataset, tmp_path: Path) -> None:
    read: list[str] = []

    class Counting:
        digest = drawn_dataset.digest
        training_view = drawn_dataset.training_view

        def read_member(self, member) -> bytes:  # noqa: ANN001
            read.append(member.name)
            return drawn_dataset.read_member(member)

    stage = small_training().stage("multi-shot")
    maker = BatchMaker(examples_of(drawn_dataset.training_view(), stage), stage, FeatureCache(model, Counting()), 0)
    for step in range(3):
        maker.batch(step)
    assert len(read) == len(set(read)) == 6 + 2  # clips and pictures
