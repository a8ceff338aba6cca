"""What is heard when: music, speech and effects, planned from what the film shows."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pegbar.toonbox.actions import FLIGHT_SECONDS, landing_moments, step_moments, syllable_moments
from pegbar.toonbox.camera import SHAKE_SHARE
from pegbar.toonbox.noises import Noise
from pegbar.toonbox.plan import FilmPlan, Role, ShotPlan

SoundKind = Literal["music", "speech", "effect"]
SILENT, WHOLE = 0.12, 0.55  # how often a film has no music, and music all along
INDOORS = ("bedroom", "kitchen")
SCENE = "scene"  # the source of what no character does


@dataclass(frozen=True)
class Cue:
    """One sound: from `moments[0]` (seconds of the film) on, or again at each of them.

    Args:
        kind: what sort of sound.
        name: a `Noise`, or "theme" or "talk".
        moments: when it starts; music has a start and an end.
        source: who makes it: a character's name, or the scene.
        volume: 0..1.
    """

    kind: SoundKind
    name: str
    moments: tuple[float, ...]
    source: str
    volume: float


def cues_of(plan: FilmPlan) -> list[Cue]:
    """Return every sound of a film, in order of its start."""
    cues = list(_music(plan))
    for index, shot in enumerate(plan.shots):
        cues += _shot_cues(plan, index, shot)
        for role in shot.roles:
            cues += _role_cues(plan, shot, role)
    end = plan.seconds_at(plan.num_frames)
    heard = (Cue(c.kind, c.name, tuple(t for t in c.moments if 0 <= t <= end), c.source, c.volume) for c in cues)
    return sorted((cue for cue in heard if cue.moments), key=lambda cue: (cue.moments[0], cue.name))


def _music(plan: FilmPlan) -> Iterator[Cue]:
    source, end = random.Random(f"toonbox score {plan.seed}"), plan.seconds_at(plan.num_frames)
    chance = source.random()
    if chance < SILENT:
        return
    if chance < SILENT + WHOLE:
        yield Cue("music", "theme", (0.0, end), SCENE, 0.5)
        return
    stop = round(end * source.uniform(0.25, 0.5), 3)
    again = round(stop + end * source.uniform(0.15, 0.3), 3)
    yield Cue("music", "theme", (0.0, stop), SCENE, 0.5)
    yield Cue("music", "theme", (again, end), SCENE, 0.5)


def _shot_cues(plan: FilmPlan, index: int, shot: ShotPlan) -> Iterator[Cue]:
    begins = plan.seconds_at(shot.start_frame)
    if shot.transition_in.kind in ("dissolve", "wipe"):
        yield _noise("chime", max(0.0, begins - 0.3), 0.22)
    elif shot.transition_in.kind == "flash" or shot.card is not None:
        yield _noise("pop", begins, 0.4)
    elif _enters_room(plan, index):
        yield _noise("door", begins + 0.05, 0.4)
    if shot.move == "shake":
        length = shot.end_frame - shot.first_seen
        yield _noise("thud", plan.seconds_at(shot.first_seen + SHAKE_SHARE * length), 0.6)
    for happening in shot.happenings:
        start = plan.seconds_at(happening.start_frame)
        if happening.kind == "lightning":
            yield _noise("thunder", start, 0.6)
        elif happening.kind in ("passing", "whip pan"):
            yield _noise("whoosh", start, 0.4)


def _enters_room(plan: FilmPlan, index: int) -> bool:
    shot = plan.shots[index]
    is_new = index > 0 and (plan.shots[index - 1].scene != shot.scene or plan.shots[index - 1].card is not None)
    return is_new and plan.scenes[shot.scene].kind in INDOORS


def _role_cues(plan: FilmPlan, shot: ShotPlan, role: Role) -> Iterator[Cue]:
    who, length = plan.members[role.member].name, (shot.end_frame - shot.first_seen) / plan.fps
    if role.action == "jump":
        leaps = landing_moments(length, role.phase)
        yield Cue("effect", "boing", _heard(plan, shot, leaps), who, 0.4)
        yield Cue("effect", "thud", _heard(plan, shot, [leap + FLIGHT_SECONDS for leap in leaps]), who, 0.3)
    elif role.action == "spin":
        yield Cue("effect", "whoosh", _heard(plan, shot, [0.0]), who, 0.25)
    elif role.action in ("walk", "run"):
        yield Cue("effect", "step", _heard(plan, shot, step_moments(role.action, length, role.phase)), who, 0.3)
    elif role.action == "talk":
        yield Cue("speech", "talk", _heard(plan, shot, syllable_moments(length, role.phase)), who, 0.5)


def _heard(plan: FilmPlan, shot: ShotPlan, moments: list[float]) -> tuple[float, ...]:
    """Return moments of a shot's action as seconds of the film, without those before and after the shot itself."""
    frames = [shot.first_seen + moment * plan.fps for moment in moments]
    return tuple(plan.seconds_at(frame) for frame in frames if shot.start_frame <= frame < shot.end_frame)


def _noise(name: Noise, seconds: float, volume: float) -> Cue:
    return Cue("effect", name, (seconds,), SCENE, volume)
