"""What characters do: each action turns a moment into a pose, with squash and stretch."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Literal, get_args

from pegbar.toonbox.pose import HeldThing, Limb, MouthState, Pose

Action = Literal[
    "stand", "talk", "walk", "run", "jump", "wave", "dance", "spin", "look around", "eat", "cheer", "sleep", "swim",
]  # fmt: skip
ACTIONS: tuple[Action, ...] = get_args(Action)
Facing = Literal[-1, 1]

BLINK_SECONDS = 0.13
WALK_SPEED = 0.24  # standing heights per second
RUN_SPEED = 0.62
JUMP_SECONDS = 1.0
FLIGHT_SECONDS = 0.58
WALK_PERIOD, RUN_PERIOD = 0.84, 0.5  # seconds for two steps
SYLLABLES_PER_SECOND = 5.0
FOODS: tuple[HeldThing, ...] = ("apple", "cookie", "carrot")


def pose_at(action: Action, seconds: float, phase: float, facing: Facing) -> Pose:
    """Return the pose `seconds` into the action.

    Args:
        action: what the character does.
        seconds: from the start of the shot; `x` of the pose is 0 at that moment.
        phase: 0..1, so that two characters do not move as one.
        facing: 1 to the viewer's right.
    """
    pose = _ACTIONS[action](seconds + phase * 0.7, phase)
    is_blinking = (seconds + 2.3 * phase + 0.4) % 2.7 < BLINK_SECONDS
    if pose.eyes == "open" and is_blinking:
        pose = replace(pose, eyes="closed")
    if action in ("walk", "run"):
        pose = replace(pose, x=(WALK_SPEED if action == "walk" else RUN_SPEED) * seconds)
    return pose if facing == 1 else _mirrored(pose)


def syllable_moments(duration: float, phase: float) -> list[float]:
    """Return the seconds at which a talker's mouth opens."""
    count = math.ceil((duration + 1) * SYLLABLES_PER_SECOND)
    opened = [(index - phase) / SYLLABLES_PER_SECOND for index in range(count)]
    return [
        moment
        for opening in opened
        if 0 <= (moment := opening - phase * 0.7) < duration and _is_phrase(opening + 0.01, phase)
    ]


def step_moments(action: Action, duration: float, phase: float) -> list[float]:
    """Return the seconds at which a walker's or runner's foot comes down."""
    gap = WALK_PERIOD / 2 if action == "walk" else RUN_PERIOD / 2
    first = gap / 2 - phase * 0.7 % gap
    return [moment for index in range(math.ceil(duration / gap) + 1) if 0 <= (moment := first + index * gap) < duration]


def landing_moments(duration: float, phase: float) -> list[float]:
    """Return the seconds at which a jumper leaves the ground; it is back `FLIGHT_SECONDS` later."""
    first = -phase * 0.7 + 0.22 * JUMP_SECONDS
    count = math.ceil(duration / JUMP_SECONDS) + 1
    return [moment for index in range(count) if 0 <= (moment := first + index * JUMP_SECONDS) < duration]


def _mirrored(pose: Pose) -> Pose:
    left, right = pose.arms
    held = pose.held != "none"  # things stay in the hand that holds them
    return replace(
        pose,
        x=-pose.x,
        lean=-pose.lean,
        turn=-pose.turn,
        head_tilt=-pose.head_tilt,
        gaze=(-pose.gaze[0], pose.gaze[1]),
        arms=(left, right) if held else (right, left),
        legs=tuple(replace(leg, degrees=-leg.degrees) for leg in reversed(pose.legs)),  # type: ignore[arg-type]
    )


def _swing(seconds: float, period: float, offset: float = 0.0) -> float:
    return math.sin(2 * math.pi * (seconds / period + offset))


def _stand(seconds: float, phase: float) -> Pose:
    breath = _swing(seconds, 1.9)
    return Pose(
        stretch=1.0 + 0.013 * breath,
        turn=0.35,
        head_tilt=2.5 * _swing(seconds, 3.1, phase),
        arms=(Limb(20 + 3 * breath), Limb(20 + 3 * breath)),
        gaze=(0.5, 0.1),
        tail=0.7 * _swing(seconds, 1.3),
    )


def _talk(seconds: float, phase: float) -> Pose:
    syllable = (seconds * SYLLABLES_PER_SECOND + phase) % 1.0 < 0.55 and _is_phrase(seconds, phase)
    mouth: MouthState = "smile" if not syllable else ("open" if int(seconds * 5) % 3 else "round")
    gesture = max(0.0, _swing(seconds, 1.5))
    return Pose(
        stretch=1.0 + (0.014 if syllable else -0.004),
        turn=0.55,
        head_tilt=4.0 * _swing(seconds, 1.7),
        arms=(Limb(20), Limb(34 + 40 * gesture, 0.5)),
        gaze=(0.7, 0.05),
        mouth=mouth,
        tail=_swing(seconds, 0.9),
    )


def _is_phrase(seconds: float, phase: float) -> bool:
    """Tell whether a talker is talking, and not between two phrases."""
    return (seconds * 0.8 + phase) % 1.0 < 0.8


def _walk(seconds: float, phase: float) -> Pose:
    step = _swing(seconds, WALK_PERIOD)
    return Pose(
        lift=0.016 * abs(step),
        stretch=1.0 + 0.03 * _swing(seconds, 0.42, 0.25),
        lean=-2.5,
        turn=0.8,
        head_tilt=2.5 * _swing(seconds, 0.84, 0.2),
        arms=(Limb(17 + 21 * step), Limb(17 + 21 * step)),
        legs=_striding(seconds, WALK_PERIOD, 36.0, 0.045),
        gaze=(0.5, 0.0),
        tail=_swing(seconds, 0.84, 0.3),
    )


def _run(seconds: float, phase: float) -> Pose:
    step = _swing(seconds, 0.5)
    return Pose(
        lift=0.05 * abs(_swing(seconds, 0.5, 0.12)),
        stretch=1.0 + 0.06 * _swing(seconds, 0.25, 0.2),
        lean=-10.0,
        turn=1.0,
        head_tilt=6.0,
        arms=(Limb(34 + 44 * step, 0.4), Limb(34 + 44 * step, 0.4)),
        legs=_striding(seconds, RUN_PERIOD, 62.0, 0.08),
        gaze=(0.6, 0.0),
        mouth="open",
        tail=1.2 * _swing(seconds, 0.5),
    )


def _striding(seconds: float, period: float, degrees: float, lift: float) -> tuple[Limb, Limb]:
    step, ahead = _swing(seconds, period), _swing(seconds, period, 0.25)
    return (
        Limb(degrees * step, 0.0, lift * max(0.0, ahead)),
        Limb(-degrees * step, 0.0, lift * max(0.0, -ahead)),
    )


def _jump(seconds: float, phase: float) -> Pose:
    share = (seconds % JUMP_SECONDS) / JUMP_SECONDS
    if share < 0.22:  # crouch
        down = math.sin(math.pi * share / 0.22)
        arms = (Limb(12), Limb(12))
        return Pose(stretch=1.0 - 0.2 * down, turn=0.25, arms=arms, gaze=(0.0, 0.6), head_drop=0.02 * down)
    if share < 0.8:  # flight
        flight = (share - 0.22) / FLIGHT_SECONDS
        height = 4 * flight * (1 - flight)
        arms = (Limb(75 + 70 * height, 0.2), Limb(75 + 70 * height, 0.2))
        legs = (Limb(-22 * height, 0.0, 0.02), Limb(22 * height, 0.0, 0.02))
        speed = abs(1 - 2 * flight)
        return Pose(
            lift=0.36 * height, stretch=1.0 + 0.13 * speed, turn=0.2, arms=arms, legs=legs,
            eyes="happy" if height > 0.55 else "open", mouth="open", tail=1.0 - 2 * flight,
        )  # fmt: skip
    landed = math.exp(-(share - 0.8) * 14) * math.cos((share - 0.8) * 26)
    return Pose(stretch=1.0 - 0.19 * landed, turn=0.25, arms=(Limb(30 + 25 * landed), Limb(30 + 25 * landed)))


def _wave(seconds: float, phase: float) -> Pose:
    hand = _swing(seconds, 0.56)
    return Pose(
        stretch=1.0 + 0.012 * _swing(seconds, 0.56),
        lean=1.5 * _swing(seconds, 1.12),
        turn=0.15,
        head_tilt=-5.0 + 2.0 * hand,
        arms=(Limb(20), Limb(128 + 22 * hand, 0.25)),
        mouth="open",
        tail=_swing(seconds, 0.7),
    )


def _dance(seconds: float, phase: float) -> Pose:
    beat, bar = abs(_swing(seconds, 1.0)), _swing(seconds, 1.0)
    is_left = bar > 0
    arms = (Limb(60 + 85 * beat, 0.3), Limb(40, 0.7)) if is_left else (Limb(40, 0.7), Limb(60 + 85 * beat, 0.3))
    kick = Limb(-40 * beat if is_left else 40 * beat, 0.0, 0.06 * beat)
    return Pose(
        lift=0.03 * beat,
        stretch=0.95 + 0.1 * beat,
        lean=9.0 * bar,
        turn=0.45 * bar,
        head_tilt=-9.0 * bar,
        arms=arms,
        legs=(kick, Limb()) if is_left else (Limb(), kick),
        eyes="happy" if (seconds % 4.0) < 2.0 else "open",
        mouth="open",
        tail=1.4 * bar,
    )


def _spin(seconds: float, phase: float) -> Pose:
    turns = seconds % 2.2
    if turns > 1.3:  # a rest, so that the spin reads as one
        wobble = math.exp(-(turns - 1.3) * 5) * math.cos((turns - 1.3) * 18)
        return Pose(stretch=1.0 - 0.1 * wobble, turn=0.1, lean=5 * wobble, arms=(Limb(40), Limb(40)), mouth="open")
    angle = 2 * math.pi * 2 * (turns / 1.3)
    return Pose(
        lift=0.05 * math.sin(math.pi * turns / 1.3),
        stretch=1.06,
        turn=math.sin(angle),
        is_back=math.cos(angle) < -0.15,
        arms=(Limb(84, 0.1), Limb(84, 0.1)),
        mouth="open",
        tail=1.5,
    )


def _look_around(seconds: float, phase: float) -> Pose:
    slow = _swing(seconds, 2.4)
    turn = math.copysign(min(1.0, abs(slow) * 1.5), slow)
    return Pose(
        stretch=1.0 + 0.02 * abs(turn),
        turn=0.85 * turn,
        head_tilt=-4.0 * turn,
        arms=(Limb(24), Limb(24)),
        gaze=(turn, 0.25),
        mouth="round" if abs(turn) > 0.8 else "smile",
        tail=0.5 * _swing(seconds, 1.6),
    )


def _eat(seconds: float, phase: float) -> Pose:
    bite = (seconds % 1.6) / 1.6
    near = max(0.0, math.sin(math.pi * min(1.0, bite / 0.45)))
    is_chewing = bite > 0.45
    chew = _swing(seconds, 0.4)
    return Pose(
        stretch=1.0 + (0.018 * chew if is_chewing else 0.0),
        turn=0.2,
        head_drop=0.015 * near,
        # the hand crosses in front of the body towards the mouth
        arms=(Limb(22), Limb(70 + 75 * near, 0.9)),
        eyes="happy" if is_chewing else "open",
        gaze=(0.6, -0.3),
        mouth=("chew" if chew > 0 else "smile") if is_chewing else "open",
        tail=_swing(seconds, 0.8),
        held=FOODS[int(phase * 97) % len(FOODS)],
    )


def _cheer(seconds: float, phase: float) -> Pose:
    hop = abs(_swing(seconds, 0.8))
    shake = _swing(seconds, 0.27)
    return Pose(
        lift=0.07 * hop,
        stretch=0.94 + 0.1 * hop,
        turn=0.2 + 0.06 * _swing(seconds, 1.6),
        arms=(Limb(140 + 9 * shake), Limb(140 - 9 * shake)),
        eyes="happy",
        mouth="open",
        tail=1.3 * _swing(seconds, 0.4),
    )


def _sleep(seconds: float, phase: float) -> Pose:
    breath = _swing(seconds, 2.6)
    return Pose(
        stretch=0.93 + 0.022 * breath,
        turn=0.3,
        head_tilt=-11.0 - 1.5 * breath,
        head_drop=0.045 + 0.008 * breath,
        arms=(Limb(9), Limb(9)),
        legs=(Limb(-18), Limb(18)),
        eyes="closed",
        mouth="sleep",
        tail=0.2 * breath,
    )


def _swim(seconds: float, phase: float) -> Pose:
    stroke = _swing(seconds, 1.3)
    return Pose(
        lift=0.12 + 0.045 * _swing(seconds, 2.1, phase),
        stretch=1.0 + 0.03 * stroke,
        lean=-9.0 + 3.0 * stroke,
        turn=0.6,
        arms=(Limb(80 + 45 * stroke, 0.3), Limb(80 + 45 * stroke, 0.3)),
        legs=(Limb(24 * stroke, 0.0, 0.015), Limb(-24 * stroke, 0.0, 0.015)),
        gaze=(0.4, 0.2),
        mouth="smile",
        tail=stroke,
    )


_ACTIONS: dict[Action, Callable[[float, float], Pose]] = {
    "stand": _stand,
    "talk": _talk,
    "walk": _walk,
    "run": _run,
    "jump": _jump,
    "wave": _wave,
    "dance": _dance,
    "spin": _spin,
    "look around": _look_around,
    "eat": _eat,
    "cheer": _cheer,
    "sleep": _sleep,
    "swim": _swim,
}
