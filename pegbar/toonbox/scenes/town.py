"""City street and playground."""

import math
import random

import numpy as np

from pegbar.toonbox.colours import WHITE, Colour, mix, shade, tint
from pegbar.toonbox.pen import Pen
from pegbar.toonbox.scenes.scenery import bush, drifting_clouds, ground, ridge, round_tree, sun, window
from pegbar.toonbox.shapes import arc, box, ellipse, polygon, rounded
from pegbar.toonbox.stage import Stage

WALLS: tuple[Colour, ...] = (
    (238, 146, 122),
    (246, 202, 132),
    (144, 190, 214),
    (190, 168, 216),
    (158, 206, 168),
    (240, 178, 180),
)


def paint_city(stage: Stage, source: random.Random) -> None:
    """Coloured houses, a pavement, lamps and a passing car."""
    is_evening = source.random() < 0.3
    sky: tuple[Colour, Colour] = (
        ((226, 138, 140), (255, 214, 160)) if is_evening else ((124, 198, 248), (226, 242, 252))
    )
    stage.gradient(*sky)
    drifting_clouds(stage.layer(0.06), source, stage.seconds, 3, tint((255, 226, 214), 0.5) if is_evening else WHITE)
    _skyline(stage.layer(0.2), source, mix(sky[1], (128, 146, 190), 0.45))
    row = stage.layer(0.7)
    x = -2.1
    while x < 2.1:
        width = source.uniform(0.34, 0.46)
        _house(row, x, width, source.uniform(0.42, 0.62), source, is_evening)
        x += width + 0.012
    ground(row, 0.2, (186, 182, 190))
    road = stage.layer(0.9)
    ground(road, 0.175, (120, 122, 138))
    for index in range(9):
        road.fill(box((-1.8 + index * 0.45, 0.118), (0.1, 0.007)), (250, 234, 180))
    _car(road.at((stage.seconds * 0.22 + source.random() * 3) % 4 - 2, 0.12), source)
    kerb = stage.layer(1.0)
    ground(kerb, 0.085, (196, 192, 198))
    ground(kerb, 0.07, (222, 216, 214))
    for index in range(13):
        start = -1.8 + index * 0.3
        kerb.line(polygon((start, 0.07), (start * 1.25, -0.12)), 0.006, (200, 194, 196))
    for lamp in (-0.98, 0.98):
        _lamp(kerb, lamp, 0.075, is_evening)


def _skyline(pen: Pen, source: random.Random, colour: Colour) -> None:
    for index in range(18):
        x, high = -1.5 + index * 0.17, source.uniform(0.45, 0.75)
        pen.fill(box((x, high / 2), (source.uniform(0.06, 0.1), high / 2)), tint(colour, source.uniform(0.0, 0.3)))


def _house(pen: Pen, left: float, width: float, high: float, source: random.Random, is_lit: bool) -> None:
    base, middle, wall = 0.2, left + width / 2, source.choice(WALLS)
    pen.fill(box((middle, base + high / 2), (width / 2, high / 2)), wall)
    pen.fill(box((left + width - 0.018, base + high / 2), (0.018, high / 2)), shade(wall, 0.14))
    roof = shade(wall, 0.35)
    if source.random() < 0.5:
        peak = polygon((left - 0.02, base + high), (middle, base + high + 0.14), (left + width + 0.02, base + high))
        pen.fill(peak, roof)
    else:
        pen.fill(box((middle, base + high + 0.012), (width / 2 + 0.015, 0.022)), roof)
    glass: Colour = (255, 226, 140) if is_lit else (176, 220, 240)
    rows = 1 if high < 0.5 else 2
    for row in range(rows):
        for column in (-0.25, 0.25):
            window(pen, middle + column * width, base + 0.3 + row * 0.17, (0.038, 0.05), glass)
    door = source.choice(((150, 84, 74), (74, 112, 146), (96, 132, 92)))
    pen.fill(box((middle, base + 0.085), (0.052, 0.09), 0.02), shade(door, 0.25))
    pen.fill(box((middle, base + 0.08), (0.042, 0.08), 0.016), door)
    pen.fill(ellipse((middle + 0.025, base + 0.075), (0.007, 0.007), count=10), (250, 214, 110))
    if source.random() < 0.6:
        stripes = source.choice(((236, 98, 92), (84, 164, 150)))
        for index in range(6):
            start = middle - 0.09 + index * 0.03
            awning = polygon(
                (start + 0.006, base + 0.21),
                (start + 0.036, base + 0.21),
                (start + 0.03, base + 0.175),
                (start, base + 0.175),
            )
            pen.fill(awning, stripes if index % 2 == 0 else WHITE)


def _car(pen: Pen, source: random.Random) -> None:
    colour = source.choice(((238, 92, 92), (88, 170, 220), (250, 190, 70)))
    pen.fill(rounded(polygon((-0.1, 0.06), (-0.06, 0.14), (0.07, 0.14), (0.11, 0.06)), 2), colour)
    pen.fill(box((0.0, 0.045), (0.17, 0.035), 0.025), colour)
    pen.fill(box((0.0, 0.022), (0.17, 0.012), 0.01), shade(colour, 0.25))
    for x in (-0.035, 0.045):
        pen.fill(box((x, 0.098), (0.032, 0.022), 0.008), (206, 236, 248))
    for x in (-0.095, 0.095):
        pen.fill(ellipse((x, 0.012), (0.036, 0.036)), (66, 62, 78))
        pen.fill(ellipse((x, 0.012), (0.015, 0.015)), (206, 206, 214))


def _lamp(pen: Pen, x: float, y: float, is_lit: bool) -> None:
    pen.fill(polygon((x - 0.012, y), (x - 0.007, y + 0.56), (x + 0.007, y + 0.56), (x + 0.012, y)), (82, 88, 108))
    if is_lit:
        pen.blend(ellipse((x, y + 0.6), (0.12, 0.12)), (255, 238, 160), 0.35)
    pen.fill(ellipse((x, y + 0.6), (0.036, 0.045)), (255, 242, 184))
    pen.fill(polygon((x - 0.045, y + 0.63), (x, y + 0.67), (x + 0.045, y + 0.63)), (82, 88, 108))


def paint_playground(stage: Stage, source: random.Random) -> None:
    """A slide, a swing and a sandpit in a park."""
    stage.gradient((134, 206, 250), (230, 246, 250))
    sun(stage.layer(0.03), 0.38, 0.78, 0.07, (255, 226, 110), stage.seconds)
    drifting_clouds(stage.layer(0.08), source, stage.seconds, 4)
    far = stage.layer(0.35)
    far.fill(ridge(source, 0.3, 0.03, 0.4), (150, 208, 142))
    for x in np.arange(-1.6, 1.7, 0.36):
        leaf = source.choice(((112, 184, 104), (140, 196, 100), (240, 180, 110)))
        round_tree(far, x + source.uniform(-0.08, 0.08), 0.24, source.uniform(0.3, 0.42), leaf, stage.wave(4, x))
    lawn = stage.layer(0.75)
    ground(lawn, 0.19, (150, 214, 112))
    side = source.choice((-1, 1))
    _swing(lawn, -side * 0.62, 0.17, stage.wave(2.4))
    _slide(lawn.at(side * 0.55, 0.16, 0, side, 1.0), source)
    bush(lawn, side * 1.15, 0.16, 0.12, (104, 180, 90))
    front = stage.layer(1.0)
    front.fill(ellipse((0, -0.06), (1.9, 0.15)), (248, 222, 166))
    front.fill(ellipse((0, -0.075), (1.85, 0.15)), (252, 230, 180))
    for _ in range(14):
        spot = (source.uniform(-1.3, 1.3), source.uniform(-0.1, 0.04))
        front.fill(ellipse(spot, (0.014, 0.006), count=10), (236, 206, 148))
    ball = source.uniform(0.85, 1.1) * side
    front.fill(ellipse((ball, 0.07), (0.06, 0.06)), (238, 92, 96))
    front.fill(arc((ball, 0.07), (0.06, 0.06), -60, 60, 10), (255, 220, 110))
    front.fill(ellipse((ball - 0.02, 0.095), (0.015, 0.012), count=12), WHITE)


def _swing(pen: Pen, x: float, y: float, push: float) -> None:
    frame: Colour = (228, 104, 96)
    for foot in (-0.24, 0.24):
        pen.line(polygon((x + foot * 1.15, y), (x + foot * 0.82, y + 0.46)), 0.022, frame)
    pen.line(polygon((x - 0.22, y + 0.46), (x + 0.22, y + 0.46)), 0.022, shade(frame, 0.12))
    angle = math.radians(16 * push)
    seat = (x + 0.33 * math.sin(angle), y + 0.45 - 0.33 * math.cos(angle))
    for rope in (-0.06, 0.06):
        pen.line(polygon((x + rope, y + 0.45), (seat[0] + rope, seat[1])), 0.008, (150, 132, 120))
    pen.line(polygon((seat[0] - 0.075, seat[1]), (seat[0] + 0.075, seat[1])), 0.024, (250, 200, 84))


def _slide(pen: Pen, source: random.Random) -> None:
    blue: Colour = source.choice(((84, 160, 220), (250, 178, 66), (140, 112, 206)))
    for rail in (0.14, 0.28):
        pen.line(polygon((rail, 0), (rail, 0.42)), 0.02, (234, 238, 244))
    for rung in np.arange(0.06, 0.36, 0.07):
        pen.line(polygon((0.14, rung), (0.28, rung)), 0.014, (210, 216, 226))
    chute = rounded(polygon((0.22, 0.38), (0.05, 0.34), (-0.12, 0.1), (-0.34, 0.045)), 2, closed=False)
    pen.line(chute, 0.075, shade(blue, 0.2))
    pen.line(chute + (0, 0.012), 0.045, tint(blue, 0.25))
    pen.fill(polygon((0.08, 0.5), (0.21, 0.62), (0.34, 0.5)), (238, 96, 92))
    for post in (0.11, 0.31):
        pen.line(polygon((post, 0.38), (post, 0.5)), 0.014, (234, 238, 244))
