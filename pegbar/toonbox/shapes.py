"""Outlines as point lists: the few curves every drawing here is made of. Units are the caller's; y points up."""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Pair = tuple[float, float]


def ellipse(centre: Pair, radii: Pair, degrees: float = 0.0, count: int = 28, power: float = 2.0) -> Points:
    """Return a closed (super)ellipse; `power` above 2 squares it off."""
    return _turned(_unit_circle(count, power) * radii, degrees) + centre


@lru_cache(maxsize=64)
def _unit_circle(count: int, power: float) -> Points:
    angles = np.linspace(0, 2 * math.pi, count, endpoint=False)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return np.asarray(np.sign(circle) * np.abs(circle) ** (2.0 / power), np.float64)


def arc(centre: Pair, radii: Pair, start_degrees: float, end_degrees: float, count: int = 12) -> Points:
    """Return an open piece of an ellipse, counter-clockwise from `start_degrees`."""
    angles = np.radians(np.linspace(start_degrees, end_degrees, count))
    return np.stack([centre[0] + radii[0] * np.cos(angles), centre[1] + radii[1] * np.sin(angles)], axis=1)


def polygon(*points: Pair) -> Points:
    """Return the points as an array."""
    return np.asarray(points, dtype=np.float64)


def rounded(points: Points, rounds: int = 2, closed: bool = True) -> Points:
    """Cut the corners of a polygon or line (Chaikin's algorithm), which makes it smooth."""
    for _ in range(rounds):
        following = np.roll(points, -1, axis=0) if closed else points[1:]
        current = points if closed else points[:-1]
        cut = np.stack([0.75 * current + 0.25 * following, 0.25 * current + 0.75 * following], axis=1).reshape(-1, 2)
        points = cut if closed else np.concatenate([points[:1], cut, points[-1:]])
    return points


def curve(start: Pair, control: Pair, end: Pair, count: int = 9) -> Points:
    """Return a quadratic Bezier curve."""
    time = np.linspace(0, 1, count)[:, None]
    first, middle, last = np.asarray(start), np.asarray(control), np.asarray(end)
    return np.asarray((1 - time) ** 2 * first + 2 * time * (1 - time) * middle + time**2 * last)


def box(centre: Pair, half: Pair, corner: float = 0.0, degrees: float = 0.0) -> Points:
    """Return a rectangle; `corner` is the radius that rounds it."""
    if corner <= 0:
        corners = np.array([(-half[0], -half[1]), (half[0], -half[1]), (half[0], half[1]), (-half[0], half[1])])
        return np.asarray(_turned(corners, degrees) + centre, np.float64)
    corner = min(corner, *half)
    inner = (half[0] - corner, half[1] - corner)
    signs = ((1, 1, 0), (-1, 1, 90), (-1, -1, 180), (1, -1, 270))
    pieces = [
        arc((sx * inner[0], sy * inner[1]), (corner, corner), start, start + 90, count=5) for sx, sy, start in signs
    ]
    return np.asarray(_turned(np.concatenate(pieces), degrees) + centre, np.float64)


def star(centre: Pair, outer: float, inner: float, tips: int = 5, degrees: float = 90.0) -> Points:
    """Return a star with its first tip at `degrees`."""
    angles = np.radians(degrees + np.arange(2 * tips) * 180.0 / tips)
    radii = np.where(np.arange(2 * tips) % 2 == 0, outer, inner)
    return np.stack([centre[0] + radii * np.cos(angles), centre[1] + radii * np.sin(angles)], axis=1)


def pear(width: float, bottom: float, top: float, heavy: float = 0.3, count: int = 16) -> Points:
    """Return a body: widest below its middle; `heavy` says by how much the top is narrower."""
    heights = np.linspace(bottom, top, count)
    half = np.array([half_width(width, bottom, top, heavy, height) for height in heights])
    right = np.stack([half, heights], axis=1)
    left = np.stack([-half[::-1], heights[::-1]], axis=1)
    return rounded(np.concatenate([right, left]), rounds=1)


def half_width(width: float, bottom: float, top: float, heavy: float, height: float) -> float:
    """Return how far a `pear` reaches to either side at one height."""
    share = min(1.0, max(0.0, (height - bottom) / (top - bottom)))
    round_off = math.sqrt(max(0.0, 1.0 - abs(2 * share - 1) ** 2.6))
    return width * round_off * (1.0 - heavy * share)


def band(width: float, bottom: float, top: float, heavy: float, low: float, high: float) -> Points:
    """Return the slice of a `pear` between two heights: a stripe, a trouser, a cap of colour."""
    heights = np.linspace(low, high, 6)
    half = np.array([half_width(width, bottom, top, heavy, height) for height in heights])
    return np.concatenate([np.stack([half, heights], axis=1), np.stack([-half[::-1], heights[::-1]], axis=1)])


def gumdrop(width: float, top: float) -> Points:
    """Return a dome with round lower corners, standing on y = 0."""
    dome = arc((0, top * 0.36), (width * 0.98, top * 0.64), 0, 180, 22)
    corner = width * 0.34
    right = arc((width - corner, corner * 0.62), (corner, corner * 0.62), -90, 0, 6)
    return joined([right, dome, mirrored(right)[::-1]])


def gumdrop_skirt(width: float, top: float, height: float, waves: int = 5) -> Points:
    """Return the lowest part of a `gumdrop`, with a wavy upper edge."""
    x = np.linspace(width * 0.96, -width * 0.96, 6 * waves)
    edge = np.stack([x, height + 0.02 * np.cos(x / width * waves * math.pi)], axis=1)
    return joined([polygon((-width * 0.74, 0.0), (width * 0.74, 0.0), (width * 0.96, top * 0.09)), edge])


def moved(points: Points, by: Pair, scale: float = 1.0) -> Points:
    """Return the points scaled about their centre, then shifted."""
    centre = points.mean(axis=0)
    return np.asarray((points - centre) * scale + centre + by, np.float64)


def mirrored(points: Points) -> Points:
    """Return the points reflected in the vertical axis."""
    return np.asarray(points * np.array([-1.0, 1.0]), np.float64)


def joined(pieces: Sequence[Points]) -> Points:
    """Return one outline that runs through the pieces in order."""
    return np.concatenate(list(pieces))


def _turned(points: Points, degrees: float) -> Points:
    if not degrees:
        return points
    angle = math.radians(degrees)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return np.asarray(points @ turn, np.float64)
