"""What a film is before a pixel is drawn: its cast, scenes, shots and who does what in them."""

from dataclasses import dataclass
from typing import Literal

from pegbar.media.encode import TICKS_PER_FRAME
from pegbar.toonbox.actions import Action, Facing
from pegbar.toonbox.colours import WHITE, Colour
from pegbar.toonbox.config import Held
from pegbar.toonbox.identity import Identity
from pegbar.toonbox.lettering import Lettering
from pegbar.toonbox.narration import Narration
from pegbar.toonbox.phrases import Framing, Move
from pegbar.toonbox.places import PLACES, SceneKind
from pegbar.toonbox.transitions import Transition

HappeningKind = Literal["lightning", "whip pan", "dimming", "passing", "freeze"]
LogoShape = Literal["plain", "badge", "star", "ring", "play", "bars"]
LogoCorner = Literal["top left", "top right", "bottom left", "bottom right"]
CardKind = Literal["title", "end"]


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
class Card:
    """A title card, or an end card with the credits; `style` is the seed of its looks."""

    kind: CardKind
    lines: tuple[str, ...]
    style: str


@dataclass(frozen=True)
class Happening:
    """What looks like a boundary and is none: it lasts from `start_frame` to `end_frame` (exclusive) of the film.

    A "freeze" holds a drawing; a "passing" stranger walks close by the camera.
    """

    kind: HappeningKind
    start_frame: int
    end_frame: int
    colour: Colour = WHITE
    stranger: Identity | None = None
    facing: Facing = 1


@dataclass(frozen=True)
class ShotPlan:
    """One shot. It owns frames `start_frame` to `end_frame` (exclusive); transitions may reach over both sides."""

    start_frame: int
    end_frame: int
    scene: int
    roles: tuple[Role, ...]
    framing: Framing
    move: Move
    camera_x: float
    words: Narration
    transition_in: Transition = Transition()
    happenings: tuple[Happening, ...] = ()
    card: Card | None = None

    @property
    def num_frames(self) -> int:
        """Return how many frames the shot owns."""
        return self.end_frame - self.start_frame

    @property
    def first_seen(self) -> int:
        """Return the first frame in which anything of the shot shows: where its action begins."""
        return self.start_frame - self.transition_in.lead_in


@dataclass(frozen=True)
class Subtitle:
    """Burnt-in words from `start_frame` to `end_frame` (exclusive)."""

    start_frame: int
    end_frame: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class SubtitleLook:
    """How a film's subtitles are written. `is_in_bar`: at the foot of the frame, black bar or not."""

    hand: Lettering
    colour: Colour
    backing: Literal["outline", "box"]
    is_in_bar: bool


@dataclass(frozen=True)
class Logo:
    """A channel's mark. `opacity` is in 256ths; `text` is empty for a pure graphic."""

    kind: Literal["letters", "graphic"]
    text: str
    shape: LogoShape
    corner: LogoCorner
    colour: Colour
    opacity: int


@dataclass(frozen=True)
class Bars:
    """Black bars, in pixels."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0


@dataclass(frozen=True)
class Blemishes:
    """What was done to a film after it was drawn; `ticks` say when each frame is shown (see `write_video`)."""

    subtitles: tuple[Subtitle, ...] = ()
    look: SubtitleLook | None = None
    logo: Logo | None = None
    bars: Bars = Bars()
    ticks: tuple[int, ...] | None = None


@dataclass(frozen=True)
class FilmPlan:
    """Everything a film shows and says, before a pixel is drawn.

    Args:
        drawn_on: for how many frames each drawing is held: ones, twos or threes.
        held: whether only the cast's drawings are held, or the whole picture with the camera.
        fade_in: the film's first frames come out of a colour.
        fade_out: the film's last frames go into one.
        blemishes: what lies over the pictures, and when frames are shown.
    """

    name: str
    seed: int
    fps: int
    num_frames: int
    members: tuple[Member, ...]
    scenes: tuple[SetScene, ...]
    shots: tuple[ShotPlan, ...]
    storyline: str
    drawn_on: int
    held: Held
    fade_in: Transition | None
    fade_out: Transition | None
    blemishes: Blemishes = Blemishes()

    def seconds_at(self, frame: float) -> float:
        """Return when a frame is shown, in seconds; between frames the time between them."""
        ticks = self.blemishes.ticks
        if ticks is None:
            return frame / self.fps
        index = min(max(int(frame), 0), len(ticks) - 1)
        following = ticks[index + 1] if index + 1 < len(ticks) else ticks[index] + TICKS_PER_FRAME
        tick = ticks[index] + (frame - index) * (following - ticks[index])
        return tick / (self.fps * TICKS_PER_FRAME)


@dataclass(frozen=True)
class Beat:
    """What a shot is for, before anybody has a place in it."""

    scene: int
    action: Action
    is_first: bool
    is_empty: bool = False
