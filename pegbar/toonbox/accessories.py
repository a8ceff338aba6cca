"""What a character wears, in the accent colour of its palette."""

from pegbar.toonbox.anatomy import Anatomy
from pegbar.toonbox.colours import Colour, outline_of, shade, tint
from pegbar.toonbox.identity import Identity
from pegbar.toonbox.pen import Part, Pen
from pegbar.toonbox.pose import Pose
from pegbar.toonbox.shapes import Pair, arc, box, curve, ellipse, polygon, rounded, star

GOLD: Colour = (252, 200, 60)
HAT_BLACK: Colour = (70, 60, 84)


def draw_neck_accessory(pen: Pen, identity: Identity, half: float, turn: float, outline: float) -> None:
    """Draw a scarf or bow tie; the pen's origin is the neck, `half` its half width."""
    accent = identity.colours.accent
    ink = outline_of(accent)
    if identity.accessory == "scarf":
        wrap = curve((-half - 0.012, 0.02), (0, -0.06), (half + 0.012, 0.02))
        side = 1.0 if turn <= 0 else -1.0
        hanging = polygon((side * half * 0.55, -0.02), (side * half * 0.62, -0.15))
        pen.solid([Part(hanging, 0.075)], shade(accent, 0.12), ink, outline * 0.9)
        for fringe in (-0.025, 0.0, 0.025):
            foot = (side * half * 0.62 + fringe, -0.19)
            pen.line(polygon((foot[0], -0.16), foot), 0.012, tint(accent))
        pen.solid([Part(wrap, 0.085)], accent, ink, outline * 0.9)
        pen.line(curve((-half, 0.03), (0, -0.035), (half, 0.03)), 0.016, tint(accent, 0.5))
    elif identity.accessory == "bow tie":
        _draw_bow(pen.at(turn * 0.045, -0.012), accent, ink, 0.85, outline)


def draw_head_accessory(pen: Pen, identity: Identity, anatomy: Anatomy, pose: Pose, outline: float) -> None:
    """Draw what sits on the head; the pen's origin is the middle of the head."""
    accent = identity.colours.accent
    ink = outline_of(accent)
    top = 0.345 if anatomy.limbs == "none" else anatomy.head[1] * 0.86
    top += 0.075 if anatomy.eyes_on_top else 0.0
    shift = pose.turn * 0.035
    side = -1.0 if pose.is_back else 1.0
    beside = 0.0 if anatomy.eyes_on_top else 0.16 * side
    if identity.accessory == "top hat":
        _draw_top_hat(pen.at(shift + 0.03, top, -6), accent, outline)
    elif identity.accessory == "crown":
        _draw_crown(pen.at(shift, top), accent, outline)
    elif identity.accessory == "cap":
        _draw_cap(pen.at(shift, top - 0.03), accent, ink, pose, outline)
    elif identity.accessory == "bow":
        _draw_bow(pen.at(beside + shift, top - 0.02, -112.5 * beside), accent, ink, 1.25, outline)
    elif identity.accessory == "flower":
        _draw_flower(pen.at(beside + shift, top - 0.035), accent, ink, outline)
    elif identity.accessory == "glasses" and not pose.is_back:
        _draw_glasses(pen, anatomy, pose, accent, outline)


def _draw_top_hat(pen: Pen, accent: Colour, outline: float) -> None:
    ink = outline_of(HAT_BLACK)
    crown = polygon((-0.115, 0.0), (-0.132, 0.2), (-0.1, 0.213), (0.1, 0.213), (0.132, 0.2), (0.115, 0.0))
    pen.solid([Part(crown)], HAT_BLACK, ink, outline)
    pen.fill(polygon((-0.12, 0.025), (-0.123, 0.085), (0.123, 0.085), (0.12, 0.025)), accent)
    pen.fill(box((-0.075, 0.14), (0.018, 0.04), 0.015), tint(HAT_BLACK, 0.3))
    pen.solid([Part(ellipse((0, 0.005), (0.195, 0.036)))], shade(HAT_BLACK, 0.1), ink, outline)


def _draw_crown(pen: Pen, accent: Colour, outline: float) -> None:
    tips = [(-0.15, 0.15), (-0.075, 0.085), (0.0, 0.175), (0.075, 0.085), (0.15, 0.15)]
    crown = polygon((-0.125, 0.0), *tips, (0.125, 0.0))
    pen.solid([Part(crown)], GOLD, outline_of(GOLD), outline)
    pen.fill(polygon((-0.125, 0.0), (-0.129, 0.03), (0.129, 0.03), (0.125, 0.0)), shade(GOLD, 0.25))
    for x, y in ((-0.15, 0.155), (0.0, 0.18), (0.15, 0.155)):
        pen.solid([Part(ellipse((x, y), (0.02, 0.02), count=14))], accent, outline_of(GOLD), outline * 0.6)
    pen.fill(ellipse((0, 0.05), (0.024, 0.024), count=14), accent)


def _draw_cap(pen: Pen, accent: Colour, ink: Colour, pose: Pose, outline: float) -> None:
    side = 1.0 if pose.turn >= 0 else -1.0
    dome = polygon(*arc((0, 0.0), (0.19, 0.15), 0, 180, 16).tolist())
    peak = ellipse((side * 0.185, 0.008), (0.135, 0.03), side * -5)
    if not pose.is_back:
        pen.solid([Part(peak)], shade(accent, 0.22), ink, outline)
    pen.rounded_solid(dome, accent, shade(accent), ink, outline)
    pen.solid([Part(ellipse((0, 0.15), (0.024, 0.02), count=14))], tint(accent), ink, outline * 0.7)


def _draw_bow(pen: Pen, colour: Colour, ink: Colour, size: float, outline: float) -> None:
    bow = pen.at(0, 0, 0, size, size)
    for side in (-1.0, 1.0):
        loop = rounded(polygon((0, 0), (0.115, 0.066), (0.125, -0.062)), rounds=2) * (side, 1)
        bow.rounded_solid(loop, colour, shade(colour), ink, outline / size)
    bow.solid([Part(ellipse((0, 0), (0.03, 0.034), count=16))], tint(colour, 0.2), ink, outline * 0.8 / size)


def _draw_flower(pen: Pen, colour: Colour, ink: Colour, outline: float) -> None:
    petals = [Part(ellipse(tuple(tip), (0.042, 0.042), count=16)) for tip in star((0, 0), 0.062, 0.062)[::2].tolist()]
    pen.solid(petals, colour, ink, outline * 0.85)
    pen.solid([Part(ellipse((0, 0), (0.034, 0.034), count=16))], (255, 226, 110), ink, outline * 0.5)


def _draw_glasses(pen: Pen, anatomy: Anatomy, pose: Pose, colour: Colour, outline: float) -> None:
    frame = shade(colour, 0.1)
    size = anatomy.eye_size * 1.42
    centres: list[Pair] = []
    for side in (-1.0, 1.0):
        narrow = 1.0 - (0.2 * abs(pose.turn) if side * pose.turn > 0 else 0.0)
        shift = pose.turn * anatomy.head[0] * (0.18 if anatomy.eyes_on_top else 0.3)
        centre = (shift + side * anatomy.eye_spacing * narrow, anatomy.eye_height)
        centres.append(centre)
        ring = ellipse(centre, (size * narrow, size), count=26)
        pen.line(ring, 0.03, outline_of(colour), closed=True)
        pen.line(ring, 0.017, frame, closed=True)
    bridge = polygon(
        (centres[0][0] + size * 0.97, anatomy.eye_height), (centres[1][0] - size * 0.9, anatomy.eye_height)
    )
    if bridge[1][0] > bridge[0][0]:
        pen.line(bridge, 0.022, outline_of(colour))
        pen.line(bridge, 0.012, frame)
