"""Blocking: where the camera is in each shot, who stands where, and what they do there."""

import random

from pegbar.toonbox.actions import Action, Facing
from pegbar.toonbox.phrases import WATCHING, Framing, Move
from pegbar.toonbox.plan import Beat, Role, ShotPlan

SPOTS: dict[int, tuple[float, ...]] = {0: (), 1: (0.0,), 2: (-0.235, 0.235), 3: (-0.41, 0.0, 0.41)}
MOST: dict[Framing, int] = {"wide": 3, "medium": 2, "close": 1}
TRAVELLING: frozenset[Action] = frozenset({"walk", "run"})
TOGETHER: frozenset[Action] = TRAVELLING | {"sleep", "swim", "eat"}
FACIAL: frozenset[Action] = frozenset({"talk", "look around", "eat", "wave", "cheer", "sleep", "dance", "stand"})
SOCIAL: frozenset[Action] = frozenset({"talk"})
VIEW_CHANGE = 0.3  # how far the camera moves between two shots of a scene, in frame heights


def framing_of(source: random.Random, beat: Beat, before: ShotPlan | None, num_members: int) -> Framing:
    """Choose how much of the scene a shot shows; never the framing of the shot before if another will do."""
    options: tuple[Framing, ...] = ("wide", "medium", "medium")
    if beat.is_empty or beat.action == "run" or (beat.action == "jump" and num_members > 1):
        options = ("wide",)
    elif beat.is_first or beat.action == "jump":
        options = ("wide", "wide", "medium")
    elif beat.action in FACIAL:
        options = ("wide", "medium", "medium", "close", "close")
    fresh = [framing for framing in options if before is None or framing != before.framing]
    return source.choice(fresh or options)


def camera_x_of(source: random.Random, beat: Beat, before: ShotPlan | None) -> float:
    """Choose where the camera looks; a cut within a scene changes the view."""
    if beat.is_empty or before is None:
        return 0.0
    for _ in range(20):
        x = source.uniform(-0.42, 0.42)
        if beat.is_first or abs(x - before.camera_x) > VIEW_CHANGE:
            return x
    return 0.42 if before.camera_x < 0 else -0.42


def roles_of(
    source: random.Random, beat: Beat, framing: Framing, camera_x: float, num_members: int
) -> tuple[Role, ...]:
    """Choose who is in a shot, where each stands, and what each does: all the same, or one while others watch."""
    if beat.is_empty:
        return ()
    count = min(num_members, MOST[framing])
    if framing != "close" and count > 1 and source.random() < 0.25 and beat.action not in SOCIAL:
        count -= 1
    order = source.sample(range(num_members), count)
    together = beat.action in TOGETHER or source.random() < 0.45
    way: Facing = source.choice((-1, 1))
    lead = source.randrange(count)
    roles = []
    for slot, member in enumerate(order):
        x = camera_x + SPOTS[count][slot] * (0.86 if framing == "medium" else 1.0) + source.uniform(-0.02, 0.02)
        y = source.uniform(-0.025, 0.035)
        action = beat.action if together or slot == lead else source.choice(WATCHING)[0]
        facing = way if beat.action in TRAVELLING or count == 1 else _towards(slot, lead, count, way)
        roles.append(Role(member, action, x, y, facing, round(source.random(), 3)))
    return tuple(roles)


def move_of(source: random.Random, beat: Beat, framing: Framing) -> Move:
    """Choose a camera move."""
    if beat.action in TRAVELLING:
        return "follow"
    if framing == "close":
        return source.choice(("still", "still", "push in", "push in", "push in", "shake"))
    moves: tuple[Move, ...] = ("still", "still", "pan", "push in", "pull out", "tilt", "shake")
    return source.choice(moves if beat.is_empty else (*moves, "whip pan"))


def _towards(slot: int, lead: int, count: int, way: Facing) -> Facing:
    """Face the lead; the lead faces the middle."""
    target = lead if slot != lead else (count - 1) / 2
    if target == slot:
        return way
    return 1 if target > slot else -1
