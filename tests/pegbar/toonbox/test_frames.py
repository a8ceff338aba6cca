"""What is drawn: everybody is large enough, on their map, and nothing moves that should not."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pegbar.toonbox.actions import ACTIONS, Action, landing_moments, pose_at
from pegbar.toonbox.character import draw_character
from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.frames import ACTOR_HEIGHT, draw_frames, draw_shot_frame
from pegbar.toonbox.identity import ACCESSORIES, BUILDS, PALETTE_NAMES, PATTERNS, SPECIES, Identity, Species
from pegbar.toonbox.pen import Pen
from pegbar.toonbox.places import SCENE_KINDS, SceneKind
from pegbar.toonbox.pose import Pose
from pegbar.toonbox.scenes import paint_scene
from pegbar.toonbox.stage import Camera, Stage
from pegbar.toonbox.story import plan_film

CONFIG = ToonboxConfig(width=128, height=96, min_seconds=8, max_seconds=8)


def drawn_alone(identity: Identity, pose: Pose, height: int = 240) -> tuple[np.ndarray, np.ndarray]:
    pixels = np.full((height, height, 3), 255, np.uint8)
    labels = np.zeros((height, height), np.uint8)
    pen = Pen(pixels, np.array([[height, 0.0, height / 2], [0.0, -height, height * 0.9]]), labels, 3)
    draw_character(pen.at(0, 0, 0, ACTOR_HEIGHT, ACTOR_HEIGHT), identity, pose)
    return pixels, labels


@pytest.mark.parametrize("species", SPECIES)
def test_every_build_fills_a_third_of_a_wide_shot(species: Species) -> None:
    for build in BUILDS:
        identity = Identity(species=species, palette="mint", pattern="plain", accessory="none", build=build)
        rows = np.flatnonzero(drawn_alone(identity, Pose())[1].any(axis=1))
        assert (rows[-1] - rows[0]) / 240 > 1 / 3


def test_the_map_is_the_silhouette() -> None:
    identity = Identity(species="fox", palette="coral", pattern="stripes", accessory="crown", build="round")
    pixels, labels = drawn_alone(identity, pose_at("wave", 0.4, 0.2, 1))
    painted = (pixels != 255).any(axis=2)
    assert set(np.unique(labels)) == {0, 3}
    marked = (labels == 3).astype(np.uint8)
    with_soft_edge = cv2.dilate(marked, np.ones((5, 5), np.uint8)).astype(bool)
    assert not (painted & ~with_soft_edge).any()
    assert (marked.astype(bool) & ~painted).sum() < 0.01 * painted.sum()  # the white of an eye


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_moves_and_mirrors(action: Action) -> None:
    poses = [pose_at(action, index / 12, 0.3, 1) for index in range(24)]
    assert len(set(poses)) > 6
    assert pose_at(action, 0.5, 0.3, -1).turn == -pose_at(action, 0.5, 0.3, 1).turn


def test_jumpers_leave_the_ground_when_their_sound_plays() -> None:
    for moment in landing_moments(4.0, 0.3):
        assert pose_at("jump", moment - 0.02, 0.3, 1).lift == 0
        assert pose_at("jump", moment + 0.05, 0.3, 1).lift > 0


def test_attributes_change_the_picture() -> None:
    base = Identity(species="cat", palette="mint", pattern="plain", accessory="none", build="average")
    variants = [
        *(base.but(species=value) for value in SPECIES),
        *(base.but(palette=value) for value in PALETTE_NAMES[:-1]),
        *(base.but(pattern=value) for value in PATTERNS[1:]),
        *(base.but(accessory=value) for value in ACCESSORIES[1:]),
        *(base.but(build=value) for value in BUILDS[1:]),
    ]
    pictures = {drawn_alone(identity, Pose(), 96)[0].tobytes() for identity in set(variants)}
    assert len(pictures) == len(set(variants))


@pytest.mark.parametrize("kind", SCENE_KINDS)
def test_scenes_repeat_and_vary(kind: SceneKind) -> None:
    def painted(seed: str) -> np.ndarray:
        pixels = np.zeros((48, 64, 3), np.uint8)
        paint_scene(Stage(pixels, Camera(), 1.5), kind, seed)
        return pixels

    assert (painted("1") == painted("1")).all()
    assert any((painted("1") != painted(other)).any() for other in "234")
    assert painted("1").std() > 15


def test_maps_name_only_who_the_script_names() -> None:
    plan = plan_film(3, CONFIG)
    frames = list(draw_frames(plan, CONFIG))
    assert len(frames) == plan.num_frames == 96
    for shot in plan.shots:
        allowed = {0, *(role.member + 1 for role in shot.roles)}
        for frame in range(shot.start_frame + shot.transition_in.after, shot.end_frame):
            if plan.shots[-1] is shot or frame < shot.end_frame - 10:
                assert set(np.unique(frames[frame][1])) <= allowed
        middle = (shot.start_frame + shot.end_frame) // 2
        assert bool(shot.roles) == bool(frames[middle][1].any())


def test_someone_in_front_covers_someone_behind() -> None:
    plan = plan_film(0, CONFIG)
    shot = next(shot for shot in plan.shots if len(shot.roles) > 1)
    first, second = shot.roles[:2]
    front = replace(second, x=first.x, y=first.y - 0.01, action="stand")
    together = replace(shot, roles=(replace(first, action="stand"), front), framing="wide", move="still", happenings=())
    labels = draw_shot_frame(plan, together, shot.start_frame + 8, CONFIG)[1]
    alone = draw_shot_frame(plan, replace(together, roles=(front,)), shot.start_frame + 8, CONFIG)[1]
    assert (labels == front.member + 1).sum() == (alone == front.member + 1).sum() > 0
