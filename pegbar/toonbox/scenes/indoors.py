"""Bedroom and kitchen."""

import random

import numpy as np

from pegbar.toonbox.colours import WHITE, Colour, mix, shade, tint
from pegbar.toonbox.pen import Pen
from pegbar.toonbox.scenes.scenery import ground, window
from pegbar.toonbox.shapes import box, ellipse, polygon, rounded, star
from pegbar.toonbox.stage import Stage

BEDROOM_WALLS: tuple[Colour, ...] = ((178, 212, 238), (246, 206, 200), (206, 196, 238), (198, 228, 200))
KITCHEN_WALLS: tuple[Colour, ...] = ((252, 232, 190), (206, 234, 224), (250, 212, 196))
BOOKS: tuple[Colour, ...] = ((232, 96, 92), (92, 156, 214), (250, 192, 84), (124, 186, 122), (168, 124, 204))


def paint_bedroom(stage: Stage, source: random.Random) -> None:
    """A bed, a window, a shelf of books and a rug."""
    wall, is_night = source.choice(BEDROOM_WALLS), source.random() < 0.4
    room = stage.layer(0.85)
    stage.gradient(tint(wall, 0.12), wall, 1.0)
    for x in np.arange(-2.0, 2.0, 0.16):
        room.fill(box((x, 0.6), (0.03, 0.6)), tint(wall, 0.22))
    _window_with_view(room, source.choice((-0.06, 0.1)), is_night, stage.seconds)
    side = source.choice((-1, 1))
    ground(room, 0.22, (250, 246, 238))
    floor: Colour = source.choice(((214, 164, 118), (198, 150, 120), (226, 186, 140)))
    ground(room, 0.19, floor)
    planks = stage.layer(1.0)
    ground(planks, 0.15, floor)
    for index, y in enumerate((0.15, 0.085, 0.01, -0.075)):
        planks.line(polygon((-2.2, y), (2.2, y)), 0.005, shade(floor, 0.14))
        for x in np.arange(-2 + 0.21 * (index % 2), 2, 0.42):
            planks.line(polygon((x, y), (x, y + 0.07)), 0.005, shade(floor, 0.14))
    _bed(room.at(side * 0.66, 0.12, 0, side, 1.0), source)
    _bookshelf(room, -side * 0.68, 0.19, source)
    _picture(room, side * 0.5, 0.76, source)
    rug = source.choice(((240, 130, 120), (120, 174, 220), (246, 196, 104)))
    for scale, colour in ((1.0, rug), (0.86, tint(rug, 0.5)), (0.68, rug)):
        planks.fill(ellipse((0, -0.005), (0.62 * scale, 0.085 * scale)), colour)


def _window_with_view(pen: Pen, x: float, is_night: bool, seconds: float) -> None:
    glass: Colour = (54, 62, 118) if is_night else (164, 218, 248)
    window(pen, x, 0.62, (0.17, 0.15), glass)
    if is_night:
        pen.fill(ellipse((x + 0.09, 0.69), (0.035, 0.035)), (255, 242, 190))
        for dx, dy in ((-0.1, 0.08), (-0.05, -0.06), (0.07, -0.02), (-0.12, -0.1)):
            size = 0.009 + 0.003 * np.sin(seconds * 3 + dx * 40)
            pen.fill(star((x + dx, 0.62 + dy), size * 1.4, size * 0.6, 4), WHITE)
    else:
        pen.fill(ellipse((x + 0.09, 0.56), (0.075, 0.03)), (232, 246, 252))
        pen.fill(ellipse((x - 0.08, 0.68), (0.05, 0.02)), (232, 246, 252))
    cloth: Colour = (250, 180, 150)
    for side in (-1, 1):
        curtain = polygon((0.02, 0.19), (0.23, 0.19), (0.22, -0.2), (0.15, -0.2), (0.13, -0.02))
        pen.fill(curtain * (side, 1) + (x, 0.62), cloth)
        pen.fill(
            polygon((0.17, 0.19), (0.19, 0.19), (0.2, -0.2), (0.185, -0.2)) * (side, 1) + (x, 0.62), shade(cloth, 0.1)
        )
    pen.line(polygon((x - 0.26, 0.815), (x + 0.26, 0.815)), 0.016, (176, 124, 92))


def _bed(pen: Pen, source: random.Random) -> None:
    cover, wood = source.choice(BOOKS), (188, 132, 92)
    pen.fill(box((0.36, 0.26), (0.03, 0.26), 0.02), shade(wood, 0.2))
    pen.fill(box((-0.26, 0.13), (0.022, 0.13), 0.016), shade(wood, 0.1))
    pen.fill(box((0.05, 0.09), (0.32, 0.05)), wood)
    pen.fill(box((0.05, 0.165), (0.31, 0.045), 0.03), WHITE)
    pen.fill(ellipse((0.25, 0.235), (0.09, 0.05), power=2.8), (236, 240, 250))
    pen.fill(ellipse((0.245, 0.24), (0.085, 0.043), power=2.8), WHITE)
    pen.fill(box((-0.055, 0.155), (0.205, 0.062), 0.03), cover)
    pen.fill(box((0.12, 0.165), (0.03, 0.055), 0.02), tint(cover, 0.55))
    for x in (-0.2, -0.1, 0.0):
        pen.fill(ellipse((x, 0.15), (0.018, 0.018), count=12), tint(cover, 0.45))


def _bookshelf(pen: Pen, x: float, y: float, source: random.Random) -> None:
    wood: Colour = (198, 144, 100)
    pen.fill(box((x, y + 0.27), (0.19, 0.28), 0.012), shade(wood, 0.18))
    pen.fill(box((x, y + 0.27), (0.17, 0.26)), shade(wood, 0.42))
    for shelf in range(3):
        base = y + 0.025 + shelf * 0.175
        left = x - 0.155
        while left < x + 0.12:
            width, high = source.uniform(0.02, 0.036), source.uniform(0.085, 0.13)
            if source.random() < 0.84:
                pen.fill(box((left + width / 2, base + high / 2), (width / 2 - 0.001, high / 2)), source.choice(BOOKS))
            left += width
        pen.fill(box((x, base - 0.009), (0.17, 0.011)), wood)


def _picture(pen: Pen, x: float, y: float, source: random.Random) -> None:
    pen.fill(box((x, y), (0.085, 0.07), 0.01), (250, 214, 120))
    pen.fill(box((x, y), (0.07, 0.055)), (206, 236, 246))
    pen.fill(
        polygon((x - 0.07, y - 0.055), (x - 0.02, y + 0.01), (x + 0.02, y - 0.02), (x + 0.07, y - 0.055)),
        (122, 190, 122),
    )
    pen.fill(ellipse((x + 0.035, y + 0.02), (0.016, 0.016), count=14), source.choice(((255, 200, 90), (244, 120, 104))))


def paint_kitchen(stage: Stage, source: random.Random) -> None:
    """Cupboards, a stove, a fridge and a chequered floor."""
    wall = source.choice(KITCHEN_WALLS)
    front: Colour = source.choice(((120, 176, 178), (226, 128, 108), (140, 160, 210)))
    stage.gradient(tint(wall, 0.2), wall, 1.0)
    room = stage.layer(0.85)
    for y in np.arange(0.5, 0.66, 0.08):
        for x in np.arange(-1.8, 1.8, 0.08):
            room.fill(box((x, y), (0.036, 0.036), 0.006), tint(wall, 0.5))
    window(room, 0.02, 0.74, (0.15, 0.1), (170, 222, 248))
    _hanging_cupboards(room, front)
    side = source.choice((-1, 1))
    _counter(room, front, source)
    _stove(room, side * 0.34, stage.seconds)
    _fridge(room, -side * 0.72, source)
    _chequers(stage.layer(1.0), wall)
    pendant = stage.layer(0.95)
    pendant.line(polygon((0.02, 1.3), (0.02, 0.9)), 0.008, (110, 96, 100))
    pendant.fill(polygon((-0.06, 0.85), (-0.02, 0.92), (0.06, 0.92), (0.1, 0.85)), (250, 190, 90))
    pendant.fill(ellipse((0.02, 0.85), (0.03, 0.02)), (255, 246, 206))


def _hanging_cupboards(pen: Pen, front: Colour) -> None:
    for x in (-1.15, -0.85, -0.55, 0.55, 0.85, 1.15):
        pen.fill(box((x, 0.8), (0.145, 0.13), 0.012), shade(front, 0.16))
        pen.fill(box((x, 0.805), (0.135, 0.118), 0.012), front)
        pen.fill(box((x, 0.805), (0.1, 0.085), 0.01), tint(front, 0.2))
        pen.fill(ellipse((x + 0.11 * (1 if x < 0 else -1), 0.72), (0.01, 0.01), count=12), (255, 236, 170))


def _counter(pen: Pen, front: Colour, source: random.Random) -> None:
    pen.fill(box((0, 0.28), (2.2, 0.15)), shade(front, 0.22))
    for x in np.arange(-1.75, 1.8, 0.29):
        pen.fill(box((x, 0.29), (0.135, 0.125), 0.01), front)
        pen.fill(box((x, 0.29), (0.1, 0.09), 0.01), tint(front, 0.2))
        pen.fill(box((x, 0.395), (0.035, 0.007), 0.006), (255, 236, 170))
    pen.fill(box((0, 0.445), (2.2, 0.022)), (250, 244, 232))
    pen.fill(box((0, 0.42), (2.2, 0.007)), (216, 204, 190))
    for _ in range(5):
        x, colour = source.uniform(-1.4, 1.4), source.choice(BOOKS)
        pen.fill(box((x, 0.505), (0.035, 0.042), 0.012), mix(colour, WHITE, 0.25))
        pen.fill(box((x, 0.552), (0.028, 0.01), 0.005), shade(colour, 0.2))


def _stove(pen: Pen, x: float, seconds: float) -> None:
    pen.fill(box((x, 0.3), (0.16, 0.17), 0.012), (226, 228, 234))
    pen.fill(box((x, 0.26), (0.12, 0.09), 0.02), (84, 80, 96))
    pen.fill(box((x, 0.27), (0.1, 0.06), 0.015), (250, 176, 92))
    for knob in (-0.1, -0.035, 0.035, 0.1):
        pen.fill(ellipse((x + knob, 0.4), (0.015, 0.015), count=14), (92, 92, 108))
    pen.fill(box((x, 0.47), (0.16, 0.01)), (92, 92, 108))
    pen.fill(box((x, 0.53), (0.075, 0.05), 0.015), (232, 96, 88))
    pen.fill(box((x, 0.583), (0.08, 0.008), 0.006), (206, 76, 74))
    pen.fill(ellipse((x, 0.6), (0.014, 0.012), count=12), (84, 80, 96))
    for index in range(3):
        rise = (seconds * 0.35 + index / 3) % 1.0
        centre = (x + 0.02 * np.sin(rise * 9 + index), 0.61 + rise * 0.2)
        radius = 0.015 + 0.025 * rise
        pen.blend(ellipse(centre, (radius, radius), count=14), WHITE, 0.5 * (1 - rise))


def _fridge(pen: Pen, x: float, source: random.Random) -> None:
    colour = source.choice(((238, 242, 246), (166, 214, 220), (250, 190, 180)))
    pen.fill(box((x, 0.47), (0.19, 0.33), 0.04), shade(colour, 0.2))
    pen.fill(box((x - 0.012, 0.475), (0.175, 0.32), 0.035), colour)
    pen.fill(box((x - 0.012, 0.56), (0.175, 0.005)), shade(colour, 0.25))
    for y in (0.64, 0.46):
        pen.fill(box((x + 0.12, y), (0.01, 0.05), 0.009), (146, 150, 166))
    pen.fill(rounded(star((x - 0.06, 0.66), 0.03, 0.015), 1), (250, 192, 84))
    pen.fill(box((x - 0.05, 0.42), (0.035, 0.045)), (255, 250, 220))


def _chequers(pen: Pen, wall: Colour) -> None:
    light: Colour = (250, 244, 234)
    ground(pen, 0.15, light)
    dark = mix(shade(wall, 0.25), (208, 146, 128), 0.35)
    rows = ((0.15, 0.1), (0.1, 0.035), (0.035, -0.05), (-0.05, -0.16))
    for index, (top, bottom) in enumerate(rows):
        wide, wider = 0.17 * (1.15 - top), 0.17 * (1.15 - bottom)
        for column in range(-9, 9):
            if (column + index) % 2 == 0:
                tile = polygon((column * wide, top), ((column + 1) * wide, top), ((column + 1) * wider, bottom))
                pen.fill(np.concatenate([tile, polygon((column * wider, bottom))]), dark)
