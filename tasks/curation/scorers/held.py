"""Held drawings: how many different drawings a second a film shows, and where its picture stands still."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from pydantic import Field

from pegbar.config import Config
from tasks.curation.film_view import FilmView
from tasks.curation.frame_table import Column, FrameTable
from tasks.curation.scores import Score

Mask = npt.NDArray[np.bool_]


class HeldConfig(Config):
    """When a frame shows the drawing of the frame before, and when that is a freeze.

    Args:
        drawing_peak: a frame whose `change_peak` is above this shows a new drawing.
        freeze_peak: the same inside a freeze, which a rare burst of coding noise does not end.
        drift_levels: a thumbnail that differs this much, in any of its cells, from where the drawing began is
            another drawing: a slow pan or zoom changes no two neighbours by much.
        freeze_seconds: the shortest freeze; a drawing on threes is far below.
    """

    drawing_peak: float = Field(default=10.0, gt=0)
    freeze_peak: float = Field(default=18.0, gt=0)
    drift_levels: float = Field(default=4.0, gt=0)
    freeze_seconds: float = Field(default=1.0, gt=0)

    def build(self) -> "HeldScorer":
        """Return the scorer."""
        return HeldScorer(self)


class HeldScorer:
    """Gates `effective_fps` (film: drawings a second, freezes left out) and `freeze` (shot and film: share of time)."""

    name = "held"
    version = 1

    def __init__(self, config: HeldConfig) -> None:
        self._config = config

    def score(self, view: FilmView) -> Iterator[Score]:
        """Return the film's two scores, then every shot's `freeze`."""
        config, table = self._config, view.frames
        starts = {shot.start_frame for shot in view.shots}
        lasting = frame_lengths(table.seconds, view.info.duration_seconds)
        frozen = freezes(table, lasting, starts, config)
        drawn = new_drawings(table, starts, config.drawing_peak, config.drift_levels)
        moving_seconds = float(lasting[~frozen].sum())
        rate = float((drawn & ~frozen).sum()) / moving_seconds if moving_seconds > 0 else None
        reason = "drawings a second outside freezes" if rate is not None else "the whole film is one freeze"
        yield Score(gate="effective_fps", item_kind="film", value=rate, reason=reason)
        yield Score(gate="freeze", item_kind="film", value=_share(frozen, lasting))
        for shot in view.shots:
            inside = slice(shot.start_frame, shot.end_frame)
            yield Score(gate="freeze", item_kind="shot", shot=shot.index, value=_share(frozen[inside], lasting[inside]))


def frame_lengths(seconds: Column, end_seconds: float) -> Column:
    """Return how long every frame is shown; at least a millisecond, so that shares can be taken."""
    return np.maximum(np.diff(seconds, append=max(end_seconds, float(seconds[-1]))), 0.001)


def new_drawings(table: FrameTable, starts: set[int], peak: float, drift_levels: float) -> Mask:
    """Return which frames show another drawing than the frame before; a shot's first one always does."""
    pictures = table.thumbnails.astype(np.int16)
    is_new = (table.change_peak > peak) | np.isin(np.arange(table.num_frames), list(starts))
    is_new[0] = True
    first = 0
    for frame in range(table.num_frames):
        is_new[frame] |= np.abs(pictures[frame] - pictures[first]).max() > drift_levels
        if is_new[frame]:
            first = frame
    return is_new


def freezes(table: FrameTable, lasting: Column, starts: set[int], config: HeldConfig) -> Mask:
    """Return which frames are part of a freeze."""
    is_new = new_drawings(table, starts, config.freeze_peak, config.drift_levels)
    run = np.cumsum(is_new) - 1
    run_seconds = np.bincount(run, weights=lasting)
    # a small margin: 24 frames at 24 a second are a second, whatever the container rounded
    frozen: Mask = run_seconds[run] >= config.freeze_seconds - 0.01
    return frozen


def _share(frozen: Mask, lasting: Column) -> float:
    return float(lasting[frozen].sum() / lasting.sum())
