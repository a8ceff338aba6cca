"""Shots that show an earlier shot of the film again: re-encoded, re-graded, moved a little nearer."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydantic import Field

from pegbar.config import Config
from tasks.curation.film_view import FilmView
from tasks.curation.frame_table import CHANNELS, THUMBNAIL_SIDE
from tasks.curation.scores import Score

Pictures = npt.NDArray[np.float32]

FULL_DIFFERENCE = 64.0  # grey levels: as good as another picture


class DuplicatesConfig(Config):
    """When shots are compared, and how.

    Args:
        likeness: correlation of a frame's thumbnail with one of the earlier shot's that makes a pair worth a look.
        min_overlap: share of the later shot's frames that must lie over the earlier one's.
        max_frames: as many frames of a pair, spread over both, are compared.
        flat_levels: neighbouring cells of a thumbnail that differ less are one colour.
        flat_share: a shot whose picture is that flat is black, a card or a page, and never counts.
    """

    likeness: float = Field(default=0.8, gt=0, le=1)
    min_overlap: float = Field(default=0.6, gt=0, le=1)
    max_frames: int = Field(default=24, ge=1)
    flat_levels: float = Field(default=4.0, gt=0)
    flat_share: float = Field(default=0.75, gt=0, le=1)

    def build(self) -> "DuplicatesScorer":
        """Return the scorer."""
        return DuplicatesScorer(self)


@dataclass(frozen=True)
class _Body:
    """A shot without its transitions: where it begins, and its thumbnails as (n, 768) grey levels and unit vectors."""

    shot: int
    start_seconds: float
    pictures: Pictures
    directions: Pictures


class DuplicatesScorer:
    """Gate `duplicate` of a shot: how like it is to the earlier shot it is most like, from 0 to 1.

    Both are laid over each other frame by frame, at 16x16. What another light and a small shift or zoom explain
    is left out; of the rest, the cell that differs most counts, so that another pose is another picture.
    """

    name = "duplicates"
    version = 1

    def __init__(self, config: DuplicatesConfig) -> None:
        self._config = config

    def score(self, view: FilmView) -> Iterator[Score]:
        """Return every shot's likeness to the shots before it."""
        earlier: list[_Body] = []
        for body in _bodies(view):
            if self._is_flat(body):
                yield _score(body, 0.0, "flat: not compared")
                continue
            found = max(((self._similarity(before, body), before) for before in earlier), key=_first, default=None)
            earlier.append(body)
            if found is None or found[0] == 0.0:
                yield _score(body, 0.0, "like no earlier shot")
            else:
                yield _score(body, found[0], f"like shot {found[1].shot} at {found[1].start_seconds:.1f} s")

    def _is_flat(self, body: _Body) -> bool:
        picture = body.pictures[len(body.pictures) // 2].reshape(THUMBNAIL_SIDE, THUMBNAIL_SIDE, CHANNELS)
        steps = [np.abs(np.diff(picture, axis=axis)).max(axis=2) < self._config.flat_levels for axis in (0, 1)]
        return bool(np.mean([step.mean() for step in steps]) >= self._config.flat_share)

    def _similarity(self, before: _Body, body: _Body) -> float:
        probes = body.directions[[len(body.directions) * part // 4 for part in (1, 2, 3)]]
        if (probes @ before.directions.T).max(axis=1).min() < self._config.likeness:
            return 0.0
        offset = _best_offset(before, body, self._config.min_overlap)
        if offset is None:
            return 0.0
        first = max(0, -offset)
        last = min(len(body.pictures), len(before.pictures) - offset)
        frames = np.unique(np.linspace(first, last - 1, min(self._config.max_frames, last - first)).astype(int))
        difference = unexplained(before.pictures[frames + offset], body.pictures[frames])
        return max(0.0, 1.0 - difference / FULL_DIFFERENCE)


def unexplained(before: Pictures, after: Pictures) -> float:
    """Return by how many grey levels the cell that differs most differs, on average over the frames.

    What one gain and offset per channel, and one small shift and zoom of all frames, explain to first order is
    taken out by least squares. Thumbnails of shape (n, 768).
    """
    shape = (-1, THUMBNAIL_SIDE, THUMBNAIL_SIDE, CHANNELS)
    one, other = (pictures.reshape(shape).astype(np.float64) for pictures in (before, after))
    channels = np.eye(CHANNELS)
    causes = [
        *(one * channel for channel in channels),
        *(np.broadcast_to(channel, one.shape) for channel in channels),
        *_movements(one),
        *_movements(other),  # with the gradients of both, a movement of half a cell is still explained
    ]
    matrix = np.stack([cause.reshape(-1) for cause in causes], axis=1)
    weights, *_ = np.linalg.lstsq(matrix, other.reshape(-1), rcond=None)
    left = np.abs(other - (matrix @ weights).reshape(other.shape))
    return float(left.mean(axis=(0, 3))[1:-1, 1:-1].max())  # what a zoom brings in at the border is not explained


def _movements(pictures: npt.NDArray[np.float64]) -> Iterator[npt.NDArray[np.float64]]:
    """Yield what a small shift across, a shift down, and a stretch along each changes in pictures (n, 16, 16, 3)."""
    down, across = (np.gradient(pictures, axis=axis) for axis in (1, 2))
    places = np.arange(THUMBNAIL_SIDE) - (THUMBNAIL_SIDE - 1) / 2
    yield across
    yield down
    yield across * places[None, None, :, None]
    yield down * places[None, :, None, None]


def _bodies(view: FilmView) -> Iterator[_Body]:
    thumbnails = view.frames.thumbnails.astype(np.float32)
    ends = [(shot.transition_frames + 1) // 2 for shot in view.shots[1:]] + [0]
    for shot, tail in zip(view.shots, ends, strict=True):
        first = min(shot.start_frame + (shot.transition_frames + 1) // 2, shot.end_frame - 1)
        pictures = thumbnails[first : max(first + 1, shot.end_frame - tail)]
        apart = pictures.reshape(len(pictures), -1, CHANNELS)
        apart = (apart - apart.mean(axis=1, keepdims=True)).reshape(len(pictures), -1)
        directions = apart / np.maximum(1e-6, np.linalg.norm(apart, axis=1, keepdims=True))
        yield _Body(shot.index, shot.start_seconds, pictures, directions)


def _best_offset(before: _Body, body: _Body, min_overlap: float) -> int | None:
    """Return the frame of `before` that the first of `body` lies on when both are most alike; None if none can."""
    likeness = before.directions @ body.directions.T
    num_before, num_frames = likeness.shape
    wanted = max(1, round(min_overlap * num_frames))
    offsets = range(wanted - num_frames, num_before - wanted + 1)
    return max(offsets, key=lambda offset: float(likeness.diagonal(-offset).mean()), default=None)


def _first(found: tuple[float, _Body]) -> float:
    return found[0]


def _score(body: _Body, value: float, reason: str) -> Score:
    return Score(gate="duplicate", item_kind="shot", shot=body.shot, value=value, reason=reason)
