"""What the frozen parts make of the data, computed once per run and kept in memory, keyed by content."""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from models.animeshooter.model import AnimeShooter
from pegbar.dataset import StoryView
from pegbar.records import Member
from tasks.training.clips import Frames, decode_clip, decode_picture


class TrainingData(Protocol):
    """The side of `pegbar.dataset.Dataset` that training reads."""

    @property
    def digest(self) -> str:
        """Digest of the dataset version."""
        ...

    def training_view(self) -> list[StoryView]:
        """Return the stories to learn from."""
        ...

    def read_member(self, member: Member) -> bytes:
        """Return a member's bytes."""
        ...


class FeatureCache:
    """Frames, latents, pictures and T5 features of a dataset for one model.

    Every clip is decoded and encoded by itself, so a feature does not depend on what else is in the batch.

    Args:
        with_latents: encode clips while they are at hand; a loss on T5 features needs none.
    """

    def __init__(self, model: AnimeShooter, data: TrainingData, *, with_latents: bool = True) -> None:
        self.model = model
        self.data = data
        self.with_latents = with_latents
        self._ends: dict[str, tuple[Frames, Frames]] = {}
        self._latents: dict[str, Tensor] = {}
        self._pictures: dict[str, Frames] = {}
        self._text: dict[str, Tensor] = {}

    def first_frame(self, clip: Member) -> Frames:
        """Return a clip's first frame (H, W, 3).

        Raises:
            MediaError: it cannot be decoded. IntegrityError: its bytes are not there.
        """
        self._read(clip)
        return self._ends[clip.sha256][0]

    def last_frame(self, clip: Member) -> Frames:
        """Return a clip's last frame (H, W, 3); errors as `first_frame`."""
        self._read(clip)
        return self._ends[clip.sha256][1]

    def latents(self, clips: Sequence[Member]) -> Tensor:
        """Return scaled latents (N, T, C, h, w) on the CPU; errors as `first_frame`."""
        for clip in clips:
            self._read(clip)
        return torch.stack([self._latents[clip.sha256] for clip in clips])

    def picture(self, image: Member) -> Frames:
        """Return a reference picture (H, W, 3), on white.

        Raises:
            InputError: it cannot be decoded. IntegrityError: its bytes are not there.
        """
        if image.sha256 not in self._pictures:
            self._pictures[image.sha256] = decode_picture(self.data.read_member(image), image.name)
        return self._pictures[image.sha256]

    def text(self, captions: Sequence[str]) -> Tensor:
        """Return T5 features (N, condition_length, text_dim) on the CPU."""
        for caption in captions:
            if caption not in self._text:
                self._text[caption] = self.model.text_features([caption])[0].cpu()
        return torch.stack([self._text[caption] for caption in captions])

    def _read(self, clip: Member) -> None:
        if clip.sha256 in self._ends:
            return
        frames = decode_clip(self.data.read_member(clip), self.model.video, clip.name)
        if self.with_latents:
            self._latents[clip.sha256] = self.model.encode_video(frames).cpu()
        self._ends[clip.sha256] = (frames[0].copy(), frames[-1].copy())
