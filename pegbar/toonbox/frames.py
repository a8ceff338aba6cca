"""From a plan to pictures: every frame of a film and the map of who is where in it."""

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np

from pegbar.toonbox.actions import pose_at
from pegbar.toonbox.blocking import TRAVELLING
from pegbar.toonbox.character import draw_character, draw_shadow, face_height
from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.effects import draw_effects
from pegbar.toonbox.pen import Labels, Picture
from pegbar.toonbox.phrases import Framing
from pegbar.toonbox.plan import FilmPlan, Role, ShotPlan
from pegbar.toonbox.scenes import paint_scene
from pegbar.toonbox.stage import REST_BOTTOM, Camera, Stage

ACTOR_HEIGHT = 0.52  # of the frame, for a standing character of average build in a wide shot
ZOOMS: dict[Framing, float] = {"wide": 1.0, "medium": 1.28, "close": 1.72}
SAMPLES = 2  # characters are drawn this much larger and reduced, which smooths their ink


def draw_frames(plan: FilmPlan, config: ToonboxConfig) -> Iterator[tuple[Picture, Labels]]:
    """Yield RGB pictures (height, width, 3) and label maps (height, width).

    A label is the member's place in the plan plus 1; 0 is scenery. In a dissolve both shots show,
    and the map is that of the shot that owns the frame.
    """
    for index, shot in enumerate(plan.shots):
        following = plan.shots[index + 1] if index + 1 < len(plan.shots) else None
        for frame in range(shot.start_frame, shot.end_frame):
            picture, labels = draw_shot_frame(plan, shot, frame, config)
            partner, share = _dissolving(plan, index, following, frame)
            if partner is not None:
                other, _ = draw_shot_frame(plan, partner, frame, config)
                picture = cv2.addWeighted(picture, 1.0 - share, other, share, 0.0)
            yield picture, labels


def draw_shot_frame(plan: FilmPlan, shot: ShotPlan, frame: int, config: ToonboxConfig) -> tuple[Picture, Labels]:
    """Draw one frame of one shot; `frame` may lie in the dissolves that reach over the shot's ends."""
    lead_in = shot.dissolve_frames // 2
    seconds = (frame - shot.start_frame + lead_in) / plan.fps
    length = (shot.end_frame - shot.start_frame + lead_in) / plan.fps
    face = face_height(plan.members[shot.roles[0].member].identity) if shot.roles else 0.0
    camera = camera_at(shot, seconds, length, face)
    scene = plan.scenes[shot.scene]
    painted = np.empty((config.height, config.width, 3), np.uint8)
    paint_scene(Stage(painted, camera, frame / plan.fps), scene.kind, scene.seed)
    size = (config.width * SAMPLES, config.height * SAMPLES)
    # nearest up and area down is the identity: scenery stays as sharp as it was painted
    large = cv2.resize(painted, size, interpolation=cv2.INTER_NEAREST)
    labels = np.zeros((size[1], size[0]), np.uint8)
    _draw_cast(plan, shot, Stage(large, camera, frame / plan.fps), labels, seconds, length)
    picture = cv2.resize(large, (config.width, config.height), interpolation=cv2.INTER_AREA)
    return picture, np.ascontiguousarray(labels[SAMPLES // 2 :: SAMPLES, SAMPLES // 2 :: SAMPLES])


def camera_at(shot: ShotPlan, seconds: float, length: float, face: float) -> Camera:
    """Return where the camera is; a zoom keeps the feet at the frame's foot, or the `face` in its middle."""
    share = min(1.0, max(0.0, seconds / length))
    eased = share * share * (3.0 - 2.0 * share)
    zoom, x = ZOOMS[shot.framing], shot.camera_x
    if shot.move == "push in":
        zoom *= 1.0 + 0.12 * eased
    elif shot.move == "pull out":
        zoom *= 1.12 - 0.12 * eased
    elif shot.move == "pan":
        x += 0.16 * (eased - 0.5)
    elif shot.move == "follow":
        x += 0.6 * _travelled(shot, seconds, length)
    if shot.framing == "close":
        return Camera(shot.roles[0].x, face * ACTOR_HEIGHT + shot.roles[0].y, zoom)
    return Camera(x, REST_BOTTOM + 0.5 / zoom, zoom)


def _travelled(shot: ShotPlan, seconds: float, length: float) -> float:
    walkers = [role for role in shot.roles if role.action in TRAVELLING]
    if not walkers:
        return 0.0
    return _offset(walkers[0], seconds, length)


def _offset(role: Role, seconds: float, length: float) -> float:
    """Return how far a walker is from its mark, which it passes in the middle of the shot."""
    if role.action not in TRAVELLING:
        return 0.0
    here = pose_at(role.action, seconds, role.phase, role.facing).x
    middle = pose_at(role.action, length / 2, role.phase, role.facing).x
    return (here - middle) * ACTOR_HEIGHT


def _draw_cast(plan: FilmPlan, shot: ShotPlan, stage: Stage, labels: Labels, seconds: float, length: float) -> None:
    world = stage.layer()
    for role in sorted(shot.roles, key=lambda role: -role.y):  # the further ones first
        identity = plan.members[role.member].identity
        pose = replace(pose_at(role.action, seconds, role.phase, role.facing), x=0.0)
        place = world.at(role.x + _offset(role, seconds, length), role.y, 0, ACTOR_HEIGHT, ACTOR_HEIGHT)
        draw_shadow(place, identity, pose)
        draw_character(replace(place, labels=labels, label=role.member + 1), identity, pose)
        draw_effects(place, role.action, pose, seconds, role.phase)


def _dissolving(plan: FilmPlan, index: int, following: ShotPlan | None, frame: int) -> tuple[ShotPlan | None, float]:
    """Return the shot that shows through at a frame, and by how much (0..1)."""
    shot = plan.shots[index]
    if following is not None and following.dissolve_frames:
        into = frame - (following.start_frame - following.dissolve_frames // 2)
        if into >= 0:
            return following, (into + 1) / (following.dissolve_frames + 1)
    if shot.dissolve_frames:
        into = frame - (shot.start_frame - shot.dissolve_frames // 2)
        if into < shot.dissolve_frames:
            return plan.shots[index - 1], 1.0 - (into + 1) / (shot.dissolve_frames + 1)
    return None, 0.0
