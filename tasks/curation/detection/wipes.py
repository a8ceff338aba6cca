"""Wipes: each place goes over from the first picture to the last once, and places do so in the order they lie in."""

import numpy as np
import numpy.typing as npt
from pydantic import Field

from pegbar.config import Config
from tasks.curation.detection.strip import Pictures
from tasks.curation.frame_table import CHANNELS, THUMBNAIL_SIDE

CENTRE = (THUMBNAIL_SIDE - 1) / 2
EDGE_SHARE = 0.03  # of the places, at which a wipe is taken to begin and to end


class WipeConfig(Config):
    """When the pictures of a window are wiped from its first to its last.

    A place that differs by `min_cell_change` counts. `max_residual` bounds what is neither picture, as a share of
    the squared change. When a place goes over must follow from where it lies, by a straight edge or a circle
    around the centre (coefficient of determination of `min_order`), and places must differ by `min_span` of
    the window in it.
    """

    min_cell_change: float = Field(default=12.0, ge=0)
    max_residual: float = Field(default=0.18, ge=0)
    min_order: float = Field(default=0.45, ge=0, le=1)
    min_span: float = Field(default=0.25, ge=0, le=1)


def wipe_in(window: Pictures, cells: npt.NDArray[np.float32], config: WipeConfig) -> tuple[float, float, float] | None:
    """Return where in a window a wipe begins and ends, in pictures, and how far it is from one; None where none is.

    Args:
        window: pictures, shape (n, 3 x cells), the first and the last of them clear.
        cells: (row, column) of each cell, shape (cells, 2).
        config: the thresholds.
    """
    pictures = window.reshape(len(window), -1, CHANNELS)
    weight = np.abs(pictures[-1] - pictures[0]).max(-1)
    is_on = weight >= config.min_cell_change
    pictures, weight, cells = pictures[:, is_on], weight[is_on], cells[is_on]
    if len(weight) <= CHANNELS:
        return None
    turn, residual = _turns(pictures)
    if residual > config.max_residual:
        return None
    begin, low, high, end = np.quantile(turn, [EDGE_SHARE, 0.1, 0.9, 1 - EDGE_SHARE])
    if high - low < config.min_span * len(window):
        return None
    radius = np.hypot(*(cells - CENTRE).T)[:, None]
    if max(_order(turn, cells, weight), _order(turn, radius, weight)) < config.min_order:
        return None
    return float(begin - 1), float(end), residual


def _turns(pictures: Pictures) -> tuple[npt.NDArray[np.float32], float]:
    """Return when each cell goes over from the first picture to the last, and the share of change not so explained."""
    apart = (pictures - pictures[0], pictures - pictures[-1])
    from_first, from_last = (np.einsum("tcv,tcv->tc", gap, gap) for gap in apart)
    none = np.zeros((1, pictures.shape[1]), np.float32)
    before, after = (np.concatenate([none, np.cumsum(cost, 0)]) for cost in (from_first, from_last))
    cost = before + after[-1] - after
    total = float(((pictures[-1] - pictures[0]) ** 2).sum()) * len(pictures)
    return cost.argmin(0).astype(np.float32), float(cost.min(0).sum()) / total


def _order(turn: npt.NDArray[np.float32], places: npt.NDArray[np.float32], weight: npt.NDArray[np.float32]) -> float:
    """Return how well a linear function of place explains a time: the weighted coefficient of determination."""
    root = np.sqrt(weight)
    terms = np.concatenate([places, np.ones((len(places), 1), np.float32)], 1) * root[:, None]
    solution, *_ = np.linalg.lstsq(terms, turn * root, rcond=None)
    left = float(((turn * root - terms @ solution) ** 2).sum())
    whole = float((weight * (turn - np.average(turn, weights=weight)) ** 2).sum())
    return 1 - left / max(1e-6, whole)
