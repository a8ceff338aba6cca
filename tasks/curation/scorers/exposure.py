"""Pictures that show nothing because they are all black or all white."""

from collections.abc import Iterator

import numpy as np
from pydantic import Field

from pegbar.config import Config
from tasks.curation.film_view import FilmView
from tasks.curation.frame_table import Pixels
from tasks.curation.scores import Score


class ExposureConfig(Config):
    """Pixels none of whose channels is above `black` are crushed; pixels all of whose are `white` or more are burnt."""

    black: int = Field(default=16, ge=0, le=255)
    white: int = Field(default=250, ge=0, le=255)

    def build(self) -> "ExposureScorer":
        """Return the scorer."""
        return ExposureScorer(self)


class ExposureScorer:
    """Gate `exposure` of a shot: the share of its pixels that are crushed or burnt, whichever is more.

    It is the median of the shot's samples, so a fade does not count. A night scene is dark, not crushed: a
    moon, a window or a blue sky is left of it.
    """

    name = "exposure"
    version = 1

    def __init__(self, config: ExposureConfig) -> None:
        self._config = config

    def score(self, view: FilmView) -> Iterator[Score]:
        """Return every shot's share; unknown where a shot has no sample."""
        for shot in view.shots:
            shares = [self._shares(view.pixels(sample)) for sample in view.samples_of(shot)]
            if not shares:
                yield Score(gate="exposure", item_kind="shot", shot=shot.index, value=None, reason="no sample")
                continue
            crushed, burnt = np.median(np.array(shares), axis=0).tolist()
            luma = view.frames.luma[shot.start_frame : shot.end_frame].mean()
            reason = f"{crushed:.0%} black, {burnt:.0%} white; mean brightness {luma:.0f} of 255"
            yield Score(gate="exposure", item_kind="shot", shot=shot.index, value=max(crushed, burnt), reason=reason)

    def _shares(self, pixels: Pixels) -> tuple[float, float]:
        crushed = (pixels <= self._config.black).all(axis=2).mean()
        burnt = (pixels >= self._config.white).all(axis=2).mean()
        return float(crushed), float(burnt)
