"""How blurred a shot is, told by the edges it has, so that flat colour does not count as blur."""

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import Field

from pegbar.config import Config
from tasks.curation.film_view import FilmView, Sample
from tasks.curation.frame_table import Pixels
from tasks.curation.scores import Score

# A slope taken across two pixels is an average over them (a variance of 2^2 / 12), up to half a pixel off its crest.
SAMPLING_VARIANCE = 2**2 / 12 + 0.5**2
MAX_SIGMA = 4.0  # times the coarse scale: what is wider, two scales so near cannot tell
Grey = npt.NDArray[np.float32]


class SharpnessConfig(Config):
    """How edges are measured.

    Args:
        fine, coarse: the two scales, as sigmas in pixels, at which edges are compared.
        min_step: an edge fainter than this, in grey levels from side to side, may be noise.
        min_edges: with fewer edge pixels, as a share of the picture's, nothing can be said.
        max_samples: as many samples of a shot are looked at.
    """

    fine: float = Field(default=0.7, gt=0)
    coarse: float = Field(default=2.0, gt=0)
    min_step: float = Field(default=24.0, gt=0)
    min_edges: float = Field(default=0.0005, gt=0, lt=1)
    max_samples: int = Field(default=5, ge=1)

    def build(self) -> "SharpnessScorer":
        """Return the scorer."""
        return SharpnessScorer(self)


class SharpnessScorer:
    """Gate `blur` of a shot: how wide its edges are, as sigma in thousandths of the picture's longer side.

    The sharpest sample stands for the shot, since a fast movement blurs some; unknown where there are no edges.
    """

    name = "sharpness"
    version = 1

    def __init__(self, config: SharpnessConfig) -> None:
        self._config = config

    def score(self, view: FilmView) -> Iterator[Score]:
        """Return every shot's blur."""
        for shot in view.shots:
            widths = [self._blur(view, sample) for sample in _spread(view.samples_of(shot), self._config.max_samples)]
            known = [width for width in widths if width is not None]
            yield Score(
                gate="blur",
                item_kind="shot",
                shot=shot.index,
                value=min(known, default=None),
                reason="" if known else "no edges to measure",
            )

    def _blur(self, view: FilmView, sample: Sample) -> float | None:
        pixels = view.pixels(sample)
        sigma = edge_sigma(pixels, self._config)
        return None if sigma is None else 1000.0 * sigma / max(pixels.shape)


def edge_sigma(pixels: Pixels, config: SharpnessConfig = SharpnessConfig()) -> float | None:  # noqa: B008 - frozen
    """Return the sigma, in pixels, of the Gaussian that would have blurred a picture's edges; None without edges.

    A step of height h blurred by s has the slope h / sqrt(2 pi (s^2 + f^2)) after a further blur by f: two f give
    s, whatever h is. Half the edges, weighted alike, are sharper than what is returned.
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine, coarse = _slope(grey, config.fine), _slope(grey, config.coarse)
    step = coarse * np.sqrt(2 * np.pi) * config.coarse  # at least: as if it had been sharp
    is_edge = _is_crest(coarse) & (step >= config.min_step)
    if is_edge.sum() < config.min_edges * is_edge.size:
        return None
    squared = (fine[is_edge] / coarse[is_edge]) ** 2
    ratio = float(np.median(squared))
    widest = config.coarse * MAX_SIGMA
    if ratio <= 1.0:
        return widest
    variance = (config.coarse**2 - ratio * config.fine**2) / (ratio - 1.0) - SAMPLING_VARIANCE
    return min(widest, float(np.sqrt(max(0.0, variance))))


def _slope(grey: Grey, sigma: float) -> Grey:
    smooth = cv2.GaussianBlur(grey, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    across, down = (cv2.Sobel(smooth, cv2.CV_32F, *order, ksize=1, scale=0.5) for order in ((1, 0), (0, 1)))
    return np.asarray(cv2.magnitude(across, down), np.float32)


def _is_crest(slope: Grey) -> npt.NDArray[np.bool_]:
    """Return which pixels are steeper than their neighbours to both sides or above and below."""
    inner = slope[1:-1, 1:-1]
    across = (inner > slope[1:-1, :-2]) & (inner >= slope[1:-1, 2:])
    down = (inner > slope[:-2, 1:-1]) & (inner >= slope[2:, 1:-1])
    return np.pad(across | down, 1)


def _spread(samples: tuple[Sample, ...], number: int) -> tuple[Sample, ...]:
    count = min(number, len(samples))
    return tuple(samples[int((place + 0.5) * len(samples) / count)] for place in range(count))
