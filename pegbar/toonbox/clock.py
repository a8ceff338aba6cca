"""Which drawing shows when: drawings on ones, twos and threes, and poses that are held."""

from dataclasses import dataclass

from pegbar.toonbox.plan import FilmPlan, ShotPlan


@dataclass(frozen=True)
class Clock:
    """The frame of which a drawing is shown, for the camera and scenery, and for the cast."""

    camera_frame: int
    pose_frame: int


def clock_at(plan: FilmPlan, shot: ShotPlan, frame: int) -> Clock:
    """Return what a shot shows at a frame of the film; a card is one drawing."""
    if shot.card is not None:
        return Clock(0, 0)
    drawn = _thawed(shot, frame)
    drawn -= (drawn - shot.first_seen) % plan.drawn_on
    return Clock(drawn if plan.held == "picture" else frame, drawn)


def _thawed(shot: ShotPlan, frame: int) -> int:
    """Return the frame without the time that a held pose takes; the action goes on where it stopped."""
    for happening in shot.happenings:
        if happening.kind == "freeze" and frame > happening.start_frame:
            return max(happening.start_frame, frame - (happening.end_frame - 1 - happening.start_frame))
    return frame
