"""Tails; each swings with the pose."""

import math

from pegbar.toonbox.anatomy import Tail
from pegbar.toonbox.colours import outline_of, shade
from pegbar.toonbox.identity import Palette
from pegbar.toonbox.pen import Part, Pen
from pegbar.toonbox.pose import Pose
from pegbar.toonbox.shapes import arc, curve, ellipse, polygon, rounded


def draw_tail(pen: Pen, tail: Tail, colours: Palette, bottom: float, pose: Pose, outline: float) -> None:
    """Draw a tail on the side the character does not face."""
    side = min(1.0, max(-1.0, -6.0 * pose.turn * (-1.0 if pose.is_back else 1.0)))
    side = math.copysign(max(0.2, abs(side)), side)  # turning, it passes behind the body instead of jumping over
    swing = math.degrees(pose.tail) * 0.35
    reach = 0.12
    if pose.is_back:
        side, reach = math.copysign(max(0.75, abs(side)), side), -0.06
    base = pen.at(side * reach, bottom + 0.08, side * swing, side, 1.0)
    ink, body = outline_of(colours.body), colours.body
    if tail == "long":
        line = rounded(polygon((0, 0), (0.2, 0.0), (0.27, 0.12), (0.22, 0.27), (0.27, 0.36)), closed=False)
        base.solid([Part(line, 0.06)], body, ink, outline)
        base.line(line[-5:], 0.06, colours.mark)
    elif tail == "thin":
        line = rounded(polygon((0, -0.02), (0.18, -0.06), (0.3, 0.03), (0.25, 0.16), (0.34, 0.22)), closed=False)
        base.solid([Part(line, 0.022)], (240, 158, 160), ink, outline * 0.8)
    elif tail == "wag":
        base.solid([Part(curve((0, 0), (0.16, 0.02), (0.2, 0.2)), 0.065)], body, ink, outline)
    elif tail in ("stub", "puff"):
        size = 0.062 if tail == "stub" else 0.085
        colour = body if tail == "stub" else colours.light
        base.rounded_solid(ellipse((0.085, 0.0), (size, size)), colour, shade(colour), ink, outline)
    elif tail == "curl":
        line = polygon(*arc((0.13, 0.05), (0.055, 0.05), -150, 230, 16).tolist())
        base.solid([Part(line, 0.03)], body, ink, outline * 0.9)
    elif tail == "brush":
        brush = rounded(polygon((0, -0.05), (0.24, -0.08), (0.4, 0.1), (0.34, 0.4), (0.2, 0.2), (0.05, 0.1)))
        tip = rounded(polygon((0.395, 0.16), (0.345, 0.39), (0.255, 0.25), (0.32, 0.22)), rounds=1)
        base.rounded_solid(brush, body, shade(body), ink, outline)
        base.fill(tip, colours.light)
    elif tail == "feathers":
        for degrees in (50, 25, 0):
            feather = ellipse((0.12, 0.04 + degrees / 900), (0.11, 0.04), degrees)
            base.solid([Part(feather)], shade(colours.mark if degrees == 25 else body, 0.06), ink, outline)
