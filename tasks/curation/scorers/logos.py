"""Logos and watermarks: outlines that stay where they are while shot after shot changes behind them.

The median of colour gradients over many pictures keeps an overlay, opaque or not, and forgets everything else
(Dekel et al., "On the Effectiveness of Visible Watermarks", CVPR 2017, section 3.1).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import Field

from models.text_detectors import TextBox
from pegbar.config import Config
from pegbar.media.decode import fitted_size
from pegbar.records import Record
from tasks.curation.detection.shots import DetectedShot
from tasks.curation.film_view import FilmView
from tasks.curation.scorers.readings import correlation, gradients

Item = TypeVar("Item")

BLUR_ROWS = 7  # an edge, smoothed and differentiated, is this wide
SOBEL_GAIN = 4.0  # a 3x3 Sobel filter's answer to a slope of one level per pixel is 8; to a step of one, 4
Vectors = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


class LogosConfig(Config):
    """What stays, and what of it is a logo; sizes are shares of the picture. Raise `version` when a number changes.

    Args:
        work_side: longer side, in pixels, of the pictures compared.
        max_shots: of the film that are looked at, spread evenly.
        pictures_per_shot: of each of them.
        min_shots: a film of fewer unlike shots says nothing about what stays.
        same_shot: shots whose middles differ by fewer 8-bit levels in the mean are alike: one scene, seen again.
        min_gradient: of the median, in 8-bit levels per pixel, for a pixel to be an outline.
        min_agreement: the share of shots whose gradients at an outline are the median's.
        min_cosine: of two gradients that point the same way.
        min_strength: of a shot's gradient, in levels per pixel; an overlay is faint on a ground of its own colour.
        long_line: a row or column of which outlines fill this share is a black bar's edge.
        reach: outlines this near, as a share of the longer side, belong together.
        min_side: of a logo's shorter side.
        max_side: of its longer one.
        max_area: of its box.
        min_pixels: of its outlines, at the working size.
        clear_share: of its strongest outline, what an outline must have to be inside its box; coding leaves halos.
        min_turn: how much its outlines turn, from 0 for one straight line to 0.5 for all directions alike.
        min_likeness: correlation of a shot's gradients with the median's where the logo is there.
        min_presence: the share of shots that show it.
    """

    version: int = Field(default=1, ge=1)
    work_side: int = Field(default=384, ge=64)
    max_shots: int = Field(default=24, ge=3)
    pictures_per_shot: int = Field(default=3, ge=1)
    min_shots: int = Field(default=5, ge=2)
    same_shot: float = Field(default=6.0, ge=0)
    min_gradient: float = Field(default=4.0, gt=0)
    min_agreement: float = Field(default=0.75, gt=0.5, le=1)
    min_cosine: float = Field(default=0.7, gt=0, le=1)
    min_strength: float = Field(default=1.0, ge=0)
    long_line: float = Field(default=0.5, gt=0, le=1)
    reach: float = Field(default=0.02, gt=0, lt=1)
    min_side: float = Field(default=0.02, gt=0, lt=1)
    max_side: float = Field(default=0.4, gt=0, le=1)
    max_area: float = Field(default=0.08, gt=0, le=1)
    min_pixels: int = Field(default=40, ge=1)
    clear_share: float = Field(default=0.2, ge=0, lt=1)
    min_turn: float = Field(default=0.12, ge=0, le=0.5)
    min_likeness: float = Field(default=0.4, gt=0, le=1)
    min_presence: float = Field(default=0.6, gt=0, le=1)


class Logo(Record):
    """An overlay that stays, as shares of the width and height of what the view shows, its crop applied.

    `presence` is the share of unlike shots that show it.
    """

    left: float
    top: float
    width: float
    height: float
    presence: float

    @property
    def box(self) -> TextBox:
        """Its box, as text detectors give theirs."""
        return TextBox(self.left, self.top, self.width, self.height, self.presence)


@dataclass(frozen=True)
class LogoSearch:
    """The logos of a film, the most present first; None, with the reason, where nothing can be said."""

    logos: tuple[Logo, ...] | None
    reason: str = ""


def find_logos(
    view: FilmView,
    config: LogosConfig = LogosConfig(),  # noqa: B008 - frozen
    cards: Collection[int] = (),
    subtitles: Collection[TextBox] = (),
) -> LogoSearch:
    """Return the overlays that stay in a film.

    Args:
        view: of the film.
        config: what stays, and what of it is a logo.
        cards: numbers of shots that are not looked at.
        subtitles: lines whose common edges are no logo.
    """
    shots = _unlike_shots(view, config, cards)
    if len(shots) < config.min_shots:
        return LogoSearch(None, f"{len(shots)} unlike shots; {config.min_shots} are needed to see what stays")
    seen = np.stack([_outlines(view, shot, config) for shot in shots])
    common = np.median(seen, axis=0)
    boxes = _boxes(_staying(seen, common, config), common, config)
    logos = [_logo(box, seen, common, config) for box in boxes]
    kept = [logo for logo in logos if logo.presence >= config.min_presence and not _is_among(logo, subtitles)]
    return LogoSearch(tuple(sorted(kept, key=lambda logo: (-logo.presence, logo.top, logo.left))))


def _is_among(logo: Logo, boxes: Collection[TextBox]) -> bool:
    return any(logo.box.overlap(box) > logo.box.area / 2 for box in boxes)


def _unlike_shots(view: FilmView, config: LogosConfig, cards: Collection[int]) -> list[DetectedShot]:
    """Return shots with samples whose middles are unlike one another, spread over the film."""
    shots = [shot for shot in view.shots if shot.index not in cards and view.samples_of(shot)]
    kept: list[DetectedShot] = []
    pictures: list[Vectors] = []
    for shot in shots:
        middle = view.frames.thumbnails[(shot.start_frame + shot.end_frame - 1) // 2].astype(np.float32)
        if all(float(np.abs(middle - other).mean()) >= config.same_shot for other in pictures):
            kept.append(shot)
            pictures.append(middle)
    return _spread(kept, config.max_shots)


def _outlines(view: FilmView, shot: DetectedShot, config: LogosConfig) -> Vectors:
    """Return a shot's median gradients of red, green and blue, in levels per pixel, shape (6, height, width)."""
    pictures = [view.pixels(sample) for sample in _spread(view.samples_of(shot), config.pictures_per_shot)]
    size = fitted_size(pictures[0].shape[1], pictures[0].shape[0], config.work_side)
    small = (cv2.resize(picture, size, interpolation=cv2.INTER_AREA) for picture in pictures)
    smooth = (cv2.GaussianBlur(picture, (0, 0), 0.8) for picture in small)
    fields = [np.concatenate([gradients(picture[:, :, channel]) for channel in range(3)]) for picture in smooth]
    return np.asarray(np.median(fields, axis=0) / SOBEL_GAIN, np.float32)


def _staying(seen: Vectors, common: Vectors, config: LogosConfig) -> Mask:
    """Return the pixels, shape (height, width), whose gradient most shots share; black bars' edges are left out."""
    strength, strengths = np.linalg.norm(common, axis=0), np.linalg.norm(seen, axis=1)
    along = (seen * common).sum(axis=1)
    shared = (along >= config.min_cosine * strength * strengths) & (strengths >= config.min_strength)
    stays = (strength >= config.min_gradient) & (shared.mean(axis=0) >= config.min_agreement)
    for axis, lines in ((1, stays), (0, stays.T)):
        long = stays.mean(axis=axis) >= config.long_line
        lines[np.convolve(long, np.ones(BLUR_ROWS), "same") > 0] = False
    return np.asarray(stays, np.bool_)


def _boxes(stays: Mask, common: Vectors, config: LogosConfig) -> Iterator[tuple[int, int, int, int]]:
    """Yield left, top, width and height, in pixels, of groups of outlines that have a logo's size and turn."""
    height, width = stays.shape
    reach = 2 * max(1, round(config.reach * max(height, width) / 2)) + 1
    grown = cv2.dilate(stays.astype(np.uint8), np.ones((reach, reach), np.uint8))
    count, labels = cv2.connectedComponents(grown)
    strength = np.linalg.norm(common, axis=0)
    for label in range(1, count):
        group = stays & (labels == label)
        group &= strength >= config.clear_share * strength[group].max(initial=0.0)
        box = cv2.boundingRect(group.astype(np.uint8))
        sides = box[2] / width, box[3] / height
        fits = min(sides) >= config.min_side and max(sides) <= config.max_side and np.prod(sides) <= config.max_area
        if fits and group.sum() >= config.min_pixels and _turn(common[:, group].reshape(3, 2, -1)) >= config.min_turn:
            yield box


def _turn(vectors: Vectors) -> float:
    """Return the smaller eigenvalue of gradients' second moments as a share of both; shape (3, 2, n)."""
    moments = np.einsum("cin,cjn->ij", vectors, vectors).astype(np.float64)
    small, large = np.linalg.eigvalsh(moments)
    return float(small / max(1e-9, small + large))


def _logo(box: tuple[int, int, int, int], seen: Vectors, common: Vectors, config: LogosConfig) -> Logo:
    left, top, across, down = box
    height, width = common.shape[1:]
    part = (slice(top, top + down), slice(left, left + across))
    likenesses = [correlation(shot[:, *part], common[:, *part]) for shot in seen]
    presence = float(np.mean([likeness >= config.min_likeness for likeness in likenesses]))
    return Logo(left=left / width, top=top / height, width=across / width, height=down / height, presence=presence)


def _spread(items: Sequence[Item], number: int) -> list[Item]:
    """Return `number` items spread evenly, or all where there are fewer."""
    count = min(number, len(items))
    return [items[int((place + 0.5) * len(items) / count)] for place in range(count)]
