"""Night camp, snow, desert and the bottom of the sea."""

import math
import random

import numpy as np

from pegbar.toonbox.colours import WHITE, Colour, mix, shade, tint
from pegbar.toonbox.pen import Pen
from pegbar.toonbox.scenes.scenery import drifting_clouds, ground, pine, ridge, rock, sun
from pegbar.toonbox.shapes import Points, box, curve, ellipse, polygon, rounded, star
from pegbar.toonbox.stage import Stage


def paint_night_camp(stage: Stage, source: random.Random) -> None:
    """A starry sky, a tent and a fire."""
    stage.gradient((44, 50, 112), (122, 118, 186), 0.75)
    sky = stage.layer(0.02)
    for _ in range(46):
        x, y, size, phase = source.uniform(-0.9, 0.9), source.uniform(0.35, 0.92), source.random(), source.random()
        glow = 0.5 + 0.5 * abs(stage.wave(2.6, phase))
        colour = mix((110, 112, 180), (255, 250, 224), glow)
        if size > 0.86:
            sky.fill(star((x, y), 0.02, 0.007, 4), colour)
        else:
            sky.fill(ellipse((x, y), (0.003 + 0.004 * size, 0.003 + 0.004 * size), count=8), colour)
    moon = source.choice((-0.42, 0.42))
    for glow in (0.17, 0.125):
        sky.blend(ellipse((moon, 0.74), (glow, glow)), (255, 246, 206), 0.12)
    sky.fill(ellipse((moon, 0.74), (0.085, 0.085)), (255, 246, 212))
    for x, y, radius in ((-0.02, 0.02, 0.018), (0.03, -0.03, 0.014), (0.03, 0.035, 0.01)):
        sky.fill(ellipse((moon + x, 0.74 + y), (radius, radius), count=14), (238, 222, 176))
    stage.layer(0.15).fill(ridge(source, 0.4, 0.1, 0.35, rounds=1), (92, 92, 164))
    trees = stage.layer(0.45)
    trees.fill(ridge(source, 0.25, 0.03, 0.5), (72, 92, 140))
    for x in np.arange(-1.5, 1.6, 0.25):
        pine(trees, x + source.uniform(-0.06, 0.06), 0.2, source.uniform(0.24, 0.4), (58, 92, 124))
    field = stage.layer(1.0)
    ground(field, 0.13, (84, 124, 132))
    ground(field, 0.07, (94, 136, 138))
    side = source.choice((-1, 1))
    _tent(stage.layer(0.85).at(side * 0.6, 0.12, 0, side, 1.0), source)
    _campfire(stage.layer(0.85), -side * 0.56, 0.11, stage.seconds)
    for _ in range(7):
        phase = source.random()
        x = source.uniform(-0.8, 0.8) + 0.05 * stage.wave(5, phase)
        y = source.uniform(0.15, 0.5) + 0.03 * stage.wave(3.3, phase)
        field.blend(ellipse((x, y), (0.02, 0.02), count=12), (255, 246, 150), 0.25 + 0.2 * stage.wave(1.7, phase))
        field.fill(ellipse((x, y), (0.006, 0.006), count=8), (255, 250, 190))


def _tent(pen: Pen, source: random.Random) -> None:
    colour: Colour = source.choice(((240, 146, 84), (110, 176, 170), (228, 106, 110)))
    pen.fill(polygon((-0.34, 0), (-0.02, 0.44), (0.36, 0)), shade(colour, 0.25))
    pen.fill(polygon((-0.34, 0), (-0.06, 0.44), (0.16, 0)), colour)
    pen.fill(polygon((-0.19, 0), (-0.06, 0.32), (0.05, 0)), (255, 226, 150))
    pen.fill(polygon((-0.19, 0), (-0.06, 0.32), (-0.12, 0)), tint(colour, 0.3))


def _campfire(pen: Pen, x: float, y: float, seconds: float) -> None:
    for glow in (0.3, 0.23, 0.16):
        pen.blend(ellipse((x, y + 0.08), (glow, glow * 0.8)), (255, 190, 90), 0.1)
    for degrees in (18, -18):
        pen.fill(box((x, y), (0.1, 0.02), 0.015, degrees), (112, 76, 66))
    for index, (size, colour) in enumerate(((1.0, (246, 116, 56)), (0.68, (255, 182, 66)), (0.38, (255, 240, 160)))):
        lick = 0.02 * math.sin(seconds * 11 + index * 2)
        flame = rounded(polygon((-0.09, 0), (-0.06, 0.1), (lick, 0.24), (0.07, 0.09), (0.09, 0)), 2)
        pen.fill(flame * size + (x, y + 0.01), colour)


def paint_snow(stage: Stage, source: random.Random) -> None:
    """Mountains, white firs, a snowman and falling flakes."""
    is_rosy = source.random() < 0.35
    stage.gradient(*(((172, 178, 230), (252, 222, 226)) if is_rosy else ((150, 200, 240), (232, 244, 252))))
    peaks = stage.layer(0.15)
    for _ in range(6):
        x, high = source.uniform(-1.2, 1.2), source.uniform(0.55, 0.78)
        peaks.fill(polygon((x - 0.38, 0.2), (x, high), (x + 0.38, 0.2)), (150, 172, 212))
        peaks.fill(polygon((x, high), (x + 0.38, 0.2), (x + 0.06, 0.2)), (132, 154, 198))
        cap = polygon((0, 0), (-0.11, -0.14), (-0.05, -0.12), (0, -0.17), (0.05, -0.11), (0.11, -0.14))
        peaks.fill(cap + (x, high), (250, 252, 255))
    middle = stage.layer(0.5)
    middle.fill(ridge(source, 0.27, 0.04, 0.5), (222, 234, 248))
    for x in np.arange(-1.5, 1.6, 0.33):
        pine(middle, x + source.uniform(-0.1, 0.1), 0.2, source.uniform(0.28, 0.44), (92, 150, 142), snow=True)
    near = stage.layer(1.0)
    near.fill(ridge(source, 0.15, 0.015, 0.5), (240, 246, 254))
    near.fill(ridge(source, 0.06, 0.015, 0.4), (250, 252, 255))
    _snowman(stage.layer(0.85), source.choice((-0.64, 0.64)), 0.1)
    _falling(stage, source, 60)


def _snowman(pen: Pen, x: float, y: float) -> None:
    for height, radius in ((0.11, 0.13), (0.3, 0.1), (0.45, 0.075)):
        pen.fill(ellipse((x, y + height), (radius, radius)), (206, 220, 240))
        pen.fill(ellipse((x - 0.01, y + height + 0.01), (radius * 0.92, radius * 0.92)), WHITE)
    for side in (-1, 1):
        pen.fill(ellipse((x + side * 0.026, y + 0.47), (0.009, 0.011), count=10), (62, 56, 74))
        pen.line(polygon((x + side * 0.09, y + 0.31), (x + side * 0.2, y + 0.4)), 0.012, (132, 92, 72))
    pen.fill(polygon((x - 0.008, y + 0.455), (x + 0.07, y + 0.44), (x - 0.005, y + 0.433)), (250, 146, 62))
    pen.line(curve((x - 0.075, y + 0.385), (x, y + 0.35), (x + 0.075, y + 0.385)), 0.03, (232, 86, 84))
    for height in (0.26, 0.32):
        pen.fill(ellipse((x, y + height), (0.01, 0.01), count=10), (62, 56, 74))


def _falling(stage: Stage, source: random.Random, count: int) -> None:
    air = stage.layer(0.6)
    for _ in range(count):
        x, start, size, speed = (source.random() for _ in range(4))
        y = 0.95 - (start * 1.1 + stage.seconds * (0.09 + 0.07 * speed)) % 1.1
        drift = 0.03 * stage.wave(3 + speed, start)
        radius = 0.004 + 0.006 * size
        air.fill(ellipse(((x - 0.5) * 2.2 + drift, y), (radius, radius), count=8), WHITE)


def paint_desert(stage: Stage, source: random.Random) -> None:
    """Red tables of rock, dunes and cacti."""
    stage.gradient(*source.choice((((255, 190, 120), (255, 236, 190)), ((120, 196, 236), (255, 232, 190)))))
    sun(stage.layer(0.03), source.choice((-0.38, 0.4)), 0.72, 0.09, (255, 240, 170), stage.seconds)
    drifting_clouds(stage.layer(0.08), source, stage.seconds, 2, (255, 246, 230))
    tables = stage.layer(0.25)
    for x in np.arange(-1.3, 1.4, 0.52):
        _table(tables, x + source.uniform(-0.14, 0.14), source.uniform(0.12, 0.24), source.uniform(0.44, 0.62))
    stage.layer(0.4).fill(ridge(source, 0.29, 0.04, 0.7), (244, 186, 124))
    stage.layer(0.65).fill(ridge(source, 0.21, 0.035, 0.6), (248, 202, 138))
    near = stage.layer(0.85)
    side = source.choice((-1, 1))
    _cactus(near, side * 0.62, 0.12, 0.36, source)
    _cactus(near, -side * 0.95, 0.14, 0.26, source)
    rock(near, -side * 0.55, 0.12, 0.09, (206, 142, 108))
    sand = stage.layer(1.0)
    sand.fill(ridge(source, 0.13, 0.012, 0.5), (252, 214, 152))
    sand.fill(ridge(source, 0.05, 0.012, 0.5), (254, 222, 164))
    for _ in range(8):
        x, y = source.uniform(-1.3, 1.3), source.uniform(-0.09, 0.07)
        sand.line(curve((x, y), (x + 0.06, y + 0.012), (x + 0.12, y), 5), 0.006, (236, 190, 128))


def _table(pen: Pen, x: float, half: float, high: float) -> None:
    stone: Colour = (214, 122, 92)
    pen.fill(polygon((x - half * 1.3, 0.2), (x - half, high), (x + half, high), (x + half * 1.35, 0.2)), stone)
    pen.fill(
        polygon((x + half * 0.3, 0.2), (x + half * 0.4, high), (x + half, high), (x + half * 1.35, 0.2)),
        shade(stone, 0.15),
    )
    pen.fill(polygon((x - half * 1.09, high - 0.1), (x - half * 1.06, high - 0.07), (x + half * 1.06, high - 0.07), (x + half * 1.1, high - 0.1)), tint(stone, 0.25))  # fmt: skip  # noqa: E501


def _cactus(pen: Pen, x: float, y: float, high: float, source: random.Random) -> None:
    green: Colour = (94, 168, 104)
    width = high * 0.24
    arms = (((0.3, -1), 0.62), ((0.42, 1), 0.74))
    for tone, slim, shift in ((shade(green, 0.25), 1.0, 0.0), (green, 0.72, -0.06 * high)):
        pen.line(polygon((x + shift * 0.5, y + width / 2), (x + shift * 0.5, y + high)), width * slim, tone)
        for (low, side), top in arms:
            elbow = (x + side * high * 0.3 + shift * 0.4, y + high * (low + 0.06))
            bent = polygon((x, y + high * low), elbow, (elbow[0], y + high * top))
            pen.line(bent, width * 0.62 * slim, tone)
    if source.random() < 0.7:
        for degrees in range(0, 360, 72):
            angle = math.radians(degrees)
            petal = (x + 0.028 * math.cos(angle), y + high * 1.12 + 0.022 * math.sin(angle))
            pen.fill(ellipse(petal, (0.022, 0.02), count=12), (250, 120, 150))
        pen.fill(ellipse((x, y + high * 1.12), (0.016, 0.015), count=12), (255, 226, 120))


def paint_underwater(stage: Stage, source: random.Random) -> None:
    """Light from above, corals, weeds, fish and bubbles."""
    stage.gradient((88, 206, 226), (34, 108, 176), 1.0)
    rays = stage.layer(0.1)
    for index in range(5):
        x = -0.8 + index * 0.36 + 0.04 * stage.wave(6, index * 0.2)
        opacity = 0.12 + 0.05 * stage.wave(4, index * 0.31)
        rays.blend(polygon((x, 1.1), (x + 0.09, 1.1), (x + 0.28, 0.0), (x + 0.02, 0.0)), (220, 255, 250), opacity)
    stage.layer(0.2).fill(ridge(source, 0.34, 0.09, 0.4), (44, 124, 180))
    stage.layer(0.45).fill(ridge(source, 0.23, 0.05, 0.45), (64, 146, 178))
    _fish(stage.layer(0.5), source, stage.seconds)
    reef = stage.layer(0.8)
    for x in (-1.15, -0.72, -0.5, 0.5, 0.78, 1.2):
        if source.random() < 0.5:
            _coral(reef, x, 0.1, source.uniform(0.2, 0.34), source)
        else:
            _weed(reef, x, 0.08, source.uniform(0.3, 0.46), stage.seconds, source)
    sand = stage.layer(1.0)
    sand.fill(ridge(source, 0.12, 0.015, 0.4), (224, 208, 160))
    sand.fill(ridge(source, 0.04, 0.012, 0.4), (238, 222, 176))
    for _ in range(5):
        spot = (source.uniform(-1.3, 1.3), source.uniform(-0.08, 0.07))
        sand.fill(rounded(star(spot, 0.036, 0.016, degrees=source.uniform(0, 72)), 1), source.choice(CORALS))
    for _ in range(14):
        x, start, size = source.uniform(-0.9, 0.9), source.random(), source.uniform(0.008, 0.02)
        y = (start + stage.seconds * 0.16) % 1.05 - 0.05
        bubble = ellipse((x + 0.015 * stage.wave(1.3, start), y), (size, size), count=14)
        sand.line(bubble, 0.005, (206, 246, 250), closed=True)


CORALS: tuple[Colour, ...] = ((250, 130, 120), (255, 176, 96), (232, 120, 190), (166, 130, 226))


def _coral(pen: Pen, x: float, y: float, high: float, source: random.Random) -> None:
    colour = source.choice(CORALS)
    for tone, width in ((shade(colour, 0.2), 0.058), (colour, 0.04)):
        for lean, length in ((-0.55, 0.75), (0.0, 1.0), (0.5, 0.8), (-0.25, 0.9), (0.25, 0.95)):
            tip = (x + lean * high, y + length * high)
            pen.line(curve((x, y), (x + lean * high * 0.2, y + high * 0.55), tip, 6), width * high / 0.3, tone)


def _weed(pen: Pen, x: float, y: float, high: float, seconds: float, source: random.Random) -> None:
    colour: Colour = source.choice(((66, 170, 110), (90, 184, 92), (52, 148, 120)))
    phase = source.random() * 6
    for shift, size in ((-0.05, 0.75), (0.0, 1.0), (0.055, 0.85)):
        share = np.linspace(0, 1, 8)
        sway = 0.035 * share * np.sin(seconds * 1.8 + phase + share * 4 + shift * 20)
        spine: Points = np.stack([x + shift + sway, y + share * high * size], axis=1)
        half = (0.024 * (1 - share**2) + 0.003)[:, None] * np.array([[1.0, 0.0]])
        pen.fill(np.concatenate([spine - half, (spine + half)[::-1]]), colour if shift else tint(colour, 0.15))


def _fish(pen: Pen, source: random.Random, seconds: float) -> None:
    for _ in range(5):
        colour, phase, y = source.choice(CORALS), source.random(), source.uniform(0.42, 0.85)
        way = source.choice((-1, 1))
        x = way * ((phase * 3.2 + seconds * 0.1) % 3.2 - 1.6)
        swimmer = pen.at(x, y + 0.012 * math.sin(seconds * 2 + phase * 9), 0, way, 1.0)
        wag = 0.018 * math.sin(seconds * 9 + phase * 9)
        swimmer.fill(polygon((-0.045, 0), (-0.1, 0.04 + wag), (-0.1, -0.04 + wag)), shade(colour, 0.15))
        swimmer.fill(ellipse((0, 0), (0.065, 0.042)), colour)
        swimmer.fill(polygon((-0.012, 0.04), (0.008, 0.04), (0.012, -0.04), (-0.008, -0.04)), tint(colour, 0.5))
        swimmer.fill(ellipse((0.034, 0.01), (0.012, 0.014), count=12), WHITE)
        swimmer.fill(ellipse((0.037, 0.01), (0.006, 0.008), count=10), (48, 40, 60))
