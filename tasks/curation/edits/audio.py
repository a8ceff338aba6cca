"""Audio shots after an edit: they begin and end with the shots they span, and go on telling what those tell."""

from collections.abc import Mapping, Sequence

from pegbar.records import AudioShot, Shot
from tasks.curation.edits.boundaries import CutShot
from tasks.curation.edits.state import GroupState
from tasks.curation.edits.words import Done
from tasks.curation.sound.joining import audio_shot_of

TIMES = ("first_shot", "last_shot", "start_seconds", "end_seconds", "story_start_seconds", "story_end_seconds")
TOLD = ("scene_id", "character_ids", "plot", "caption", "is_prologue_or_epilogue", "kept")
HEARD = ("sound_type", "sound_description", "visual_context")
TOLERANCE_SECONDS = 1e-6


def follow_shots(state: GroupState, before: Mapping[str, Sequence[CutShot]]) -> Done:
    """Bring the audio shots of every story whose shots changed up to date; `before` holds the shots as they were.

    Two are joined where the shots on both sides of the boundary between them are merged. One whose new bounds reach
    beyond the sound that lies in the shard goes.
    """
    done: Done = {}
    for story_id, cuts in before.items():
        if cuts != state.cuts[story_id]:
            was, now = [cut.shot for cut in cuts], [cut.shot for cut in state.cuts[story_id]]
            done |= _follow(state, story_id, was, now)
    return done


def _follow(state: GroupState, story_id: str, was: list[Shot], now: list[Shot]) -> Done:
    done: Done = {}
    found: list[AudioShot] = []
    own = [heard for heard in state.audio_shots.values() if heard.story_id == story_id]
    for heard in sorted(own, key=lambda heard: heard.index):
        del state.audio_shots[heard.audio_shot_id]
        first, last = _start(now, was[heard.first_shot]), _last(now, was, heard.last_shot)
        inside = _containing(now, was[heard.first_shot].start_frame)
        if first is None and found and found[-1].last_shot == inside:
            before = found.pop()
            found.append(_spanning(state, _joined(before, heard), now, before.first_shot, last, TOLD))
            done["audio_shot", heard.audio_shot_id] = f"joined into {before.audio_shot_id}"
        else:
            kept = _as_told(state, heard, was)
            found.append(_spanning(state, heard, now, inside if first is None else first, last, kept))
    for index, heard in enumerate(one for one in found if _is_heard(state, one)):
        state.audio_shots[heard.audio_shot_id] = heard.model_copy(update={"index": index})
    old = {heard.audio_shot_id: heard for heard in own}
    for heard in found:
        name = heard.audio_shot_id
        if name not in state.audio_shots:
            done["audio_shot", name] = "its new bounds reach beyond its sound"
        elif (heard.start_seconds, heard.end_seconds) != (old[name].start_seconds, old[name].end_seconds):
            done["audio_shot", name] = "begins and ends with its shots"
    return done


def _start(now: list[Shot], shot: Shot) -> int | None:
    """Return the place of the shot that begins where a shot of before began, wherever that is now."""
    by_id = next((one.index for one in now if one.shot_id == shot.shot_id), None)
    same_frame = next((one.index for one in now if one.start_frame == shot.start_frame), None)
    return same_frame if by_id is None else by_id


def _last(now: list[Shot], was: list[Shot], last: int) -> int:
    """Return the place of the shot that ends where the shot at `last` ended, or that took that boundary in."""
    if last + 1 == len(was):
        return len(now) - 1
    following = _start(now, was[last + 1])
    return following - 1 if following is not None else _containing(now, was[last + 1].start_frame)


def _containing(now: list[Shot], frame: int) -> int:
    return next(one.index for one in now if one.start_frame <= frame < one.end_frame)


def _spanning(
    state: GroupState, heard: AudioShot, now: list[Shot], first: int, last: int, told: Sequence[str]
) -> AudioShot:
    """Return an audio shot over these shots; the fields of `told` say what they say."""
    anew = audio_shot_of(state.stories[heard.story_id], now[first : last + 1], heard.index)
    return heard.model_copy(update={name: getattr(anew, name) for name in (*TIMES, *told)})


def _as_told(state: GroupState, heard: AudioShot, was: list[Shot]) -> list[str]:
    """Return the fields that said what the shots said, not what an annotator said of the sound."""
    before = audio_shot_of(state.stories[heard.story_id], was[heard.first_shot : heard.last_shot + 1], heard.index)
    return [name for name in TOLD if getattr(before, name) == getattr(heard, name)]


def _joined(one: AudioShot, two: AudioShot) -> AudioShot:
    both = {name: dict.fromkeys(text for text in (getattr(one, name), getattr(two, name)) if text) for name in HEARD}
    return one.model_copy(update={name: ", ".join(texts) or None for name, texts in both.items()})


def _is_heard(state: GroupState, heard: AudioShot) -> bool:
    """Tell whether the sound in the shard covers an audio shot."""
    reach = heard.start_seconds
    for start, end in sorted(
        (one.start_seconds, one.end_seconds) for one in state.sounds.values() if one.story_id == heard.story_id
    ):
        if start <= reach + TOLERANCE_SECONDS:
            reach = max(reach, end)
    return reach >= heard.end_seconds - TOLERANCE_SECONDS
