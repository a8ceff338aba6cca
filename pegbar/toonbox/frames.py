"""From a plan to pictures: every frame of a film and the map of who is where in it."""

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np

from pegbar.toonbox.actions import pose_at
from pegbar.toonbox.camera import ACTOR_HEIGHT, blurred, camera_at, offset_of
from pegbar.toonbox.cards import draw_card
from pegbar.toonbox.character import draw_character, draw_shadow, face_height
from pegbar.toonbox.clock import Clock, clock_at
from pegbar.toonbox.colours import Colour
from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.effects import draw_effects
from pegbar.toonbox.happenings import darkness_at, flash_at
from pegbar.toonbox.overlays import Overlay
from pegbar.toonbox.pen import Labels, Picture
from pegbar.toonbox.plan import FilmPlan, Happening, ShotPlan
from pegbar.toonbox.scenes import paint_scene
from pegbar.toonbox.stage import Stage
from pegbar.toonbox.transitions import BLENDING, SHOWS, mixed, veiled

STRANGER_HEIGHT, STRANGER_DEPTH, STRANGER_HALF = 1.35, 0.95, 0.5  # in frame heights
BLACK: Colour = (0, 0, 0)
SAMPLES = 2  # characters are drawn this much larger and reduced, which smooths their ink


def draw_frames(plan: FilmPlan, config: ToonboxConfig) -> Iterator[tuple[Picture, Labels]]:
    """Yield RGB pictures (height, width, 3) and label maps (height, width).

    A label is the member's place in the plan plus 1; 0 is scenery, cards, and what a colour covers.
    """
    screen, overlay = Screen(plan, config), Overlay(plan, config)
    for index, shot in enumerate(plan.shots):
        for frame in range(shot.start_frame, shot.end_frame):
            yield overlay.lay_over(*screen.show(index, frame), frame)


class Screen:
    """Puts shots together, frame by frame; a held picture is drawn once."""

    def __init__(self, plan: FilmPlan, config: ToonboxConfig) -> None:
        self._plan = plan
        self._config = config
        self._drawn: dict[int, tuple[Clock, tuple[Picture, Labels]]] = {}

    def show(self, index: int, frame: int) -> tuple[Picture, Labels]:
        """Return a frame of the shot at `index`, with whatever its transitions do to it."""
        shots = self._plan.shots
        shot = shots[index]
        picture, labels = self._of(index, frame)
        step = frame - shot.start_frame
        if shot.transition_in.kind in BLENDING and step < shot.transition_in.after:
            picture, labels = mixed(self._of(index - 1, frame), (picture, labels), shot.transition_in, step)
        veils = [(shot.transition_in, step)]
        if index + 1 < len(shots):
            joint, into = shots[index + 1].transition_in, frame - shot.end_frame
            if joint.kind in BLENDING and into >= -joint.before:
                picture, labels = mixed((picture, labels), self._of(index + 1, frame), joint, into)
            veils.append((joint, into))
        veils += [
            (edge, frame - at)
            for edge, at in ((self._plan.fade_in, 0), (self._plan.fade_out, self._plan.num_frames))
            if edge
        ]
        for veil, at in veils:
            opacity = veil.veil(at)
            picture = veiled(picture, veil.colour, opacity)
            if opacity >= SHOWS:
                labels = np.zeros_like(labels)
        return picture, labels

    def _of(self, index: int, frame: int) -> tuple[Picture, Labels]:
        shot = self._plan.shots[index]
        clock = clock_at(self._plan, shot, frame)
        kept = self._drawn.get(index)
        if kept is None or kept[0] != clock:
            kept = clock, draw_shot_at(self._plan, shot, clock, self._config)
            self._drawn = {other: one for other, one in self._drawn.items() if abs(other - index) == 1} | {index: kept}
        picture, labels = kept[1]
        for happening in shot.happenings:
            picture = veiled(picture, happening.colour, flash_at(happening, frame))
            picture = veiled(picture, BLACK, darkness_at(happening, frame))
        return picture, labels


def draw_shot_frame(plan: FilmPlan, shot: ShotPlan, frame: int, config: ToonboxConfig) -> tuple[Picture, Labels]:
    """Draw one frame of one shot, without transitions and flashes; `frame` may lie beyond the shot's ends."""
    return draw_shot_at(plan, shot, clock_at(plan, shot, frame), config)


def draw_shot_at(plan: FilmPlan, shot: ShotPlan, clock: Clock, config: ToonboxConfig) -> tuple[Picture, Labels]:
    """Draw one shot at one moment."""
    if shot.card is not None:
        blank = np.zeros((config.height, config.width), np.uint8)
        return draw_card(shot.card, config.width, config.height), blank
    face = face_height(plan.members[shot.roles[0].member].identity) if shot.roles else 0.0
    camera = camera_at(shot, clock.camera_frame, plan.fps, face)
    scene = plan.scenes[shot.scene]
    painted = np.empty((config.height, config.width, 3), np.uint8)
    paint_scene(Stage(painted, camera, clock.camera_frame / plan.fps), scene.kind, scene.seed)
    size = (config.width * SAMPLES, config.height * SAMPLES)
    # nearest up and area down is the identity: scenery stays as sharp as it was painted
    large = cv2.resize(painted, size, interpolation=cv2.INTER_NEAREST)
    labels = np.zeros((size[1], size[0]), np.uint8)
    stage = Stage(large, camera, clock.camera_frame / plan.fps)
    _draw_cast(plan, shot, stage, labels, clock)
    for happening in shot.happenings:
        _draw_stranger(happening, stage, labels, clock.camera_frame)
    picture = cv2.resize(large, (config.width, config.height), interpolation=cv2.INTER_AREA)
    picture = blurred(picture, shot, clock.camera_frame)
    return picture, np.ascontiguousarray(labels[SAMPLES // 2 :: SAMPLES, SAMPLES // 2 :: SAMPLES])


def _draw_cast(plan: FilmPlan, shot: ShotPlan, stage: Stage, labels: Labels, clock: Clock) -> None:
    world = stage.layer()
    length = (shot.end_frame - shot.first_seen) / plan.fps
    drawn, moved = ((frame - shot.first_seen) / plan.fps for frame in (clock.pose_frame, clock.camera_frame))
    for role in sorted(shot.roles, key=lambda role: -role.y):  # the further ones first
        identity = plan.members[role.member].identity
        pose = replace(pose_at(role.action, drawn, role.phase, role.facing), x=0.0)
        place = world.at(role.x + offset_of(role, moved, length), role.y, 0, ACTOR_HEIGHT, ACTOR_HEIGHT)
        draw_shadow(place, identity, pose)
        draw_character(replace(place, labels=labels, label=role.member + 1), identity, pose)
        draw_effects(place, role.action, pose, drawn, role.phase)


def _draw_stranger(happening: Happening, stage: Stage, labels: Labels, frame: int) -> None:
    """Draw somebody large who walks by in front of everything; the map has nobody there."""
    if happening.stranger is None or not happening.start_frame <= frame < happening.end_frame:
        return
    length = happening.end_frame - happening.start_frame
    share = (frame - happening.start_frame + 0.5) / length
    reach = (stage.aspect / 2 + STRANGER_HALF) / stage.camera.zoom
    x = stage.camera.x + happening.facing * reach * (2.0 * share - 1.0)
    y = stage.camera.y - STRANGER_DEPTH / stage.camera.zoom
    high = STRANGER_HEIGHT / stage.camera.zoom
    pose = replace(pose_at("walk", share, 0.0, happening.facing), x=0.0)
    place = stage.layer().at(x, y, 0, high, high)
    draw_character(replace(place, labels=labels, label=0), happening.stranger, pose)
