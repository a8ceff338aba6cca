"""The four seconds that a script chose to stand for a shot (AnimeShooter, appendix A.1), laid into the detected one."""

from models.annotators.script_form import ScriptShot
from models.annotators.script_times import time_text
from pegbar.records import Shot

ROUNDING_SECONDS = 0.5  # whole seconds are off by so much at most
EXACT_SECONDS = 0.001


def told_segment(shot: Shot, told: ScriptShot, offset_seconds: float) -> tuple[dict[str, float], str]:
    """Return the fields of a detected shot's segment as told, or a note why it keeps its own.

    A segment told in whole seconds is moved by up to half a second to lie inside.
    """
    if told.segment is None:
        return {}, ""
    start, end = (seconds + offset_seconds for seconds in told.segment)
    said = f"the segment told at {time_text(told.segment[0])}-{time_text(told.segment[1])}"
    if shot.segment_start_seconds is None:
        return {}, f"{said} is not used: the shot is no longer than a segment"
    move = max(0.0, shot.start_seconds - start) - max(0.0, end - shot.end_seconds)
    is_whole = all(seconds == int(seconds) for seconds in told.segment)
    start, end = start + move, end + move
    is_inside = start >= shot.start_seconds - 1e-9 and end <= shot.end_seconds + 1e-9
    if abs(move) > (ROUNDING_SECONDS if is_whole else EXACT_SECONDS) or not is_inside:
        return {}, f"{said} is not used: it is not inside the shot"
    before = shot.start_seconds - shot.story_start_seconds
    return {
        "segment_start_seconds": round(start, 6),
        "segment_end_seconds": round(end, 6),
        "story_segment_start_seconds": round(start - before, 6),
        "story_segment_end_seconds": round(end - before, 6),
    }, ""
