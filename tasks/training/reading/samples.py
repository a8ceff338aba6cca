"""Samples by their number: a shot or a story, its records, and the bytes asked for, each by one range read."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, Literal, TypeVar

from torch.utils.data import Dataset as TorchDataset

from pegbar.dataset import Dataset
from pegbar.dataset.training_view import (
    ReferenceView,
    ShotRows,
    ShotView,
    SoundView,
    StoryRows,
    StoryView,
    reference_view,
    sound_view,
)
from pegbar.digests import digest_of
from pegbar.records import Member, Record, Story

Part = Literal["clip", "image", "mask", "sound"]
T = TypeVar("T")


class Sample(Record):
    """One shot or one story to learn from.

    Args:
        caption: of the shot; of a story its storyline.
        references: of the characters in it, if pictures or masks are read. sounds: of the audio shots it has a part in,
            if sounds are read.
        story: the story whole, for a story.
        contents: member name -> bytes as packed (mp4, png, flac), of the parts that are read.
    """

    sample_id: str
    caption: str
    shots: tuple[ShotView, ...]
    references: tuple[ReferenceView, ...] = ()
    sounds: tuple[SoundView, ...] = ()
    story: StoryView | None = None
    contents: dict[str, bytes] = {}

    def members(self, parts: Sequence[Part]) -> Iterator[Member]:
        """Yield where the bytes of these parts lie."""
        if "clip" in parts:
            yield from (view.clip for view in self.shots)
        if "image" in parts:
            yield from (view.image for view in self.references)
        if "mask" in parts:
            yield from (view.mask for view in self.references)
        if "sound" in parts:
            yield from (view.sound for view in self.sounds)


class Samples(TorchDataset[T], ABC, Generic[T]):
    """A dataset as a list of samples, for torch's DataLoader; it travels to workers under any start method.

    Args:
        parts: which bytes are read. transform: what is made of a sample where it is read, decoding for one (a function
            of a module, to be found by other processes).

    Raises (when a sample is asked for):
        IntegrityError: a shard is missing or short, or bytes differ from their digest.
        StorageError: the store cannot be reached, its retries included.
    """

    unit: Literal["shot", "story"]

    def __init__(
        self, dataset: Dataset, parts: Sequence[Part] = ("clip",), transform: Callable[[Sample], T] | None = None
    ) -> None:
        self.dataset = dataset
        self.parts = tuple(parts)
        self.transform = transform

    @property
    def digest(self) -> str:
        """Digest of which samples these are, in which order: of the dataset and the unit."""
        return digest_of([self.dataset.digest, self.unit])

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of samples."""

    @abstractmethod
    def described(self, indices: Sequence[int]) -> list[Sample]:
        """Return samples without their bytes.

        Raises:
            IndexError: there is no such sample.
        """

    def __getitem__(self, index: int) -> T:
        """Return a sample, transformed."""
        return self.__getitems__([index])[0]

    def __getitems__(self, indices: Sequence[int]) -> list[T]:
        """Return several samples; over a network their bytes are read at once."""
        samples = self.described(indices)
        self._fill(samples)
        return [self.transform(sample) for sample in samples] if self.transform is not None else samples  # type: ignore[return-value]

    def _fill(self, samples: Sequence[Sample]) -> None:
        wanted = [(sample, member) for sample in samples for member in sample.members(self.parts)]
        read = self.dataset.read_members([member for _, member in wanted])
        for (sample, member), content in zip(wanted, read, strict=True):
            sample.contents[member.name] = content


class ShotSamples(Samples[T]):
    """Every kept, captioned shot outside prologue and epilogue, in order of its id."""

    unit = "shot"

    def __init__(
        self, dataset: Dataset, parts: Sequence[Part] = ("clip",), transform: Callable[[Sample], T] | None = None
    ) -> None:
        super().__init__(dataset, parts, transform)
        self._shots = ShotRows(dataset.table("shots"))
        shows, sounds = {"image", "mask"} & set(parts), "sound" in parts
        self._references = StoryRows(dataset.table("references")) if shows else None
        self._audio_shots = StoryRows(dataset.table("audio_shots")) if sounds else None

    def __len__(self) -> int:
        return len(self._shots)

    def described(self, indices: Sequence[int]) -> list[Sample]:
        """Return shots without their bytes."""
        return [self._sample(view) for view in self._shots.views(_checked(indices, len(self)))]

    def _sample(self, view: ShotView) -> Sample:
        shot = view.shot
        references = self._references.of(shot.story_id) if self._references is not None else []
        audio_shots = self._audio_shots.of(shot.story_id) if self._audio_shots is not None else []
        return Sample(
            sample_id=shot.shot_id,
            caption=shot.caption or "",
            shots=(view,),
            references=tuple(reference_view(row) for row in references if row["character_id"] in shot.character_ids),
            sounds=tuple(sound_view(row) for row in audio_shots if row["first_shot"] <= shot.index <= row["last_shot"]),
        )


class StorySamples(Samples[T]):
    """Every story of the training view."""

    unit = "story"

    def __init__(
        self, dataset: Dataset, parts: Sequence[Part] = ("clip",), transform: Callable[[Sample], T] | None = None
    ) -> None:
        super().__init__(dataset, parts, transform)
        self._views = dataset.story_views()
        self._audio_shots = StoryRows(dataset.table("audio_shots")) if "sound" in parts else None

    def __len__(self) -> int:
        return len(self._views)

    def described(self, indices: Sequence[int]) -> list[Sample]:
        """Return stories without their bytes."""
        return [self._sample(self._views[index]) for index in _checked(indices, len(self))]

    def _sample(self, view: StoryView) -> Sample:
        story: Story = view.story
        audio_shots = self._audio_shots.of(story.story_id) if self._audio_shots is not None else []
        return Sample(
            sample_id=story.story_id,
            caption=story.storyline or "",
            shots=view.shots,
            references=view.references,
            sounds=tuple(sound_view(row) for row in audio_shots),
            story=view,
        )


def _checked(indices: Sequence[int], count: int) -> list[int]:
    for index in indices:
        if not 0 <= index < count:
            raise IndexError(f"there is no sample {index} of {count}")
    return list(indices)
