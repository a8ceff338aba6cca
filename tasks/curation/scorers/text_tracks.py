"""Text over time: one track for as long as one line keeps its place and its letters."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median

from pydantic import Field

from models.text_detectors import TextBox
from pegbar.config import Config
from tasks.curation.scorers.readings import Reading, TextLine


class TrackConfig(Config):
    """When lines of two samples are one text.

    Args:
        min_overlap: of their boxes, as a share of the smaller one.
        min_likeness: correlation of their gradients.
        max_missed: samples in between in which the detector may have missed it.
    """

    min_overlap: float = Field(default=0.5, gt=0, le=1)
    min_likeness: float = Field(default=0.5, gt=0, le=1)
    max_missed: int = Field(default=1, ge=0)


@dataclass(frozen=True)
class TextTrack:
    """One text at one place. `readings` are the numbers of the samples that show it, in order."""

    readings: tuple[int, ...]
    lines: tuple[TextLine, ...]

    @property
    def box(self) -> TextBox:
        """The middle of all its boxes, side by side."""
        boxes = [line.box for line in self.lines]
        left, right = median(box.left for box in boxes), median(box.right for box in boxes)
        top, bottom = median(box.top for box in boxes), median(box.bottom for box in boxes)
        return TextBox(left, top, right - left, bottom - top, mean(box.score for box in boxes))

    def shows(self, other: "TextTrack", min_likeness: float) -> bool:
        """Tell whether the other track, seen later, has the same letters at the same place."""
        return self.lines[-1].likeness(other.lines[0]) >= min_likeness


def track_text(readings: Sequence[Reading], config: TrackConfig) -> tuple[TextTrack, ...]:
    """Link the lines of successive samples; tracks are in the order in which they begin."""
    tracks: list[_OpenTrack] = []
    still_open: list[_OpenTrack] = []
    for number, reading in enumerate(readings):
        still_open = [track for track in still_open if number - track.numbers[-1] <= config.max_missed + 1]
        for line in reading.lines:
            track = _continued(still_open, number, line, config)
            if track is None:
                track = _OpenTrack([], [])
                tracks.append(track)
                still_open.append(track)
            track.numbers.append(number)
            track.lines.append(line)
    return tuple(TextTrack(tuple(track.numbers), tuple(track.lines)) for track in tracks)


@dataclass
class _OpenTrack:
    numbers: list[int]
    lines: list[TextLine]


def _continued(tracks: Sequence[_OpenTrack], number: int, line: TextLine, config: TrackConfig) -> _OpenTrack | None:
    """Return the open track that the line goes on with, the likest of them; None where it is a new text."""
    best, best_likeness = None, config.min_likeness
    for track in tracks:
        last = track.lines[-1]
        smaller = min(last.box.area, line.box.area)
        if track.numbers[-1] == number or last.box.overlap(line.box) < config.min_overlap * smaller:
            continue
        likeness = last.likeness(line)
        if likeness >= best_likeness:
            best, best_likeness = track, likeness
    return best
