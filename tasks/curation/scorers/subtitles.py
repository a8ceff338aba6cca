"""Subtitles: texts that come and go in one band of the picture, in one size, whatever the picture does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from pydantic import Field

from models.text_detectors import TextBox
from pegbar.config import Config
from tasks.curation.scorers.text_tracks import TextTrack

Band = Literal["low", "high"]
Anchor = Literal["centre", "left"]


class SubtitlesConfig(Config):
    """What a subtitle looks like; places and sizes are shares of the picture. Raise `version` when a number changes.

    Args:
        low_from: a line whose middle is below this is in the low band.
        high_to: a line whose middle is above this is in the high band.
        max_height: of a line, as its detector draws it.
        min_width: of a line that stands for the others.
        min_score: its detector's.
        min_seen: in so many samples has it been seen, so that nothing that moves is taken for it.
        off_anchor: how far a line's middle may be from the picture's, or its left side from the others'.
        size_ratio: how much higher or lower than the middle line a line may be.
        min_texts: so many different texts, at different times, make subtitles; fewer are signs.
        min_longest: the width of the longest of them at least; a logo's letters are fewer.
        same_likeness: two texts are one where their gradients correlate more.
    """

    version: int = Field(default=1, ge=1)
    low_from: float = Field(default=0.68, ge=0, le=1)
    high_to: float = Field(default=0.2, ge=0, le=1)
    max_height: float = Field(default=0.16, gt=0, le=1)
    min_width: float = Field(default=0.1, ge=0, le=1)
    min_score: float = Field(default=0.6, ge=0, le=1)
    min_seen: int = Field(default=2, ge=1)
    off_anchor: float = Field(default=0.04, gt=0, le=1)
    size_ratio: float = Field(default=1.45, ge=1)
    min_texts: int = Field(default=2, ge=1)
    min_longest: float = Field(default=0.25, ge=0, le=1)
    same_likeness: float = Field(default=0.5, gt=0, le=1)


@dataclass(frozen=True)
class SubtitleStyle:
    """Where a film's subtitles stand: `place` is the middle of a centred line, or the left side of the others."""

    band: Band
    anchor: Anchor
    place: float
    height: float

    def fits(self, box: TextBox, config: SubtitlesConfig) -> bool:
        """Tell whether a line stands like the others; its length does not matter."""
        near = abs(_place(box, self.anchor) - self.place) <= config.off_anchor
        alike = max(box.height / self.height, self.height / box.height) <= config.size_ratio
        return near and alike and band_of(box, config) == self.band


def band_of(box: TextBox, config: SubtitlesConfig) -> Band | None:
    """Return the band a line stands in; None between them."""
    middle = box.top + box.height / 2
    return "low" if middle >= config.low_from else "high" if middle <= config.high_to else None


def find_subtitles(tracks: Sequence[TextTrack], config: SubtitlesConfig) -> tuple[TextTrack, ...]:
    """Return the tracks that are a film's subtitles; none where no style has enough texts.

    Args:
        tracks: of the film, without those on cards and those that are logos.
        config: what a subtitle looks like.
    """
    clear = [track for track in tracks if len(track.readings) >= config.min_seen and _is_clear(track.box, config)]
    groups = [_fitting(tracks, style, config) for style in _styles(clear, config)]
    return max(groups, key=_num_samples, default=())


def _is_clear(box: TextBox, config: SubtitlesConfig) -> bool:
    wide = box.width >= max(config.min_width, box.height)
    return wide and box.height <= config.max_height and box.score >= config.min_score


def _styles(clear: Sequence[TextTrack], config: SubtitlesConfig) -> Iterator[SubtitleStyle]:
    """Yield a style for every band and anchor that enough different texts share."""
    bands: tuple[Band, ...] = ("low", "high")
    for band in bands:
        inside = [track for track in clear if band_of(track.box, config) == band]
        if not inside:
            continue
        height = median(track.box.height for track in inside)
        left = median(track.box.left for track in inside)
        for style in (SubtitleStyle(band, "centre", 0.5, height), SubtitleStyle(band, "left", left, height)):
            if _have_enough_texts([track for track in inside if style.fits(track.box, config)], config):
                yield style


def _fitting(tracks: Sequence[TextTrack], style: SubtitleStyle, config: SubtitlesConfig) -> tuple[TextTrack, ...]:
    return tuple(track for track in tracks if style.fits(track.box, config))


def _have_enough_texts(tracks: Sequence[TextTrack], config: SubtitlesConfig) -> bool:
    """Tell whether enough texts are no return of another one and begin after it has ended, a long one among them."""
    if max((track.box.width for track in tracks), default=0.0) < config.min_longest:
        return False
    distinct: list[TextTrack] = []
    for track in tracks:
        is_new_time = all(track.readings[0] > other.readings[-1] for other in distinct)
        if is_new_time and not any(other.shows(track, config.same_likeness) for other in distinct):
            distinct.append(track)
        if len(distinct) >= config.min_texts:
            return True
    return False


def _num_samples(tracks: Sequence[TextTrack]) -> int:
    return len({reading for track in tracks for reading in track.readings})


def _place(box: TextBox, anchor: Anchor) -> float:
    return box.left + box.width / 2 if anchor == "centre" else box.left
