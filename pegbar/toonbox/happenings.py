"""What happens inside a shot and looks like a boundary, but is none."""

import random

from pegbar.toonbox.actions import Action
from pegbar.toonbox.blocking import TRAVELLING
from pegbar.toonbox.colours import WHITE, Colour
from pegbar.toonbox.identity import Identity, Split, sample_identity
from pegbar.toonbox.plan import Happening, HappeningKind, ShotPlan

SHARE = 0.3  # of the shots in which something happens
FREEZES = 0.16  # of the shots in which a drawing is held for a moment
WHIP_SHARES = (0.3, 0.38)  # of a shot: where a whip pan begins
LIGHTNING: tuple[tuple[int, ...], ...] = ((236,), (245, 130), (235, 60, 205))
BOLTS: tuple[Colour, ...] = (WHITE, (240, 244, 255), (255, 250, 220))
TIMED: frozenset[Action] = TRAVELLING | {"jump", "talk", "spin", "swim"}  # a freeze would break step with the sound
HALF = 128  # how dark a dimmed light is, in 256ths


def happenings_of(
    source: random.Random, shot: ShotPlan, free: tuple[int, int], fps: int, strangers: "Strangers"
) -> tuple[Happening, ...]:
    """Choose what happens in a shot.

    Args:
        source: where chance comes from.
        shot: the shot.
        free: first frame and end of what no transition changes.
        fps: frames a second.
        strangers: who may pass by.
    """
    if shot.move == "whip pan":
        return (whip_of(shot, fps),)
    begin, room = free[0] + 2, free[1] - free[0] - 4
    kinds: list[HappeningKind] = []
    if room >= 3:
        kinds.append("lightning")
    if room >= round(1.9 * fps):
        kinds.append("dimming")
    if room >= round(0.9 * fps) and shot.framing != "close":
        kinds.append("passing")
    if source.random() < SHARE and kinds:
        return (_happening(source, source.choice(kinds), begin, room, fps, strangers),)
    is_calm = bool(shot.roles) and not any(role.action in TIMED for role in shot.roles)
    if source.random() < FREEZES / (1 - SHARE) and is_calm and room >= fps:
        return (_placed(source, "freeze", begin, room, round(fps * source.uniform(0.8, 1.1))),)
    return ()


def whip_of(shot: ShotPlan, fps: int) -> Happening:
    """Return when a whip pan's camera flies: a third of a second, early in the shot."""
    start = shot.start_frame + round(shot.num_frames * WHIP_SHARES[0])
    return Happening("whip pan", start, start + max(4, round(fps / 3)))


def flash_at(happening: Happening, frame: int) -> int:
    """Return how much of its colour a lightning lays over a frame, in 256ths."""
    if happening.kind != "lightning" or not happening.start_frame <= frame < happening.end_frame:
        return 0
    return LIGHTNING[happening.end_frame - happening.start_frame - 1][frame - happening.start_frame]


def darkness_at(happening: Happening, frame: int) -> int:
    """Return how much darker a dimmed light makes a frame, in 256ths: slowly down to half, and up again."""
    if happening.kind != "dimming" or not happening.start_frame <= frame < happening.end_frame:
        return 0
    length = happening.end_frame - happening.start_frame
    slope = max(1, length * 2 // 5)
    near = min(frame - happening.start_frame + 1, happening.end_frame - frame)
    return HALF * min(near, slope) // slope


class Strangers:
    """Passers-by, none of whom can be taken for a main character."""

    def __init__(self, seed: int, split: Split, cast: tuple[Identity, ...]) -> None:
        self._prefix = f"{seed}/stranger"
        self._split: Split = split
        self._cast = cast

    def somebody(self, source: random.Random) -> Identity:
        """Return an identity of another species and palette than everybody in the cast."""
        while True:
            drawn = sample_identity(f"{self._prefix}/{source.random()}", self._split)
            if all(drawn.species != one.species and drawn.palette != one.palette for one in self._cast):
                return drawn


def _happening(
    source: random.Random, kind: HappeningKind, begin: int, room: int, fps: int, strangers: Strangers
) -> Happening:
    if kind == "lightning":
        placed = _placed(source, kind, begin, room, source.choice((1, 2, 3)))
        return Happening(kind, placed.start_frame, placed.end_frame, source.choice(BOLTS))
    if kind == "dimming":
        return _placed(source, kind, begin, room, round(fps * source.uniform(1.8, 2.6)))
    placed = _placed(source, kind, begin, room, round(fps * source.uniform(0.8, 1.2)))
    stranger = strangers.somebody(source)
    return Happening(kind, placed.start_frame, placed.end_frame, stranger=stranger, facing=source.choice((-1, 1)))


def _placed(source: random.Random, kind: HappeningKind, begin: int, room: int, length: int) -> Happening:
    length = min(length, room)
    start = begin + source.randint(0, room - length)
    return Happening(kind, start, start + length)
