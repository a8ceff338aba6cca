"""Arms, wings, legs and what a hand holds."""

import math
from typing import TYPE_CHECKING

from pegbar.toonbox.anatomy import Limbs
from pegbar.toonbox.colours import Colour, mix, shade
from pegbar.toonbox.pen import Part, Pen
from pegbar.toonbox.pose import HeldThing, Limb, Pose
from pegbar.toonbox.shapes import Pair, Points, arc, curve, ellipse, polygon, rounded

if TYPE_CHECKING:
    from pegbar.toonbox.character import Body

ARM_LENGTH = 0.265
ARM_WIDTH = 0.082
HAND = 0.056
FEET_ORANGE: Colour = (250, 158, 56)
STEEL: Colour = (148, 154, 170)
APPLE: Colour = (230, 62, 58)
LEAF: Colour = (96, 178, 76)
COOKIE: Colour = (214, 152, 88)
CARROT: Colour = (250, 138, 44)


def draw_arm(pen: Pen, side: int, body: "Body", pose: Pose, outline: float) -> None:
    """Draw the left (0) or right (1) arm from its shoulder."""
    sign = -1.0 if side == 0 else 1.0
    limb = pose.arms[side]
    shoulder = _shoulder(body, sign, pose.turn)
    if body.anatomy.limbs == "wings":
        _draw_wing(pen, shoulder, sign, limb, body, outline)
        hand = _reach(shoulder, sign, limb, 0.8)
    elif body.anatomy.limbs == "none":
        hand = _reach(shoulder, sign, limb, 0.42)
        _draw_sleeve(pen, [shoulder, hand], body, outline, 0.075)
    else:
        hand = _draw_jointed_arm(pen, shoulder, sign, limb, body, outline)
    if side == 1:
        _draw_held(pen.at(*hand), pose.held, outline)


def draw_legs(pen: Pen, kind: Limbs, body: "Body", pose: Pose, outline: float) -> None:
    """Draw both legs, the further one first."""
    for side in (0, 1):
        sign = -1.0 if side == 0 else 1.0
        limb = pose.legs[side]
        hip = (sign * body.width * 0.46, body.bottom + 0.07)
        swing = math.sin(math.radians(limb.degrees))
        foot = (hip[0] * 1.06 + swing * 0.15, 0.036 + limb.lift)
        _draw_leg(pen, kind, hip, foot, body, pose.turn, outline)


def _draw_leg(pen: Pen, kind: Limbs, hip: Pair, foot: Pair, body: "Body", turn: float, outline: float) -> None:
    toes = (foot[0] + turn * 0.035, foot[1])
    if kind == "wings":
        pen.solid([Part(polygon(hip, foot), 0.03)], FEET_ORANGE, body.ink, outline * 0.8)
        pen.solid([Part(ellipse(toes, (0.078, 0.033)))], FEET_ORANGE, body.ink, outline * 0.9)
        return
    colour = STEEL if kind == "joints" else body.colours.body
    pen.solid([Part(polygon(hip, foot), 0.06 if kind == "joints" else 0.105)], shade(colour, 0.12), body.ink, outline)
    pen.rounded_solid(
        ellipse(toes, (0.085, 0.046), power=2.4), _paw_colour(body), shade(_paw_colour(body)), body.ink, outline
    )


def _shoulder(body: "Body", sign: float, turn: float) -> Pair:
    if body.anatomy.limbs == "none":
        return sign * body.width * 0.9, 0.3
    height = body.top - 0.115
    return sign * body.half_width_at(height) * 0.88 - turn * 0.02, height


def _reach(shoulder: Pair, sign: float, limb: Limb, share: float = 1.0) -> Pair:
    angle = math.radians(limb.degrees)
    length = ARM_LENGTH * share * (1.0 + 0.16 * max(0.0, math.sin(angle - math.pi / 3)))
    return shoulder[0] + sign * math.sin(angle) * length, shoulder[1] - math.cos(angle) * length


def _draw_jointed_arm(pen: Pen, shoulder: Pair, sign: float, limb: Limb, body: "Body", outline: float) -> Pair:
    hand = _reach(shoulder, sign, limb)
    middle = ((shoulder[0] + hand[0]) / 2, (shoulder[1] + hand[1]) / 2)
    elbow = (middle[0] + sign * limb.bend * 0.12, middle[1] - limb.bend * 0.1)
    line = curve(shoulder, elbow, hand)
    is_robot = body.anatomy.limbs == "joints"
    colour = STEEL if is_robot else body.colours.body
    paw = _paw_colour(body)
    palm = Part(ellipse(hand, (HAND, HAND), count=18))
    pen.solid([Part(line, ARM_WIDTH * (0.62 if is_robot else 1.0))], colour, body.ink, outline)
    pen.solid([palm], paw, body.ink, outline)
    if not is_robot:
        if paw == body.colours.body:
            pen.line(line[3:], ARM_WIDTH, colour)
        pen.fill(ellipse((shoulder[0] - sign * 0.02, shoulder[1]), (0.034, 0.036), count=16), colour)
    return hand


def _draw_sleeve(pen: Pen, line: list[Pair], body: "Body", outline: float, width: float) -> None:
    pen.solid([Part(polygon(*line), width)], body.colours.body, body.ink, outline)


def _draw_wing(pen: Pen, shoulder: Pair, sign: float, limb: Limb, body: "Body", outline: float) -> None:
    tip = _reach(shoulder, sign, Limb(limb.degrees + 6), 1.05)
    middle = ((shoulder[0] + tip[0]) / 2, (shoulder[1] + tip[1]) / 2)
    degrees = math.degrees(math.atan2(tip[1] - shoulder[1], tip[0] - shoulder[0]))
    wing = ellipse(middle, (ARM_LENGTH * 0.58, 0.068), degrees, power=1.9)
    colour = mix(body.colours.body, body.colours.mark, 0.35)
    pen.rounded_solid(wing, colour, shade(colour), body.ink, outline)


def _paw_colour(body: "Body") -> Colour:
    if body.anatomy.limbs == "joints":
        return body.colours.body if body.identity.pattern != "socks" else body.colours.accent
    return body.colours.light if body.identity.pattern == "socks" else body.colours.body


def _draw_held(pen: Pen, held: HeldThing, outline: float) -> None:
    ink: Colour = (92, 44, 40)
    if held == "apple":
        pen.line(curve((0, 0.05), (0.0, 0.09), (0.02, 0.1)), 0.014, ink)
        pen.rounded_solid(ellipse((0, 0.0), (0.066, 0.06)), APPLE, shade(APPLE), ink, outline * 0.8)
        pen.fill(ellipse((0.035, 0.085), (0.032, 0.015), 30), LEAF)
    elif held == "cookie":
        pen.rounded_solid(ellipse((0, 0), (0.068, 0.068)), COOKIE, shade(COOKIE), ink, outline * 0.8)
        for spot in ((-0.025, 0.02), (0.025, 0.028), (0.0, -0.03), (0.035, -0.015)):
            pen.fill(ellipse(spot, (0.011, 0.011), count=10), (110, 62, 40))
    elif held == "carrot":
        pen.line(arc((0, 0.09), (0.03, 0.03), 0, 180), 0.02, LEAF)
        root: Points = rounded(polygon((-0.045, 0.07), (0.045, 0.07), (0.012, -0.1), (-0.012, -0.1)))
        pen.rounded_solid(root, CARROT, shade(CARROT), ink, outline * 0.8)
