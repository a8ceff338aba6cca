"""What a species looks like: shapes as data. Units: standing height is 1, feet at y = 0."""

from typing import Literal

from pegbar.config import Config
from pegbar.toonbox.identity import Build, Species

Ears = Literal["pointed", "floppy", "round", "long", "tall", "dish", "folded", "none", "crest", "antenna", "sprout"]
Muzzle = Literal["cat", "dog", "bear", "rabbit", "fox", "mouse", "snout", "frog", "beak", "panel", "smile"]
Tail = Literal["long", "wag", "stub", "puff", "brush", "thin", "curl", "feathers", "none"]
Limbs = Literal["paws", "wings", "joints", "none"]


class Anatomy(Config):
    """The proportions and parts of one species."""

    head: tuple[float, float] = (0.30, 0.255)
    head_power: float = 2.3
    body_width: float = 0.195
    body_heavy: float = 0.28
    body_top: float = 0.52
    ears: Ears
    muzzle: Muzzle
    tail: Tail
    limbs: Limbs = "paws"
    eye_spacing: float = 0.125
    eye_height: float = 0.015
    eye_size: float = 0.062
    eyes_on_top: bool = False


ANATOMIES: dict[Species, Anatomy] = {
    "cat": Anatomy(ears="pointed", muzzle="cat", tail="long", head=(0.305, 0.245)),
    "dog": Anatomy(ears="floppy", muzzle="dog", tail="wag", head=(0.28, 0.26)),
    "bear": Anatomy(ears="round", muzzle="bear", tail="stub", head=(0.30, 0.26), body_width=0.225),
    "rabbit": Anatomy(ears="long", muzzle="rabbit", tail="puff", head=(0.275, 0.25)),
    "fox": Anatomy(ears="tall", muzzle="fox", tail="brush", head=(0.315, 0.235), head_power=2.0),
    "mouse": Anatomy(ears="dish", muzzle="mouse", tail="thin", head=(0.265, 0.24), body_width=0.175),
    "pig": Anatomy(ears="folded", muzzle="snout", tail="curl", head=(0.30, 0.25), body_width=0.225),
    "frog": Anatomy(
        ears="none", muzzle="frog", tail="none", head=(0.325, 0.215), eyes_on_top=True, eye_spacing=0.165,
        eye_height=0.2, eye_size=0.075,
    ),
    "chick": Anatomy(
        ears="crest", muzzle="beak", tail="feathers", limbs="wings", head=(0.275, 0.26), body_width=0.23,
        body_heavy=0.2,
    ),
    "penguin": Anatomy(
        ears="none", muzzle="beak", tail="stub", limbs="wings", head=(0.27, 0.255), body_width=0.225,
        body_heavy=0.15, eye_spacing=0.105,
    ),
    "robot": Anatomy(
        ears="antenna", muzzle="panel", tail="none", limbs="joints", head=(0.275, 0.225), head_power=5.0,
        body_width=0.2, body_heavy=0.1, eye_spacing=0.12,
    ),
    "blob": Anatomy(
        ears="sprout", muzzle="smile", tail="none", limbs="none", head=(0.31, 0.3), body_width=0.31,
        body_heavy=0.08, eye_spacing=0.115, eye_size=0.07,
    ),
}  # fmt: skip


class Proportions(Config):
    """How a build bends a species: factors of width, head size and overall height."""

    wide: float = 1.0
    head: float = 1.0
    high: float = 1.0
    legs: float = 1.0


PROPORTIONS: dict[Build, Proportions] = {
    "average": Proportions(),
    "round": Proportions(wide=1.22, head=1.02, high=0.97, legs=0.85),
    "slim": Proportions(wide=0.84, head=0.93, high=1.06, legs=1.25),
    "tiny": Proportions(wide=1.02, head=1.12, high=0.84, legs=0.8),
}
