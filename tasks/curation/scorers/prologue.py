"""How much a shot is a title card, credits or an empty picture: lettering on a smooth, still ground."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import Field

from pegbar.config import Config
from tasks.curation.detection.shots import DetectedShot
from tasks.curation.film_view import FilmView
from tasks.curation.frame_table import Pixels
from tasks.curation.scorers.readings import Reading

Map = npt.NDArray[np.float32]

SIDE = 96  # pixels; what is smooth shows in a small picture
ROUNDS = 3


class PrologueConfig(Config):
    """What tells a card from a scene. Raise `version` when a number changes.

    Args:
        max_pictures: of a shot that are looked at.
        top, bottom: text above and below these shares of the height is a subtitle's, and does not count.
        ground_levels: how far a pixel of the smooth ground may be from it, in 8-bit levels.
        no_ground: a share of smooth ground up to which a picture is a scene.
        full_ground: a share of smooth ground from which on it is a card's.
        full_text: the share of the picture under text from which on it counts fully.
        lot_of_text: so much text makes a card on any ground.
        blank_ground: a picture with more smooth ground than this is empty, and needs no text.
        elsewhere: what a card counts that is not among the first or the last shots.
        card_score: from here on a shot is a card.
    """

    version: int = Field(default=1, ge=1)
    max_pictures: int = Field(default=3, ge=1)
    top: float = Field(default=0.1, ge=0, le=1)
    bottom: float = Field(default=0.76, ge=0, le=1)
    ground_levels: float = Field(default=14.0, gt=0)
    no_ground: float = Field(default=0.4, ge=0, le=1)
    full_ground: float = Field(default=0.65, ge=0, le=1)
    full_text: float = Field(default=0.06, gt=0, le=1)
    lot_of_text: float = Field(default=0.4, gt=0, le=1)
    blank_ground: float = Field(default=0.98, ge=0, le=1)
    elsewhere: float = Field(default=0.75, ge=0, le=1)
    card_score: float = Field(default=0.5, ge=0, le=1)


@dataclass(frozen=True)
class ShotLook:
    """What a shot's pictures have of a card, medians of its samples.

    `text` is the share of the picture under lines of text, `ground` the share of the rest that is one smooth ground.
    """

    text: float
    ground: float

    def likeness(self, config: PrologueConfig) -> float:
        """Return how much it looks like a card, from 0 to 1, wherever it stands in the film."""
        if self.ground >= config.blank_ground:
            return 1.0
        smooth = (self.ground - config.no_ground) / (config.full_ground - config.no_ground)
        return min(1.0, self.text / config.full_text) * min(1.0, max(0.0, smooth, self.text / config.lot_of_text))


def prologue_or_epilogue(
    view: FilmView,
    readings: Sequence[Reading],
    config: PrologueConfig = PrologueConfig(),  # noqa: B008 - frozen
) -> tuple[float | None, ...]:
    """Return how much each shot is a prologue or epilogue, from 0 to 1; None where no sample shows it."""
    looks = [_look(view, shot, readings, config) for shot in view.shots]
    likenesses = [None if look is None else look.likeness(config) for look in looks]
    outer = _run(likenesses, config) | {len(looks) - 1 - place for place in _run(likenesses[::-1], config)}
    return tuple(
        likeness if likeness is None or place in outer else likeness * config.elsewhere
        for place, likeness in enumerate(likenesses)
    )


def _run(likenesses: Sequence[float | None], config: PrologueConfig) -> set[int]:
    """Return the places of the cards that begin the list; a shot that nobody saw does not end them."""
    end = next(
        (place for place, likeness in enumerate(likenesses) if likeness is not None and likeness < config.card_score),
        len(likenesses),
    )
    return set(range(end))


def _look(view: FilmView, shot: DetectedShot, readings: Sequence[Reading], config: PrologueConfig) -> ShotLook | None:
    own = [reading for reading in readings if shot.start_frame <= reading.sample.frame < shot.end_frame]
    if not own:
        return None
    places = ((np.arange(config.max_pictures) + 0.5) * len(own) / config.max_pictures).astype(int)
    chosen = [own[place] for place in sorted(set(places.tolist()))]
    texts = [_covered(reading, config) for reading in chosen]
    grounds = [_ground(view.pixels(reading.sample), reading, config.ground_levels) for reading in chosen]
    return ShotLook(text=float(np.median(texts)), ground=float(np.median(grounds)))


def _covered(reading: Reading, config: PrologueConfig) -> float:
    middles = [(line.box.top + line.box.height / 2, line.box.area) for line in reading.lines]
    return sum(area for middle, area in middles if config.top <= middle <= config.bottom)


def _ground(pixels: Pixels, reading: Reading, levels: float) -> float:
    """Return the share of the picture beside its text that fits one plane of colour."""
    scale = SIDE / max(pixels.shape[:2])
    size = (max(8, round(pixels.shape[1] * scale)), max(8, round(pixels.shape[0] * scale)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    beside = np.ones(small.shape[:2], bool)
    for line in reading.lines:
        box = line.box
        beside[
            int(box.top * size[1]) : int(np.ceil(box.bottom * size[1])),
            int(box.left * size[0]) : int(np.ceil(box.right * size[0])),
        ] = False
    if not beside.any():
        return 0.0
    y, x = np.nonzero(beside)
    return _fit(np.stack([np.ones(len(x)), x / size[0], y / size[1]], axis=1), small[beside], levels)


def _fit(places: npt.NDArray[np.float64], colours: Map, levels: float) -> float:
    """Return the share of pixels on the plane that most lie on: least squares, outliers left out, again."""
    near = np.abs(colours - np.median(colours, axis=0)).max(axis=1) <= 4 * levels
    for _ in range(ROUNDS):
        if near.sum() < 16:
            return 0.0
        plane = np.linalg.lstsq(places[near], colours[near], rcond=None)[0]
        near = np.abs(colours - places @ plane).max(axis=1) <= levels
    return float(near.mean())
