"""Title and end cards: lettering on a plain or gently graded ground."""

import random

import numpy as np

from pegbar.toonbox.colours import INK, WHITE, Colour, mix, outline_of, shade, tint
from pegbar.toonbox.lettering import Family, Lettering, Stencil, fitting, paint, stacked, text_stencil, thickened
from pegbar.toonbox.pen import Part, Pen, Picture
from pegbar.toonbox.plan import Card
from pegbar.toonbox.shapes import box, ellipse, star
from pegbar.toonbox.stage import Camera, Stage

GROUNDS: tuple[Colour, ...] = (
    (88, 168, 222), (250, 188, 92), (240, 128, 118), (124, 190, 128), (168, 132, 206), (38, 44, 84), (255, 240, 214),
    (20, 18, 26), (64, 158, 156),
)  # fmt: skip
PAINTS: tuple[Colour, ...] = (WHITE, (255, 236, 130), (255, 214, 196), (206, 240, 255))
DARK_PAINTS: tuple[Colour, ...] = (INK, (150, 50, 70), (36, 70, 140))
HANDS: tuple[tuple[Family, int], ...] = (("sans", 800), ("sans", 600), ("italic", 700), ("sans", 900))
WIDEST = 0.84  # of the picture, for a line


def draw_card(card: Card, width: int, height: int) -> Picture:
    """Return a card as an RGB picture (height, width, 3)."""
    source = random.Random(f"toonbox card {card.style}")
    ground = source.choice(GROUNDS)
    picture = np.empty((height, width, 3), np.uint8)
    other = source.choice((ground, ground, shade(ground, 0.35), tint(ground, 0.35)))
    Stage(picture, Camera(), 0.0).gradient(other, ground, 1.0)
    is_light = sum(mix(ground, other, 0.5)) > 540
    ink = source.choice(DARK_PAINTS if is_light else PAINTS)
    pen = Pen(picture, np.array([[height, 0.0, width / 2], [0.0, -height, height / 2]]))
    _decorate(pen, source, width / height / 2, tint(ground, 0.3) if sum(ground) < 540 else shade(ground, 0.14))
    family, weight = source.choice(HANDS)
    edge = source.choice((True, False, True)) and not is_light
    lines = _title_lines(card, height) if card.kind == "title" else _end_lines(card, height)
    stencils = [_line(text, Lettering(family, weight, size), width) for text, size in lines]
    block = stacked(stencils)
    corner = ((width - block.shape[1]) // 2, (height - block.shape[0]) // 2)
    if edge:
        thick = max(1, round(height * 0.009))
        paint(picture, thickened(block, thick), (corner[0] - thick, corner[1] - thick), outline_of(ground))
    paint(picture, block, corner, ink)
    return picture


def _title_lines(card: Card, height: int) -> list[tuple[str, int]]:
    first, *rest = card.lines
    return [(first, round(height * 0.15)), *((line, round(height * 0.085)) for line in rest)]


def _end_lines(card: Card, height: int) -> list[tuple[str, int]]:
    first, *rest = card.lines
    return [(first, round(height * 0.12)), *((line, round(height * 0.064)) for line in rest)]


def _line(text: str, lettering: Lettering, width: int) -> Stencil:
    return text_stencil(text, fitting([text], lettering, round(width * WIDEST)))


def _decorate(pen: Pen, source: random.Random, half_width: float, colour: Colour) -> None:
    """Draw a frame, stars, bubbles or nothing round where the words go; `pen` has its origin in the middle."""
    kind = source.choice(("frame", "stars", "bubbles", "none"))
    if kind == "frame":
        for inset in (0.035, 0.052):
            pen.line(box((0, 0), (half_width - inset, 0.5 - inset), 0.05), 0.006, colour, closed=True)
        return
    for _ in range(0 if kind == "none" else 16):
        x, y = source.uniform(-half_width, half_width), source.choice((-1, 1)) * source.uniform(0.36, 0.5)
        size = source.uniform(0.015, 0.04)
        if kind == "stars":
            pen.fill(star((x, y), size, size * 0.45, 5, source.uniform(0, 72)), colour)
        else:
            pen.solid([Part(ellipse((x, y), (size, size)))], colour)
