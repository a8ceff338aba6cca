"""How alike a shot and its character reference are: the frame and shot scores of AnimeShooter."""

import numpy as np
from numpy.typing import NDArray

from models.embedders import ImageEmbedder
from pegbar.errors import InputError

Frames = NDArray[np.uint8]


def sampled_frames(num_frames: int, num_samples: int = 5) -> list[int]:
    """Return `num_samples` frame numbers, uniform from the first to the last (paper: 5 uniformly sampled frames).

    A shot shorter than that gives each of its frames once.

    Raises:
        InputError: no frame or no sample.
    """
    if num_frames < 1 or num_samples < 1:
        raise InputError(f"cannot sample {num_samples} of {num_frames} frames", remedy="give at least one of each")
    positions = np.linspace(0, num_frames - 1, min(num_samples, num_frames))
    return [int(position) for position in np.floor(positions + 0.5)]


def frame_scores(
    embedder: ImageEmbedder,
    frames: Frames,
    reference: Frames,
    reference_mask: NDArray[np.bool_] | None = None,
) -> list[float]:
    """Return cos(E(frame), E(reference)) of every frame (F, H, W, 3) against one reference (H, W, 3)."""
    masks = None if reference_mask is None else reference_mask[None]
    anchor = embedder.embed(reference[None], masks)[0].astype(np.float64)
    vectors = embedder.embed(frames).astype(np.float64)
    return [float(value) for value in vectors @ anchor]


def shot_score(scores: list[float]) -> float:
    """Return a shot's score: the mean of its frames' (M-01)."""
    if not scores:
        return float("nan")
    return float(np.mean(scores))
