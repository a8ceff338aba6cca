"""Camera moves: where the camera is at every frame of a shot."""

import math

import cv2
import numpy as np

from pegbar.toonbox.actions import pose_at
from pegbar.toonbox.blocking import TRAVELLING
from pegbar.toonbox.pen import Picture
from pegbar.toonbox.phrases import Framing
from pegbar.toonbox.plan import Happening, Role, ShotPlan
from pegbar.toonbox.stage import REST_BOTTOM, Camera

ACTOR_HEIGHT = 0.52  # of the frame, for a standing character of average build in a wide shot
ZOOMS: dict[Framing, float] = {"wide": 1.0, "medium": 1.28, "close": 1.72}
WHIP_WAY = 0.95  # frame heights that a whip pan covers
TILT_WAY = 0.2
SHAKE_SHARE = 0.35  # of a shot: when something heavy lands


def camera_at(shot: ShotPlan, frame: int, fps: int, face: float) -> Camera:
    """Return where the camera is; a zoom keeps the feet at the frame's foot, or the `face` in its middle."""
    seconds, length = (frame - shot.first_seen) / fps, (shot.end_frame - shot.first_seen) / fps
    eased = _eased(seconds / length)
    zoom, x, y = ZOOMS[shot.framing], shot.camera_x, 0.0
    if shot.move == "push in":
        zoom *= 1.0 + 0.12 * eased
    elif shot.move == "pull out":
        zoom *= 1.12 - 0.12 * eased
    elif shot.move == "pan":
        x += 0.16 * (eased - 0.5)
    elif shot.move == "follow":
        x += 0.6 * _travelled(shot, seconds, length)
    elif shot.move == "tilt":
        y = TILT_WAY * (1.0 - eased)
    elif shot.move == "shake":
        y = _shaken(seconds - SHAKE_SHARE * length)
    elif shot.move == "whip pan":
        x -= _whip_side(shot) * WHIP_WAY * (1.0 - _whipped(shot, frame))
    if shot.framing == "close":
        return Camera(shot.roles[0].x, face * ACTOR_HEIGHT + shot.roles[0].y + y, zoom)
    return Camera(x, REST_BOTTOM + 0.5 / zoom + y, zoom)


def offset_of(role: Role, seconds: float, length: float) -> float:
    """Return how far a walker is from its mark, which it passes in the middle of the shot."""
    if role.action not in TRAVELLING:
        return 0.0
    here = pose_at(role.action, seconds, role.phase, role.facing).x
    middle = pose_at(role.action, length / 2, role.phase, role.facing).x
    return (here - middle) * ACTOR_HEIGHT


def blurred(picture: Picture, shot: ShotPlan, frame: int) -> Picture:
    """Return the picture smeared sideways as far as a whip pan moves in this frame."""
    if shot.move != "whip pan":
        return picture
    way = WHIP_WAY * ZOOMS[shot.framing] * (_whipped(shot, frame + 1) - _whipped(shot, frame)) / 2
    pixels = round(way * picture.shape[0])
    return np.asarray(cv2.blur(picture, (pixels, 1)), np.uint8) if pixels > 1 else picture


def _eased(share: float) -> float:
    share = min(1.0, max(0.0, share))
    return share * share * (3.0 - 2.0 * share)


def _travelled(shot: ShotPlan, seconds: float, length: float) -> float:
    walkers = [role for role in shot.roles if role.action in TRAVELLING]
    return offset_of(walkers[0], seconds, length) if walkers else 0.0


def _shaken(since: float) -> float:
    """Return how far a blow `since` seconds ago moves the camera up or down."""
    return 0.05 * math.exp(-3.5 * since) * math.cos(38.0 * since) if since >= 0 else 0.0


def _whip_side(shot: ShotPlan) -> float:
    return 1.0 if shot.camera_x >= 0 else -1.0


def _whipped(shot: ShotPlan, frame: int) -> float:
    whip = next(happening for happening in shot.happenings if happening.kind == "whip pan")
    return _eased(_share(whip, frame))


def _share(happening: Happening, frame: int) -> float:
    return (frame - happening.start_frame) / (happening.end_frame - happening.start_frame)
