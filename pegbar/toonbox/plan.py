"""What a film is before a pixel is drawn: its cast, scenes, shots and who does what in them."""

from dataclasses import dataclass
from typing import Literal

from pegbar.toonbox.actions import Action, Facing
from pegbar.toonbox.identity import Identity
from pegbar.toonbox.narration import Narration
from pegbar.toonbox.phrases import Framing, Move
from pegbar.toonbox.places import PLACES, SceneKind

TransitionIn = Literal["start", "cut", "dissolve"]


@dataclass(frozen=True)
class Member:
    """A main character of the film."""

    name: str
    appearance: str
    identity: Identity


@dataclass(frozen=True)
class SetScene:
    """A main scene of the film; its seed fixes where everything stands."""

    name: str
    kind: SceneKind
    seed: str

    @property
    def environment(self) -> str:
        """Return what the script says the scene looks like."""
        return PLACES[self.kind].environment


@dataclass(frozen=True)
class Role:
    """What one member does in one shot. `x` and `y` are the world position of the mark."""

    member: int
    action: Action
    x: float
    y: float
    facing: Facing
    phase: float


@dataclass(frozen=True)
class ShotPlan:
    """One shot. It owns frames `start_frame` to `end_frame` (exclusive); a dissolve reaches over both sides."""

    start_frame: int
    end_frame: int
    scene: int
    roles: tuple[Role, ...]
    framing: Framing
    move: Move
    camera_x: float
    transition_in: TransitionIn
    dissolve_frames: int
    is_prologue: bool
    words: Narration


@dataclass(frozen=True)
class FilmPlan:
    """Everything a film shows and says, before a pixel is drawn."""

    name: str
    seed: int
    fps: int
    num_frames: int
    members: tuple[Member, ...]
    scenes: tuple[SetScene, ...]
    shots: tuple[ShotPlan, ...]
    storyline: str


@dataclass(frozen=True)
class Beat:
    """What a shot is for, before anybody has a place in it."""

    scene: int
    action: Action
    is_first: bool
    is_prologue: bool = False
