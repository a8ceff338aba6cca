"""What a character's body does in one frame."""

from dataclasses import dataclass
from typing import Literal

EyeState = Literal["open", "closed", "happy"]
MouthState = Literal["smile", "open", "round", "chew", "sleep"]
HeldThing = Literal["none", "apple", "cookie", "carrot"]


@dataclass(frozen=True)
class Limb:
    """An arm or a leg. `degrees`: 0 hangs down, 90 points outwards, 180 up; `bend` curves it."""

    degrees: float = 0.0
    bend: float = 0.0
    lift: float = 0.0


@dataclass(frozen=True)
class Pose:
    """One frame of acting, in units of the standing height; left and right are the viewer's."""

    x: float = 0.0
    lift: float = 0.0
    stretch: float = 1.0
    lean: float = 0.0
    turn: float = 0.0
    is_back: bool = False
    head_tilt: float = 0.0
    head_drop: float = 0.0
    arms: tuple[Limb, Limb] = (Limb(22), Limb(22))
    legs: tuple[Limb, Limb] = (Limb(), Limb())
    eyes: EyeState = "open"
    gaze: tuple[float, float] = (0.0, 0.0)
    mouth: MouthState = "smile"
    tail: float = 0.0
    held: HeldThing = "none"
