"""What tells drawings from photographs without any weights, each a number a person can check on the picture.

Local contrast and colour are looked at on pictures of at most `SIDE` pixels, so that neither the film's resolution
nor its codec's noise says much. The colour cues leave out red to yellow: skin, wood, earth and lamps are vivid there
in front of any camera, while a bright and vivid green, blue or pink is rarer before one than in a paint box.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.media_types.base import Pixels

Plane = npt.NDArray[np.float32]

SIDE = 256
CALM_SPAN = 12  # 8-bit levels within 3x3 pixels, from which on there is an edge
MIN_CALM = 0.001  # of the pixels: where fewer are calm, all are looked at
BLANK_SPREAD = 6.0  # standard deviation of every channel, 8-bit, below which nothing is shown
BAR_LEVEL = 32  # 8-bit; what never gets brighter is a black bar
MIN_KEPT = 0.3  # of a side: more bar than that is a dark film
WARM_DEGREES = (20.0, 85.0)  # CIELAB hue
CHROMA_RANGE = (8.0, 28.0)  # CIELAB chroma from grey to vivid
LIGHTNESS_RANGE = (25.0, 55.0)  # CIELAB lightness from dark to bright
NUM_HUES = 12
HUE_SHARE = 0.02  # of the film's pixels, for a hue to count fully
GREY_CHROMA = (2.0, 6.0)  # mean CIELAB chroma from a grey film to a coloured one


@dataclass(frozen=True)
class Cues:
    """What a film's pictures show.

    Args:
        grain: logarithm of the mean 8-bit deviation from the mean of 3x3 pixels, away from edges; the pictures' median.
        vividness: share of pixels that are bright and vivid in another hue than red to yellow; the pictures' median.
        hues: how many twelfths of the circle of hues are bright and vivid somewhere in the film.
        colour: 0 for a grey film, 1 for a coloured one: how much the two before mean.
    """

    grain: float
    vividness: float
    hues: float
    colour: float


def film_cues(pictures: Sequence[Pixels]) -> Cues | None:
    """Return the cues of pictures spread over one film, RGB uint8 (height, width, 3); None where all are blank."""
    box = content_box(pictures)
    trimmed = (_fitted(picture[box]) for picture in pictures)
    shown = [_measured(picture) for picture in trimmed if picture.std(axis=(0, 1)).max() >= BLANK_SPREAD]
    if not shown:
        return None
    grain, vividness, chroma = np.median([numbers for numbers, _ in shown], axis=0).tolist()
    shares = np.mean([hues for _, hues in shown], axis=0)
    hues = float(np.clip(shares / HUE_SHARE, 0, 1).sum())
    return Cues(grain=grain, vividness=vividness, hues=hues, colour=float(_ramp(chroma, *GREY_CHROMA)))


def content_box(pictures: Sequence[Pixels]) -> tuple[slice, slice]:
    """Return rows and columns without the black bars that all pictures share; everything where sizes differ."""
    everything = (slice(None), slice(None))
    if len({picture.shape for picture in pictures}) != 1:
        return everything
    brightest = np.max([picture.max(axis=2) for picture in pictures], axis=0)
    rows, columns = (np.percentile(brightest, 95, axis=axis) > BAR_LEVEL for axis in (1, 0))
    if rows.mean() < MIN_KEPT or columns.mean() < MIN_KEPT:
        return everything
    return _inside(np.flatnonzero(rows), len(rows)), _inside(np.flatnonzero(columns), len(columns))


def _inside(lit: npt.NDArray[np.intp], length: int) -> slice:
    """Return the lit range; a bar's edge is soft, so two more pixels go where there is a bar."""
    first, last = int(lit[0]), int(lit[-1]) + 1
    return slice(first + 2 if first else 0, last - 2 if last < length else length)


def _fitted(pixels: Pixels) -> Pixels:
    scale = min(1.0, SIDE / max(pixels.shape[:2]))
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    return np.asarray(cv2.resize(np.ascontiguousarray(pixels), size, interpolation=cv2.INTER_AREA), np.uint8)


def _measured(pixels: Pixels) -> tuple[tuple[float, float, float], Plane]:
    """Return (grain, vividness, mean chroma) of a picture, and the share of vivid pixels in every hue."""
    lab = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) % 360
    vivid = _ramp(chroma, *CHROMA_RANGE) * _ramp(lab[..., 0], *LIGHTNESS_RANGE)
    is_warm = (hue > WARM_DEGREES[0]) & (hue < WARM_DEGREES[1])
    sector = (hue * NUM_HUES / 360).astype(np.int64) % NUM_HUES
    shares = np.bincount(sector.ravel(), weights=vivid.ravel(), minlength=NUM_HUES) / vivid.size
    numbers = (_grain(pixels), float((vivid * ~is_warm).mean()), float(chroma.mean()))
    return numbers, shares.astype(np.float32)


def _grain(pixels: Pixels) -> float:
    """Look at 3x3 pixels around which no edge is near either: a smooth edge's flank is not grain."""
    luma = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    around = np.ones((3, 3), np.uint8)
    has_edge = (cv2.dilate(luma, around) - cv2.erode(luma, around) >= CALM_SPAN).astype(np.uint8)
    is_calm = cv2.dilate(has_edge, around) == 0
    fine = np.abs(luma - cv2.blur(luma.astype(np.float32), (3, 3)))
    return float(np.log(float((fine[is_calm] if is_calm.mean() > MIN_CALM else fine).mean()) + 0.05))


def _ramp(values: npt.ArrayLike, low: float, high: float) -> Plane:
    return np.asarray(np.clip((np.asarray(values) - low) / (high - low), 0, 1), np.float32)
