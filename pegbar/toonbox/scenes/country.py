"""Meadow, farm, beach and forest."""

import math
import random

import numpy as np

from pegbar.toonbox.colours import WHITE, Colour, mix, shade, tint
from pegbar.toonbox.pen import Pen
from pegbar.toonbox.scenes.scenery import (
    EDGE,
    bush,
    drifting_clouds,
    fence,
    flower,
    grass_tuft,
    ground,
    mushroom,
    ridge,
    round_tree,
    sun,
)
from pegbar.toonbox.shapes import box, curve, ellipse, polygon, rounded, star
from pegbar.toonbox.stage import Stage

PETALS: tuple[Colour, ...] = ((255, 140, 160), (255, 250, 240), (250, 200, 90), (190, 150, 240), (255, 120, 100))
SKIES: tuple[tuple[Colour, Colour], ...] = (
    ((112, 196, 250), (216, 242, 255)),
    ((126, 186, 244), (255, 236, 206)),
    ((250, 178, 148), (255, 232, 186)),
)


def paint_meadow(stage: Stage, source: random.Random) -> None:
    """Green hills, flowers and sailing clouds."""
    top, bottom = source.choice(SKIES)
    stage.gradient(top, bottom)
    sun(stage.layer(0.03), source.choice((-0.45, 0.4)), 0.76, 0.075, (255, 226, 110), stage.seconds)
    drifting_clouds(stage.layer(0.08), source, stage.seconds, 4)
    stage.layer(0.2).fill(ridge(source, 0.37, 0.06, 0.5), (164, 214, 166))
    far = stage.layer(0.4)
    far.fill(ridge(source, 0.27, 0.05, 0.6), (138, 204, 122))
    for x in np.arange(-1.5, 1.6, 0.5):
        round_tree(far, x + source.uniform(-0.15, 0.15), 0.22, source.uniform(0.2, 0.3), (98, 176, 96))
    near = stage.layer(0.8)
    ground(near, 0.17, (126, 204, 92))
    bush(near, source.uniform(-0.9, -0.5), 0.16, 0.1, (86, 172, 82))
    bush(near, source.uniform(0.5, 0.9), 0.16, 0.12, (92, 178, 84))
    grass = stage.layer(1.0)
    ground(grass, 0.09, (142, 214, 98))
    _scatter_flowers(grass, source, stage.seconds, 15)
    _butterflies(grass, source, stage.seconds)


def _scatter_flowers(pen: Pen, source: random.Random, seconds: float, count: int) -> None:
    for index in range(count):
        x, y = source.uniform(-1.5, 1.5), source.uniform(-0.11, 0.1)
        sway = math.sin(seconds * 2 + index)
        if index % 3:
            grass_tuft(pen, x, y, 0.032, (104, 186, 80), sway)
        else:
            flower(pen, x, y, 0.045, source.choice(PETALS), sway)


def _butterflies(pen: Pen, source: random.Random, seconds: float) -> None:
    for _ in range(2):
        phase, colour = source.random() * 6, source.choice(PETALS)
        x = source.uniform(-0.7, 0.7) + 0.12 * math.sin(seconds * 0.7 + phase)
        y = 0.52 + 0.07 * math.sin(seconds * 1.6 + phase) + source.uniform(0, 0.14)
        flap = abs(math.sin(seconds * 9 + phase))
        for side in (-1, 1):
            pen.fill(ellipse((x + side * 0.014 * flap, y + 0.008), (0.016 * flap + 0.003, 0.02), count=12), colour)
            pen.fill(ellipse((x + side * 0.011 * flap, y - 0.012), (0.012 * flap + 0.003, 0.013), count=12), colour)
        pen.line(polygon((x, y - 0.01), (x, y + 0.01)), 0.004, (120, 84, 92))


def paint_farm(stage: Stage, source: random.Random) -> None:
    """A red barn, a fence and rows of corn."""
    stage.gradient(*source.choice(SKIES))
    drifting_clouds(stage.layer(0.08), source, stage.seconds, 3)
    stage.layer(0.2).fill(ridge(source, 0.33, 0.05, 0.7), (190, 214, 130))
    far = stage.layer(0.5)
    ground(far, 0.25, (206, 208, 110))
    for index in range(9):
        x = -1.6 + index * 0.4
        far.fill(polygon((x, 0.25), (x + 0.1, 0.25), (x * 1.6 + 0.16, 0.1), (x * 1.6, 0.1)), (182, 188, 92))
    barn_x = source.choice((-0.5, 0.48))
    _barn(stage.layer(0.6).at(barn_x, 0.21, 0, 0.52, 0.52))
    round_tree(stage.layer(0.6), -barn_x * 1.05, 0.2, 0.42, (110, 182, 90), stage.wave(4))
    fence(stage.layer(0.85), -1.6, 1.6, 0.12)
    front = stage.layer(1.0)
    ground(front, 0.12, (160, 210, 100))
    front.fill(ellipse((0, -0.02), (2.2, 0.085)), (226, 200, 146))
    _scatter_flowers(front, source, stage.seconds, 8)


def _barn(pen: Pen) -> None:
    red: Colour = (206, 84, 72)
    pen.fill(box((0.62, 0.42), (0.13, 0.42)), (206, 212, 222))
    dome = ellipse((0.62, 0.84), (0.13, 0.1))
    pen.fill(dome[: len(dome) // 2 + 1], (168, 178, 196))
    pen.fill(polygon((-0.45, 0), (-0.45, 0.45), (0, 0.8), (0.45, 0.45), (0.45, 0)), red)
    roof = polygon((-0.52, 0.42), (0, 0.83), (0.52, 0.42), (0.45, 0.4), (0, 0.74), (-0.45, 0.4))
    pen.fill(roof, (136, 74, 74))
    pen.fill(box((0, 0.2), (0.19, 0.2)), (252, 240, 226))
    pen.fill(box((0, 0.2), (0.165, 0.18)), shade(red, 0.12))
    for start, end in (((-0.165, 0.02), (0.165, 0.38)), ((-0.165, 0.38), (0.165, 0.02))):
        pen.line(polygon(start, end), 0.025, (252, 240, 226))
    pen.fill(ellipse((0, 0.53), (0.075, 0.075)), (252, 240, 226))
    pen.fill(ellipse((0, 0.53), (0.055, 0.055)), (110, 62, 66))


def paint_beach(stage: Stage, source: random.Random) -> None:
    """Sand, a glittering sea, a palm and a parasol."""
    is_evening = source.random() < 0.35
    stage.gradient(*(((252, 164, 132), (255, 226, 170)) if is_evening else ((92, 186, 250), (206, 240, 255))), 0.6)
    sun_colour: Colour = (255, 206, 96) if is_evening else (255, 236, 140)
    sun(stage.layer(0.03), source.choice((-0.4, 0.42)), 0.6 if is_evening else 0.78, 0.08, sun_colour, stage.seconds)
    drifting_clouds(stage.layer(0.08), source, stage.seconds, 3)
    _sea(stage, is_evening)
    boat = stage.layer(0.15).at(source.uniform(-0.4, 0.4) + stage.seconds * 0.008, 0.36, 2.5 * stage.wave(3))
    boat.fill(rounded(polygon((-0.08, 0.02), (0.08, 0.02), (0.05, -0.02), (-0.05, -0.02)), 1), (214, 92, 80))
    boat.fill(polygon((0.004, 0.03), (0.004, 0.17), (0.07, 0.04)), WHITE)
    boat.fill(polygon((-0.006, 0.03), (-0.006, 0.14), (-0.05, 0.04)), (255, 220, 130))
    sand = stage.layer(1.0)
    shore = 0.155 + 0.012 * stage.wave(3.2)
    sand.fill(ridge(source, shore + 0.02, 0.01, 0.35), (252, 250, 240))
    sand.fill(ridge(source, 0.15, 0.012, 0.4), (246, 220, 160))
    side = source.choice((-1, 1))
    _palm(stage.layer(0.9), side * 0.62, 0.1, stage.wave(3.4))
    _parasol(stage.layer(0.9), -side * 0.55, 0.12, source)
    for _ in range(7):
        spot = (source.uniform(-1.4, 1.4), source.uniform(-0.1, 0.1))
        if source.random() < 0.3:
            sand.fill(rounded(star(spot, 0.035, 0.016, degrees=source.uniform(0, 72)), 1), (244, 132, 104))
        else:
            sand.fill(ellipse(spot, (0.02, 0.009), count=12), (232, 200, 138))


def _sea(stage: Stage, is_evening: bool) -> None:
    far = stage.layer(0.2)
    deep: Colour = (86, 134, 190) if is_evening else (60, 156, 220)
    ground(far, 0.36, deep)
    for index in range(4):
        y = 0.335 - index * 0.045
        colour = mix(deep, (150, 226, 232), 0.2 + index * 0.2)
        ground(stage.layer(0.25 + index * 0.15), y, colour)
        line = stage.layer(0.25 + index * 0.15)
        for step in range(9):
            x = -1.5 + step * 0.37 + 0.06 * stage.wave(3 + index, index * 0.3 + step * 0.17)
            line.line(curve((x, y - 0.018), (x + 0.05, y - 0.006), (x + 0.1, y - 0.018), 5), 0.006, tint(colour, 0.6))


def _palm(pen: Pen, x: float, y: float, sway: float) -> None:
    top = (x + 0.06 + 0.012 * sway, y + 0.5)
    pen.line(curve((x, y), (x - 0.04, y + 0.3), top, 9), 0.045, (176, 128, 84))
    pen.line(curve((x + 0.012, y), (x - 0.026, y + 0.3), (top[0] + 0.01, top[1]), 9), 0.014, (142, 98, 66))
    for index, degrees in enumerate((200, 165, 125, 60, 20, -20)):
        angle = math.radians(degrees + 3 * sway)
        tip = (top[0] + 0.23 * math.cos(angle), top[1] + 0.17 * math.sin(angle) - 0.04)
        bend = (top[0] + 0.14 * math.cos(angle), top[1] + 0.13 * math.sin(angle) + 0.05)
        under = (top[0] + 0.11 * math.cos(angle), top[1] + 0.1 * math.sin(angle) - 0.025)
        leaf = np.concatenate([curve(top, bend, tip), curve(tip, under, top)])
        pen.fill(leaf, (70, 166, 92) if index % 2 else (92, 188, 100))
    for side in (-0.02, 0.025):
        pen.fill(ellipse((top[0] + side, top[1] - 0.025), (0.022, 0.024), count=14), (132, 84, 58))


def _parasol(pen: Pen, x: float, y: float, source: random.Random) -> None:
    colour = source.choice(((240, 96, 92), (70, 160, 214), (250, 178, 70)))
    canopy = pen.at(x, y, 8)
    canopy.line(polygon((0, 0), (0, 0.4)), 0.014, (244, 240, 232))
    for index in range(6):
        start, end = 180 - index * 30, 150 - index * 30
        wedge = [(0.0, 0.44)]
        for degrees in np.linspace(start, end, 4):
            wedge.append((0.23 * math.cos(math.radians(degrees)), 0.3 + 0.13 * math.sin(math.radians(degrees))))
        canopy.fill(polygon(*wedge), colour if index % 2 == 0 else WHITE)
    pen.fill(ellipse((x + 0.02, y), (0.13, 0.015)), (222, 190, 130))


def paint_forest(stage: Stage, source: random.Random) -> None:
    """Tall trunks, shafts of light and mushrooms."""
    light: Colour = source.choice(((232, 248, 190), (255, 238, 190), (206, 240, 222)))
    stage.gradient(mix((122, 190, 140), light, 0.35), light, 0.8)
    for depth, tone, width in ((0.25, 0.55, 0.05), (0.45, 0.3, 0.075), (0.65, 0.08, 0.1)):
        _trunks(stage.layer(depth), source, mix((112, 86, 74), light, tone), width)
        stage.layer(depth).fill(ridge(source, 0.36 - depth * 0.25, 0.02, 0.3), mix((84, 152, 92), light, tone))
    shafts = stage.layer(0.5)
    for index in range(4):
        x = -0.9 + index * 0.5 + source.uniform(-0.1, 0.1)
        opacity = 0.14 + 0.05 * stage.wave(4, index * 0.27)
        shafts.blend(polygon((x, 1.0), (x + 0.12, 1.0), (x + 0.42, 0.1), (x + 0.2, 0.1)), (255, 252, 216), opacity)
    canopy = stage.layer(0.7)
    for index in range(13):
        x = -1.6 + index * 0.27
        radius = source.uniform(0.14, 0.22)
        colour = source.choice(((74, 148, 88), (92, 164, 92), (64, 134, 84)))
        canopy.fill(ellipse((x + 0.012 * stage.wave(5, index * 0.1), 0.93), (radius, radius * 0.8)), colour)
    floor = stage.layer(1.0)
    ground(floor, 0.11, (118, 178, 92))
    floor.fill(ellipse((0.1, -0.03), (1.9, 0.08)), (182, 160, 112))
    for _ in range(5):
        mushroom(floor, source.uniform(-1.4, 1.4), source.uniform(0.05, 0.1), source.uniform(0.05, 0.08))
    for index in range(12):
        grass_tuft(
            floor, source.uniform(-1.5, 1.5), source.uniform(-0.1, 0.12), 0.04, (82, 150, 76), stage.wave(3, index)
        )


def _trunks(pen: Pen, source: random.Random, colour: Colour, width: float) -> None:
    for x in np.arange(-EDGE * 0.65, EDGE * 0.65, width * 5.5):
        at = x + source.uniform(-width, width)
        half = width * source.uniform(0.4, 0.6)
        foot = polygon((at - half * 1.5, 0.05), (at - half, 0.4), (at - half, 1.3), (at + half, 1.3), (at + half, 0.4))
        pen.fill(np.concatenate([foot, polygon((at + half * 1.6, 0.05))]), colour)
        pen.fill(
            polygon((at + half * 0.3, 0.05), (at + half * 0.35, 1.3), (at + half, 1.3), (at + half, 0.3)),
            shade(colour, 0.12),
        )
