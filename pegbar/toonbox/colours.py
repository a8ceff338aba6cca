"""Colours as RGB triples, and how to mix them."""

Colour = tuple[int, int, int]

INK: Colour = (52, 36, 56)  # outlines; a plum black looks softer than black
WHITE: Colour = (255, 255, 255)
BLUSH: Colour = (255, 138, 132)
MOUTH: Colour = (128, 38, 52)
TONGUE: Colour = (242, 112, 118)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Return `first` with `share` (0..1) of `second` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def shade(colour: Colour, share: float = 0.2) -> Colour:
    """Return the colour in shadow: darker and a little bluer."""
    return mix(colour, (62, 40, 96), share)


def tint(colour: Colour, share: float = 0.35) -> Colour:
    """Return the colour in light."""
    return mix(colour, (255, 252, 240), share)


def outline_of(colour: Colour) -> Colour:
    """Return the ink that goes round a part of this colour."""
    return mix(shade(colour, 0.45), INK, 0.72)
