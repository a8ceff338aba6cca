"""Black bars around a film's picture: found from straight edges that many of its lit pictures share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import Field

from pegbar.config import Config
from pegbar.media.crop import Crop
from pegbar.records import Record
from tasks.curation.film_view import FilmView, Sample
from tasks.curation.scores import Score

Mask = npt.NDArray[np.bool_]
Share = npt.NDArray[np.float64]


class Bars(Record):
    """How many displayed pixels of a film are black on each side."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0

    def crop(self, width: int, height: int) -> Crop:
        """Return what the bars leave of a picture, its sides even as encoders want them."""
        return Crop(
            left=self.left,
            top=self.top,
            width=max(2, (width - self.left - self.right) // 2 * 2),
            height=max(2, (height - self.top - self.bottom) // 2 * 2),
        )


class BarsConfig(Config):
    """When a black border is a bar.

    Args:
        black: a pixel whose luma is at most this is black; bars carry coding noise.
        lit_share: a sample that has fewer pixels above black says nothing: fades, night, black frames.
        line_black_share: a line of a bar is black but for a logo or a line of text.
        step: how much blacker the last lines of a bar are than the first of the picture, as a share of the
            line; the round edge of a spotlight has no such step.
        min_votes: share of lit samples that show the step at the same place.
        max_breaches: share of lit samples that may show something where the bar is.
        margin: text leaves this share of a line free at its ends, of which `margin_black_share` is black.
        max_samples: as many samples, spread over the film, are looked at.
        min_share: a narrower border, as a share of the picture's side, is a line at the edge and no bar.
    """

    black: int = Field(default=24, ge=0, le=255)
    lit_share: float = Field(default=0.1, gt=0, le=1)
    line_black_share: float = Field(default=0.55, gt=0, le=1)
    step: float = Field(default=0.4, gt=0, le=1)
    min_votes: float = Field(default=0.1, gt=0, le=1)
    max_breaches: float = Field(default=0.04, ge=0, le=1)
    margin: float = Field(default=0.04, gt=0, lt=0.5)
    margin_black_share: float = Field(default=0.95, gt=0, le=1)
    max_samples: int = Field(default=200, ge=1)
    min_share: float = Field(default=0.01, ge=0, le=1)

    def build(self) -> "BarsScorer":
        """Return the scorer."""
        return BarsScorer(self)


class BarsScorer:
    """Gate `black_bars` of a film: the share of its picture that bars take; they are there to be cropped."""

    name = "bars"
    version = 1

    def __init__(self, config: BarsConfig) -> None:
        self._config = config

    def score(self, view: FilmView) -> Iterator[Score]:
        """Return the share."""
        yield self.of(view, find_bars(view, self._config))

    def of(self, view: FilmView, bars: Bars) -> Score:
        """Return the share that known bars take."""
        width, height = view.info.width, view.info.height
        left = (width - bars.left - bars.right) * (height - bars.top - bars.bottom) / (width * height)
        reason = f"top {bars.top}, bottom {bars.bottom}, left {bars.left}, right {bars.right} px" if left < 1 else ""
        return Score(gate="black_bars", item_kind="film", value=1.0 - left, reason=reason)


def find_bars(view: FilmView, config: BarsConfig = BarsConfig()) -> Bars:  # noqa: B008 - frozen
    """Return the bars of a film, in displayed pixels, from its uncropped samples; none where there is any doubt.

    Up to two sample pixels of the picture may be counted in, so that a crop leaves nothing of a bar.
    """
    samples = view.spread_samples(config.max_samples)
    pictures = [_black(view, sample, config.black) for sample in samples]
    lit = np.array([1.0 - picture.mean() >= config.lit_share for picture in pictures], bool)
    if not lit.any():
        return Bars()
    black = np.stack([picture for picture, is_lit in zip(pictures, lit, strict=True) if is_lit])
    shots = _shot_numbers(view, samples)[lit]
    height, width = black.shape[1:]
    # Wide bars at the sides hide that lines above are lit, and the other way round: each way again, inside.
    left, right = _both(black, shots, config)
    inside = black[:, :, left : width - right].transpose(0, 2, 1)
    plain = _both(inside, shots, config)
    written = _written(inside, shots, config), _written(inside[:, :, ::-1], shots, config)
    top, bottom = (max(pair) for pair in zip(plain, written, strict=True))
    left, right = _both(black[:, top : height - bottom], shots, config)
    down, across = view.info.height / height, view.info.width / width
    return Bars(
        top=_grown(top, down), bottom=_grown(bottom, down), left=_grown(left, across), right=_grown(right, across)
    )


def _grown(lines: int, scale: float) -> int:
    """Return a bar of sample lines in the film's; the line where it ends may be half bar where samples are smaller."""
    return ceil((lines + (scale > 1)) * scale) if lines else 0


@dataclass(frozen=True)
class _Side:
    """One side's evidence: per sample, where its black border ends and whether by a step."""

    ends: npt.NDArray[np.int64]
    has_step: Mask


def _black(view: FilmView, sample: Sample, level: int) -> Mask:
    luma = cv2.cvtColor(view.pixels(sample), cv2.COLOR_RGB2GRAY)
    mask: Mask = luma <= level
    return mask


def _shot_numbers(view: FilmView, samples: Sequence[Sample]) -> npt.NDArray[np.int64]:
    starts = [shot.start_frame for shot in view.shots]
    return np.searchsorted(starts, [sample.frame for sample in samples], side="right")


def _both(black: Mask, shots: npt.NDArray[np.int64], config: BarsConfig) -> tuple[int, int]:
    """Return how many columns are bars at the left and at the right of pictures of shape (n, height, width)."""
    share = black.mean(axis=1)
    return _bar(share, shots, config), _bar(share[:, ::-1], shots, config)


def _bar(share: Share, shots: npt.NDArray[np.int64], config: BarsConfig) -> int:
    """Return how many of the first lines are a bar; `share` of shape (n, lines) says how black each is."""
    side = _side(share, config)
    # Text and logos move no end, and few pictures may end before the bar does.
    lowest = int(np.quantile(side.ends, config.max_breaches, method="lower"))
    if lowest < max(2, config.min_share * share.shape[1]):
        return 0
    return _voted(side, lowest, shots, config)


def _written(black: Mask, shots: npt.NDArray[np.int64], config: BarsConfig) -> int:
    """Return how many of the first columns are a bar that text is written over; 0 where it may be the picture.

    Text leaves most of a bar black, and one end of its lines at least: a logo may be at the other.
    """
    side = _side(black.mean(axis=1), config)
    margin = max(1, round(config.margin * black.shape[1]))
    for end in sorted(set(side.ends[side.has_step].tolist()), reverse=True):
        if end < max(2, config.min_share * black.shape[2]) or not _voted(side, end, shots, config):
            continue
        region = black[:, :, :end]
        edge = np.maximum(region[:, :margin].mean(axis=(1, 2)), region[:, -margin:].mean(axis=(1, 2)))
        is_bar = (edge >= config.margin_black_share) & (region.mean(axis=(1, 2)) >= config.line_black_share)
        if is_bar.mean() >= 1.0 - config.max_breaches:
            return _voted(side, end, shots, config)
    return 0


def _voted(side: _Side, end: int, shots: npt.NDArray[np.int64], config: BarsConfig) -> int:
    """Return where most samples show a step, within a line of a place; 0 if they are few, or one shot's of several."""
    voting = side.has_step & (np.abs(side.ends - end) <= 1)
    is_seen_again = len(np.unique(shots[voting])) >= min(2, len(np.unique(shots)))
    if voting.mean() < config.min_votes or not is_seen_again:
        return 0
    return int(np.bincount(side.ends[voting]).argmax())


def _side(share: Share, config: BarsConfig) -> _Side:
    lines = share.shape[1]
    is_black = share >= config.line_black_share
    ends = np.where(is_black.all(axis=1), lines, np.argmin(is_black, axis=1))
    rows = np.arange(len(share))
    outside = share[rows, np.clip(ends - 3, 0, lines - 1)]
    inside = share[rows, np.clip(ends + 1, 0, lines - 1)]
    return _Side(ends=ends, has_step=(ends > 0) & (ends < lines // 2) & (outside - inside >= config.step))
