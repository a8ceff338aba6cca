"""Batches as a pure function of the step, and a loader whose whole state is the number of the next one.

Features are kept in memory by content, so there is nothing to read ahead; `tasks.training.reading` is for data that is.
"""

from collections.abc import Iterator, Sequence

import torch

from models.animeshooter.dropout import hide
from models.animeshooter.objective import Batch
from models.animeshooter.seeds import derived_seed, generator_of, noise_of, timesteps_of
from models.animeshooter.sequence import ShotSequence
from tasks.training.config import StageConfig
from tasks.training.features import FeatureCache
from tasks.training.reading.order import SampleOrder
from tasks.training.views import Example


class BatchMaker:
    """Chooses examples, references, what to hide, noise and timesteps from (seed, step, place in the batch)."""

    def __init__(self, examples: Sequence[Example], stage: StageConfig, features: FeatureCache, seed: int) -> None:
        self.examples = examples
        self.stage = stage
        self.features = features
        self.seed = derived_seed(seed, stage.name)
        self.order = SampleOrder(len(examples), self.seed)

    def chosen(self, step: int) -> list[Example]:
        """Return the step's examples: every epoch goes through all of them in an order of its own."""
        size = self.stage.batch_size
        return [self.examples[index] for index in self.order.between(step * size, (step + 1) * size)]

    def batch(self, step: int) -> Batch:
        """Return the step's batch, ready for its loss."""
        examples = self.chosen(step)
        keys = [(self.seed, step, place, example.sample_id) for place, example in enumerate(examples)]
        sequences = tuple(self._sequence(example, key) for example, key in zip(examples, keys, strict=True))
        names = tuple(example.sample_id for example in examples)
        if self.stage.loss == "t5_mse":
            captions = [shot.shot.caption or "" for example in examples for shot in example.shots]
            return Batch(step, names, sequences, text_features=self.features.text(captions))
        latents = self.features.latents([shot.clip for example in examples for shot in example.shots])
        shape = (self.stage.shots_per_sequence, *latents.shape[1:])
        last = self.features.model.scheduler.config.num_train_timesteps
        return Batch(
            step,
            names,
            sequences,
            latents=latents,
            noise=torch.cat([noise_of(key, shape) for key in keys]),
            timesteps=torch.cat([timesteps_of(key, self.stage.shots_per_sequence, last) for key in keys]),
        )

    def _sequence(self, example: Example, key: tuple[int | str, ...]) -> ShotSequence:
        """Return the teacher-forced sequence: context frames are the true last frames."""
        draws = generator_of(*key, "inputs")
        if example.references:
            choice = int(torch.randint(len(example.references), (), generator=draws))
            reference = self.features.picture(example.references[choice])
        else:
            reference = self.features.first_frame(example.shots[0].clip)
        sequence = ShotSequence(
            reference=reference,
            captions=tuple(shot.shot.caption or "" for shot in example.shots),
            frames=tuple(self.features.last_frame(shot.clip) for shot in example.shots[:-1]),
        )
        return hide(sequence, self.stage.dropout.draw(draws))


class StepLoader:
    """Yields the batches of steps 0..num_steps-1; Lightning saves and restores where it stood."""

    def __init__(self, maker: BatchMaker, num_steps: int) -> None:
        self.maker = maker
        self.num_steps = num_steps
        self.step = 0

    def __len__(self) -> int:
        return self.num_steps

    def __iter__(self) -> Iterator[Batch]:
        while self.step < self.num_steps:
            self.step += 1
            yield self.maker.batch(self.step - 1)

    def state_dict(self) -> dict[str, int]:
        """Return the next step."""
        return {"step": self.step}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Go on from there."""
        self.step = int(state["step"])
