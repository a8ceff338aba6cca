"""Title and end cards: lettering on a plain or gently graded ground."""

import random

import numpy as np

from pegbar.toonbox.colours import INK, WHITE, Colour, mix, outline_of, shade, tint
from pegbar.toonbox.lettering import Family, Lettering, Stencil, fitting, paint, stacked, text_stencil, thickened
from pegbar.toonbox.pen import Part, Pen, Picture
from pegbar.toonbox.plan import Card, CardKind
from pegbar.toonbox.shapes import box, ellipse, star
from pegbar.toonbox.stage import Camera, Stage

GROUNDS: tuple[Colour, ...] = (
    (88, 168, 222), (250, 188, 92), (240, 128, 118), (124, 190, 128), (168, 132, 206), (38, 44, 84), (255, 240, 214),
    (20, 18, 26), (64, 158, 156),
)  # fmt: skip
INKS: tuple[Colour, ...] = (
    WHITE, (255, 236, 130), (255, 222, 204), (206, 240, 255), INK, (110, 26, 52), (26, 48, 120),
)  # fmt: skip
CONTRAST = 75.0  # between ink and ground, in levels of lightness
SIZES: dict[CardKind, tuple[float, float]] = {"title": (0.15, 0.085), "end": (0.12, 0.064)}  # shares of the height
HANDS: tuple[tuple[Family, int], ...] = (("sans", 800), ("sans", 600), ("italic", 700), ("sans", 900))
WIDEST = 0.7  # of the picture, for a line: bars at its sides hide none of it


def draw_card(card: Card, width: int, height: int) -> Picture:
    """Return a card as an RGB picture (height, width, 3)."""
    source = random.Random(f"toonbox card {card.style}")
    ground = source.choice(GROUNDS)
    picture = np.empty((height, width, 3), np.uint8)
    other = source.choice((ground, ground, shade(ground, 0.35), tint(ground, 0.35)))
    Stage(picture, Camera(), 0.0).gradient(other, ground, 1.0)
    middle = mix(ground, other, 0.5)
    ink = source.choice([one for one in INKS if abs(_light(one) - _light(middle)) > CONTRAST])
    pen = Pen(picture, np.array([[height, 0.0, width / 2], [0.0, -height, height / 2]]))
    _decorate(pen, source, width / height / 2, tint(ground, 0.3) if _light(ground) < 180 else shade(ground, 0.14))
    family, weight = source.choice(HANDS)
    sizes = [round(height * share) for share in SIZES[card.kind]]
    lines = [
        _line(text, Lettering(family, weight, sizes[min(index, 1)]), width) for index, text in enumerate(card.lines)
    ]
    block = stacked([lines[0], np.zeros((sizes[1] // 3, 1), np.uint8), *lines[1:]])
    corner = ((width - block.shape[1]) // 2, (height - block.shape[0]) // 2)
    if source.random() < 0.6 and _light(ink) > _light(middle):
        thick = max(1, round(sizes[1] * 0.08))
        paint(picture, thickened(block, thick), (corner[0] - thick, corner[1] - thick), outline_of(ground))
    paint(picture, block, corner, ink)
    return picture


def _light(colour: Colour) -> float:
    """Return how light a colour is, 0..255 (ITU-R BT.601)."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


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
