"""Little drawings that make an action read: sleepy letters, notes, dust and stars."""

import math

from pegbar.toonbox.actions import JUMP_SECONDS, Action
from pegbar.toonbox.colours import INK, WHITE, Colour
from pegbar.toonbox.pen import Part, Pen
from pegbar.toonbox.pose import Pose
from pegbar.toonbox.shapes import ellipse, polygon, star

NOTE_COLOURS: tuple[Colour, ...] = ((250, 110, 140), (90, 160, 240), (250, 190, 60))
DUST: Colour = (255, 250, 240)


def draw_effects(pen: Pen, action: Action, pose: Pose, seconds: float, phase: float) -> None:
    """Draw what belongs to the action round a character standing at the pen's origin."""
    moment = seconds + 0.7 * phase
    at = pen.at(pose.x, 0)
    if action == "sleep":
        _draw_letters(at, moment)
    elif action == "dance":
        _draw_notes(at, moment)
    elif action == "cheer":
        _draw_stars(at, moment)
    elif action == "jump":
        share = (moment % JUMP_SECONDS) / JUMP_SECONDS
        if share > 0.8:
            _draw_dust(at, (share - 0.8) / 0.2, 0.26)
    elif action == "run":
        behind = -1.0 if pose.turn > 0 else 1.0
        _draw_dust(at.at(behind * 0.2, 0), (moment % 0.5) / 0.5, 0.08)


def _draw_letters(pen: Pen, moment: float) -> None:
    for index in range(3):
        rise = (moment * 0.45 + index / 3) % 1.0
        size = 0.028 + 0.04 * rise
        x, y = 0.3 + 0.24 * rise + 0.02 * math.sin(rise * 9), 0.8 + 0.34 * rise
        letter = polygon((-size, size), (size, size), (-size, -size), (size, -size)) + (x, y)
        pen.line(letter, 0.036, (64, 72, 136))
        pen.line(letter, 0.016, WHITE)


def _draw_notes(pen: Pen, moment: float) -> None:
    for index in range(3):
        rise = (moment * 0.5 + index / 3) % 1.0
        side = -1.0 if index % 2 else 1.0
        note = pen.at(side * (0.4 + 0.07 * math.sin(rise * 7 + index)), 0.45 + 0.6 * rise, 8 * math.sin(rise * 9))
        colour = NOTE_COLOURS[index]
        stem = polygon((0.033, 0.0), (0.033, 0.13), (0.085, 0.1))
        note.solid([Part(ellipse((0, 0), (0.042, 0.032), 20, 16)), Part(stem, 0.014)], colour, INK, 0.011)


def _draw_stars(pen: Pen, moment: float) -> None:
    for index in range(5):
        age = (moment * 0.9 + index * 0.2) % 1.0
        angle = math.radians(25 + index * 32.5)
        far = 0.42 + 0.2 * age
        size = 0.05 * math.sin(math.pi * age)
        if size > 0.008:
            spark = star((far * math.cos(angle), 0.55 + far * math.sin(angle)), size, size * 0.45, 5, 90 + 80 * age)
            pen.solid([Part(spark)], (255, 222, 92), (196, 128, 48), 0.009)


def _draw_dust(pen: Pen, age: float, spread: float) -> None:
    for side in (-1.0, 1.0):
        for index in range(2):
            centre = (side * (spread + (0.1 + 0.08 * index) * age), 0.02 + 0.05 * age + 0.03 * index)
            radius = (0.045 - 0.012 * index) * (0.6 + 0.5 * age)
            pen.blend(ellipse(centre, (radius, radius * 0.8), count=14), DUST, 0.7 * (1.0 - age))
