"""Clouds, hills, trees and other pieces that scenes are painted from. Scenery has no ink: characters do."""

import random

import numpy as np

from pegbar.toonbox.colours import WHITE, Colour, mix, shade, tint
from pegbar.toonbox.pen import Pen
from pegbar.toonbox.shapes import Points, box, curve, ellipse, polygon, rounded

EDGE = 2.6  # world units each side that a panning camera may reach
BARK: Colour = (140, 96, 66)


def ground(pen: Pen, height: float, colour: Colour) -> None:
    """Fill everything below a height."""
    pen.fill(polygon((-EDGE * 2, height), (EDGE * 2, height), (EDGE * 2, -2.0), (-EDGE * 2, -2.0)), colour)


def ridge(source: random.Random, base: float, swing: float, step: float, rounds: int = 3) -> Points:
    """Return a wavy skyline that reaches down below the frame; few rounds leave peaks."""
    xs = np.arange(-EDGE, EDGE + step, step)
    heights = [base + swing * (source.random() * 2 - 1) for _ in xs]
    line = rounded(np.stack([xs, np.array(heights)], axis=1), rounds, closed=False) if rounds else None
    line = np.stack([xs, np.array(heights)], axis=1) if line is None else line
    return np.concatenate([line, polygon((EDGE, -2.0), (-EDGE, -2.0))])


def cloud(pen: Pen, x: float, y: float, size: float, colour: Colour = WHITE) -> None:
    """Paint a cloud with a shaded base."""
    puffs = ((-0.62, 0.0, 0.38), (-0.22, 0.2, 0.48), (0.26, 0.12, 0.42), (0.64, -0.02, 0.32), (0.0, -0.05, 0.5))
    for shift, tone in ((-0.06, shade(colour, 0.1)), (0.03, colour)):
        for puff_x, puff_y, radius in puffs:
            centre = (x + puff_x * size, y + (puff_y + shift) * size)
            pen.fill(ellipse(centre, (radius * size, radius * size * 0.72)), tone)


def drifting_clouds(pen: Pen, source: random.Random, seconds: float, count: int, colour: Colour = WHITE) -> None:
    """Paint clouds that sail slowly to the right and come round again."""
    for index in range(count):
        span = 2.6
        start = -span / 2 + span * (index + source.random() * 0.6) / count
        x = (start + seconds * 0.012 + span / 2) % span - span / 2
        cloud(pen, x, 0.66 + 0.17 * source.random(), 0.11 + 0.08 * source.random(), colour)


def sun(pen: Pen, x: float, y: float, size: float, colour: Colour, seconds: float) -> None:
    """Paint a glowing sun."""
    for glow, opacity in ((1.9, 0.16), (1.45, 0.24)):
        radius = size * glow * (1.0 + 0.02 * np.sin(seconds * 2))
        pen.blend(ellipse((x, y), (radius, radius)), tint(colour, 0.4), opacity)
    pen.fill(ellipse((x, y), (size, size)), colour)


def round_tree(pen: Pen, x: float, y: float, size: float, leaf: Colour, sway: float = 0.0) -> None:
    """Paint a broad-leaved tree standing at (x, y)."""
    trunk = polygon((-0.05, 0), (-0.035, 0.45), (0.035, 0.45), (0.06, 0))
    tree = pen.at(x, y, 0, size, size)
    tree.fill(trunk, BARK)
    tree.fill(polygon((0.01, 0), (0.008, 0.45), (0.035, 0.45), (0.06, 0)), shade(BARK, 0.25))
    crown = tree.at(sway * 0.03, 0)
    puffs = ((0.0, 0.82, 0.27), (-0.2, 0.62, 0.24), (0.2, 0.6, 0.25), (0.0, 0.58, 0.27))
    for shift_x, shift_y, grow, tone in (
        (0.02, -0.03, 1.03, shade(leaf, 0.22)),
        (0.0, 0.0, 0.96, leaf),
        (-0.05, 0.06, 0.55, tint(leaf, 0.2)),
    ):
        for puff_x, puff_y, radius in puffs:
            centre = (puff_x + shift_x, puff_y + shift_y)
            crown.fill(ellipse(centre, (radius * grow, radius * grow * 0.94)), tone)


def pine(pen: Pen, x: float, y: float, size: float, leaf: Colour, snow: bool = False) -> None:
    """Paint a fir in three tiers, perhaps with snow on them."""
    tree = pen.at(x, y, 0, size, size)
    tree.fill(box((0, 0.06), (0.035, 0.08)), shade(BARK, 0.2))
    for low, half, high in ((0.1, 0.26, 0.5), (0.32, 0.21, 0.7), (0.54, 0.155, 0.92)):
        tier = rounded(polygon((-half, low), (0, high), (half, low), (0, low - 0.05)), rounds=1)
        tree.fill(tier, leaf)
        tree.fill(rounded(polygon((0.02, low), (0.0, high), (half, low)), rounds=1), shade(leaf, 0.18))
        if snow:
            cap = polygon((-half * 0.5, (low + high) / 2), (0, high), (half * 0.5, (low + high) / 2), (0, high - 0.17))
            tree.fill(rounded(cap, rounds=1), (250, 252, 255))


def bush(pen: Pen, x: float, y: float, size: float, leaf: Colour) -> None:
    """Paint a low bush."""
    for shift, radius, tone in ((0.02, 1.05, shade(leaf, 0.2)), (0.0, 0.95, leaf)):
        for puff_x, puff_y, puff in ((-0.55, 0.3, 0.45), (0.0, 0.45, 0.6), (0.55, 0.28, 0.46)):
            centre = (x + (puff_x + shift) * size, y + puff_y * size)
            pen.fill(ellipse(centre, (puff * size * radius, puff * size * radius * 0.85)), tone)
    pen.fill(ellipse((x, y + 0.06 * size), (size, size * 0.2)), shade(leaf, 0.2))


def grass_tuft(pen: Pen, x: float, y: float, size: float, colour: Colour, sway: float = 0.0) -> None:
    """Paint three blades of grass."""
    for lean, length in ((-0.5, 0.8), (0.05, 1.1), (0.55, 0.75)):
        tip = (x + (lean + 0.2 * sway) * size, y + length * size)
        pen.fill(
            polygon((x + lean * 0.25 * size - size * 0.12, y), tip, (x + lean * 0.25 * size + size * 0.12, y)), colour
        )


def flower(pen: Pen, x: float, y: float, size: float, colour: Colour, sway: float = 0.0) -> None:
    """Paint a flower on a stem."""
    top = (x + 0.15 * sway * size, y + size)
    pen.line(curve((x, y), (x, y + size * 0.6), top, 5), size * 0.14, (82, 152, 74))
    for angle in range(0, 360, 72):
        radians = np.radians(angle + 18)
        petal = (top[0] + np.cos(radians) * size * 0.27, top[1] + np.sin(radians) * size * 0.27)
        pen.fill(ellipse(petal, (size * 0.22, size * 0.22), count=12), colour)
    pen.fill(ellipse(top, (size * 0.18, size * 0.18), count=12), (255, 222, 96))


def mushroom(pen: Pen, x: float, y: float, size: float, cap: Colour = (228, 78, 72)) -> None:
    """Paint a spotted mushroom."""
    pen.fill(box((x, y + size * 0.25), (size * 0.2, size * 0.3), size * 0.15), (250, 236, 214))
    dome = ellipse((x, y + size * 0.52), (size * 0.55, size * 0.42))
    pen.fill(dome[: len(dome) // 2 + 1], cap)
    for spot_x, spot_y, radius in ((-0.22, 0.66, 0.09), (0.12, 0.76, 0.1), (0.32, 0.6, 0.07)):
        pen.fill(ellipse((x + spot_x * size, y + spot_y * size), (radius * size, radius * size * 0.8), count=12), WHITE)


def rock(pen: Pen, x: float, y: float, size: float, colour: Colour) -> None:
    """Paint a boulder."""
    stone = rounded(polygon((-1, 0), (-0.8, 0.5), (-0.2, 0.8), (0.5, 0.65), (1, 0.2), (0.95, 0)), rounds=2)
    pen.fill(stone * size + (x, y), shade(colour, 0.2))
    pen.fill(stone * (size * 0.8) + (x - 0.1 * size, y + 0.08 * size), colour)


def fence(pen: Pen, start: float, end: float, y: float, colour: Colour = (250, 244, 232)) -> None:
    """Paint a picket fence."""
    for rail in (0.055, 0.115):
        pen.fill(box(((start + end) / 2, y + rail), ((end - start) / 2, 0.011)), shade(colour, 0.12))
    for x in np.arange(start, end, 0.075):
        picket = polygon((x - 0.018, y), (x - 0.018, y + 0.14), (x, y + 0.165), (x + 0.018, y + 0.14), (x + 0.018, y))
        pen.fill(picket, colour)


def window(pen: Pen, x: float, y: float, half: tuple[float, float], glass: Colour, frame: Colour = WHITE) -> None:
    """Paint a window with a cross and a gleam."""
    pen.fill(box((x, y), (half[0] + 0.022, half[1] + 0.022), 0.012), shade(frame, 0.12))
    pen.fill(box((x, y), (half[0] + 0.012, half[1] + 0.012), 0.01), frame)
    pen.fill(box((x, y), half), glass)
    gleam = polygon((-0.7, -0.9), (-0.3, -0.9), (0.5, 0.9), (0.1, 0.9)) * half + (x, y)
    pen.fill(gleam, mix(glass, WHITE, 0.4))
    pen.fill(box((x, y), (0.007, half[1])), frame)
    pen.fill(box((x, y), (half[0], 0.007)), frame)
