"""How good a cut-out is as a reference: sharp, whole, large, compact, set off from what surrounds it. All in 0..1."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import Field

from models.segmenters.base import Mask, Pixels
from models.segmenters.colour_words import to_lab
from pegbar.config import Config

Histogram = npt.NDArray[np.float32]
BINS = [12, 4, 4]  # hue, saturation, value
RANGES = [0, 180, 0, 256, 0, 256]
MARGIN = 4  # pixels round a cut-out in which its edges are looked for


class ScoreConfig(Config):
    """Where each part of the score saturates.

    Args:
        sharp_variance: variance of the Laplacian (8-bit grey) that counts as half sharp.
        edge_strength: change of colour (8-bit Lab over two pixels) that counts as an edge.
        neck_share: of the root of its area: what is joined by necks narrower than twice this is in fragments.
        full_area_share: share of the frame from which a cut-out counts as large; by its side, not its area.
    """

    version: int = 2
    sharp_variance: float = Field(default=150.0, gt=0)
    edge_strength: float = Field(default=15.0, gt=0)
    neck_share: float = Field(default=0.06, ge=0, lt=1)
    full_area_share: float = Field(default=0.25, gt=0, le=1)


@dataclass(frozen=True)
class CutoutScore:
    """The parts of a score and their product.

    Args:
        sharpness: of its pixels. completeness: what of its outline no edge of the frame cuts.
        area: of the frame. compactness: of its convex hull. contrast: of its colours to those round it.
        wholeness: what of it is left in one piece when its necks are cut.
        outline: what of its outline lies at edges of the picture; a cut through a sky follows none.
    """

    sharpness: float
    completeness: float
    area: float
    compactness: float
    contrast: float
    wholeness: float
    outline: float

    @property
    def value(self) -> float:
        """The score by which cut-outs of one character compete."""
        whole = self.completeness * self.compactness * self.wholeness
        return self.sharpness * whole * self.area * self.contrast * self.outline


def score_cutout(frame: Pixels, mask: Mask, config: ScoreConfig) -> CutoutScore:
    """Score one cut-out; `frame` has shape (height, width, 3), `mask` is its non-empty character."""
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    variance = float(cv2.Laplacian(grey, cv2.CV_64F)[mask].var())
    return CutoutScore(
        sharpness=variance / (variance + config.sharp_variance),
        completeness=1.0 - _cut_share(mask),
        area=min(1.0, float(np.sqrt(mask.mean() / config.full_area_share))),
        compactness=_compactness(mask),
        contrast=_contrast(frame, mask),
        wholeness=_wholeness(mask, config.neck_share),
        outline=_outline(frame, mask, config.edge_strength),
    )


def _cut_share(mask: Mask) -> float:
    """Return how much of its bounding box's outline lies on the frame's edge and in the mask."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    outline = 2 * (rows[-1] - rows[0] + 1 + columns[-1] - columns[0] + 1)
    touching = mask[0].sum() + mask[-1].sum() + mask[:, 0].sum() + mask[:, -1].sum()
    return float(min(1.0, 2.0 * touching / outline))


def _compactness(mask: Mask) -> float:
    """Return the mask's area over its convex hull's."""
    hull = cv2.convexHull(np.argwhere(mask)[:, ::-1].astype(np.int32))
    filled = cv2.fillConvexPoly(np.zeros(mask.shape, np.uint8), hull, 1)
    return float(mask.sum() / filled.sum())


def _wholeness(mask: Mask, neck_share: float) -> float:
    reach = max(1, round(neck_share * float(np.sqrt(mask.sum()))))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    eroded = cv2.erode(np.pad(mask, reach).astype(np.uint8), disc)
    _, _, statistics, _ = cv2.connectedComponentsWithStats(eroded)
    pieces = statistics[1:, cv2.CC_STAT_AREA]
    return float(pieces.max() / pieces.sum()) if len(pieces) else 0.0


def _contrast(frame: Pixels, mask: Mask) -> float:
    """Return how unlike the colours inside and in a ring as wide as a tenth of the frame are."""
    width = max(3, min(mask.shape) // 10)
    grown = cv2.dilate(mask.astype(np.uint8), np.ones((2 * width + 1, 2 * width + 1), np.uint8)).astype(bool)
    return 1.0 - likeness_of(colour_histogram(frame, mask), colour_histogram(frame, grown & ~mask))


def _outline(frame: Pixels, mask: Mask, strength: float) -> float:
    """Return how much of the mask's outline, but for the frame's edge, lies within two pixels of an edge."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, left = max(0, rows[0] - MARGIN), max(0, columns[0] - MARGIN)
    box = slice(top, rows[-1] + 1 + MARGIN), slice(left, columns[-1] + 1 + MARGIN)
    lab = cv2.GaussianBlur(to_lab(np.ascontiguousarray(frame[box])), (3, 3), 0)
    across, down = (cv2.Sobel(lab, cv2.CV_32F, dx, 1 - dx, scale=0.25) for dx in (1, 0))
    edges = cv2.dilate(np.hypot(across, down).max(axis=-1), np.ones((5, 5), np.uint8)) > strength
    inside = mask[box].astype(np.uint8)
    outline = mask[box] & (cv2.erode(inside, np.ones((3, 3), np.uint8), borderValue=1) == 0)
    return float(edges[outline].mean()) if outline.any() else 1.0


def colour_histogram(frame: Pixels, where: Mask) -> Histogram:
    """Return the share of each HSV bin among the masked pixels, shape (12, 4, 4)."""
    hsv = cv2.cvtColor(frame, cv2.COLOR_RGB2HSV)
    found = cv2.calcHist([hsv], [0, 1, 2], where.astype(np.uint8), BINS, RANGES)
    return np.asarray(found / max(1.0, float(found.sum())), np.float32)


def likeness_of(one: Histogram, other: Histogram) -> float:
    """Return 1 for equal histograms, 0 for disjoint ones (1 less the Bhattacharyya distance)."""
    return 1.0 - float(cv2.compareHist(one, other, cv2.HISTCMP_BHATTACHARYYA))


def share_explained(inside: Histogram, own: Histogram | None, other: Histogram) -> float:
    """Return the share of a cut-out whose colours are more another character's than its own.

    Where nothing is known of its `own` colours, whatever the other has more than evenly counts as the other's.
    """
    limit = np.full_like(other, 1.0 / other.size)
    if own is not None:
        limit = np.maximum(own, limit)
    return float(inside[other > limit].sum())
