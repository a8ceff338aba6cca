"""Cues to where a character is, without any weights: what moves on its own, and what the frame's edge does not show."""

import cv2
import numpy as np
import numpy.typing as npt

from models.segmenters.base import Pixels
from models.segmenters.colour_words import Map, to_lab

Move = npt.NDArray[np.float64]  # 2 x 3, from one frame's pixels to another's
MIN_POINTS = 8
MIN_INLIER_SHARE = 0.4
MIN_FRAMES = 3
MOTION_SCALE = 40.0  # difference in 8-bit Lab at which a pixel surely moved
SPREAD_WEIGHT = 1.5  # a standard deviation counts this many times a difference
LAB_BINS = np.array([16.0, 12.0, 12.0], np.float32)
GRID = 22
EDGE_SHARE = 0.08
RARITY_SLOPE = 60.0


def motion_maps(frames: tuple[Pixels, ...], targets: tuple[int, ...]) -> tuple[Map, ...]:
    """Return 0..1 per pixel of each target: how much it differs over the shot once the camera's move is undone.

    Every frame is laid over the middle one. Zeros where fewer than three can be.
    """
    height, width = frames[0].shape[:2]
    middle = frames[len(frames) // 2]
    still = np.eye(2, 3)
    moves = [still if frame is middle else _camera_move(frame, middle) for frame in frames]
    soft = [to_lab(cv2.GaussianBlur(frame, (5, 5), 0)) for frame in frames]
    laid = [_warped(lab, move) for lab, move in zip(soft, moves, strict=True) if move is not None]
    if len(laid) < MIN_FRAMES:
        return tuple(np.zeros((height, width), np.float32) for _ in targets)
    stack = np.stack(laid)
    scenery, spread = np.median(stack, axis=0), stack.std(axis=0).max(axis=-1)
    return tuple(_moved(soft[target], moves[target], scenery, spread) for target in targets)


def _moved(lab: Map, move: Move | None, scenery: Map, spread: Map) -> Map:
    """Return how far a frame is from what the shot shows at the same places, or where those change."""
    if move is None:
        return np.zeros(lab.shape[:2], np.float32)
    back = cv2.invertAffineTransform(move)
    difference = np.abs(lab - _warped(scenery, back)).max(axis=-1)
    changing = np.maximum(difference, SPREAD_WEIGHT * _warped(spread, back))
    return np.asarray(np.clip(changing / MOTION_SCALE, 0, 1), np.float32)


def _warped(values: Map, move: Move) -> Map:
    height, width = values.shape[:2]
    warped = cv2.warpAffine(values, move, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.float32)


def rarity_map(lab: Map) -> Map:
    """Return 0..1 per pixel: how rare its colour is along the left, right and upper edge of the frame."""
    height, width = lab.shape[:2]
    cell = (np.clip(lab, 0, 255) / LAB_BINS).astype(np.int64)
    index = (cell[..., 0] * GRID + cell[..., 1]) * GRID + cell[..., 2]
    depth = max(2, int(EDGE_SHARE * min(height, width)))
    edge = np.zeros((height, width), bool)
    edge[:depth], edge[:, :depth], edge[:, -depth:] = True, True, True
    counts = np.bincount(index[edge], minlength=int(index.max()) + 1)
    return np.asarray(np.exp(-RARITY_SLOPE * counts[index] / edge.sum()), np.float32)


def centre_map(height: int, width: int) -> Map:
    """Return 0..1 per pixel: characters stand in the middle, a little below its height."""
    rows = (np.arange(height, dtype=np.float32)[:, None] - 0.55 * height) / (0.6 * height)
    columns = (np.arange(width, dtype=np.float32)[None, :] - 0.5 * width) / (0.45 * width)
    return np.exp(-(rows**2 + columns**2)).astype(np.float32)


def _camera_move(source: Pixels, target: Pixels) -> Move | None:
    """Return the 2x3 matrix that lays one frame over another, from points the background gives; or None."""
    grey, other = cv2.cvtColor(source, cv2.COLOR_RGB2GRAY), cv2.cvtColor(target, cv2.COLOR_RGB2GRAY)
    points = cv2.goodFeaturesToTrack(grey, 200, 0.01, 6)
    if points is None or len(points) < MIN_POINTS:
        return None
    followed, status, _ = cv2.calcOpticalFlowPyrLK(grey, other, points, None)
    found = status[:, 0] == 1
    if found.sum() < MIN_POINTS:
        return None
    move, inliers = cv2.estimateAffinePartial2D(points[found], followed[found], ransacReprojThreshold=1.5)
    if move is None or inliers.sum() < MIN_INLIER_SHARE * found.sum():
        return None
    return np.asarray(move, np.float64)
