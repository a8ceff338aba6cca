"""A film as scorers see it after its one decode: facts, a number per frame, sampled pictures, shots."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from pegbar.errors import IntegrityError
from pegbar.media import MediaInfo
from pegbar.media.crop import Crop
from pegbar.records import Record
from tasks.curation.detection.shots import DetectedShot
from tasks.curation.frame_table import FrameTable, Pixels
from tasks.curation.scores import Score


class Sample(Record):
    """One sampled picture: `path` is relative to the survey's folder; a JPEG of at most the sampling side."""

    frame: int
    seconds: float
    path: str


def middle_sample(samples: Sequence[Sample], start_frame: int, end_frame: int) -> Sample:
    """Return the sample nearest to the middle of a shot: one of its own if it has any."""
    middle = (start_frame + end_frame - 1) / 2
    return min(
        samples,
        key=lambda sample: (not start_frame <= sample.frame < end_frame, abs(sample.frame - middle)),
    )


class SoundSummary(Record):
    """What the sound is like, without hearing it: its peak and the share of seconds that are silent (-60 dBFS)."""

    has_audio: bool
    peak: float = 0.0
    silent_share: float = 1.0


@dataclass(frozen=True)
class FilmView:
    """Everything that may be scored, read from the survey's folder; nothing is decoded.

    Args:
        samples: in order, at least every half second; most shots hold one or more.
        crop: what is shown of the samples; None shows them whole.
    """

    folder: Path
    info: MediaInfo
    frames: FrameTable
    samples: tuple[Sample, ...]
    sound: SoundSummary
    shots: tuple[DetectedShot, ...]
    crop: Crop | None = None

    def pixels(self, sample: Sample) -> Pixels:
        """Return a sample's picture, cropped, RGB uint8 of shape (height, width, 3).

        Raises:
            IntegrityError: it is missing or damaged.
        """
        picture = cv2.imread(str(self.folder / sample.path), cv2.IMREAD_COLOR)
        if picture is None:
            raise IntegrityError(f"sample {sample.path} cannot be read", remedy="pegbar resume", subject=sample.path)
        if self.crop is not None:
            picture = self.crop.of(picture, self.info.width, self.info.height)
        return np.ascontiguousarray(picture[:, :, ::-1])

    def samples_of(self, shot: DetectedShot) -> tuple[Sample, ...]:
        """Return the samples inside a shot, in order; none where the shot is very short."""
        return tuple(sample for sample in self.samples if shot.start_frame <= sample.frame < shot.end_frame)

    def spread_samples(self, number: int) -> tuple[Sample, ...]:
        """Return `number` samples spread evenly over the film, or all where there are fewer (AS-02 takes 16)."""
        count = min(number, len(self.samples))
        places = ((np.arange(count) + 0.5) * len(self.samples) / max(1, count)).astype(int)
        return tuple(self.samples[place] for place in places)


class Scorer(Protocol):
    """One measurement of a film or its shots; it decides nothing."""

    name: str
    version: int

    def score(self, view: FilmView) -> Iterator[Score] | Sequence[Score]:
        """Return the scores of the film, of its shots, or of both."""
