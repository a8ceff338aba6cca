"""Shots of one story cut anew: merged, split, moved. Pure: what each shot's clip is made of is kept as pieces.

Pieces are film frames of the clips that lie in the shard, so that edits of any number cost one decode and encode, and a
merge that undoes a split leaves the clip as it lay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pegbar.errors import InputError
from pegbar.records import Film, Shot

STORY_DIGITS = 6  # story times are rounded to microseconds, as when stories are built
REMEDY = "correct the edit, then run the command again"


@dataclass(frozen=True)
class Piece:
    """Film frames `start` to `end` (exclusive) out of the clip of shot `source` as it lies in the shard."""

    source: str
    start: int
    end: int


@dataclass(frozen=True)
class CutShot:
    """A shot and what its clip is made of, in order and without gaps."""

    shot: Shot
    pieces: tuple[Piece, ...]

    @classmethod
    def as_it_lies(cls, shot: Shot) -> "CutShot":
        """Return a shot whose clip is its own."""
        return cls(shot, (Piece(shot.shot_id, shot.start_frame, shot.end_frame),))


@dataclass(frozen=True)
class Clock:
    """When a frame is shown, from the shots as they lay: exactly where the rate is constant.

    Where it varies, frames are spread evenly over their shot, as they are in its clip.
    """

    film: Film
    shots: Mapping[str, Shot]

    def seconds(self, piece: Piece, frame: int) -> float:
        """Return the film time of a frame of a piece."""
        shot = self.shots[piece.source]
        if frame == shot.start_frame:
            return shot.start_seconds
        step = 1 / self.film.fps
        if self.film.is_variable_frame_rate:
            step = (shot.end_seconds - shot.start_seconds) / (shot.end_frame - shot.start_frame)
        return shot.start_seconds + (frame - shot.start_frame) * step


def merged(first: CutShot, second: CutShot, segment_seconds: float) -> CutShot:
    """Return both as one under the first's id: whoever either shows, what both tell, kept if both are."""
    one, two = first.shot, second.shot
    shot = one.model_copy(
        update={
            "scene_id": one.scene_id or two.scene_id,
            "character_ids": tuple(dict.fromkeys((*one.character_ids, *two.character_ids))),
            "plot": _told(one.plot, two.plot),
            "caption": _told(one.caption, two.caption),
            "is_prologue_or_epilogue": one.is_prologue_or_epilogue or two.is_prologue_or_epilogue,
            "kept": one.kept and two.kept,
        }
    )
    end = (two.end_frame, two.end_seconds, two.story_end_seconds)
    return CutShot(_resegmented(_until(shot, *end), segment_seconds), _joined((*first.pieces, *second.pieces)))


def split(cut: CutShot, frame: int, clock: Clock, new_id: str, segment_seconds: float) -> tuple[CutShot, CutShot]:
    """Return a shot's two halves, the second starting at `frame` under a new id; both tell what the whole told.

    Raises:
        InputError: the frame is not inside the shot.
    """
    shot = cut.shot
    _check_inside(shot.shot_id, frame, shot.start_frame, shot.end_frame)
    before, after, start = _parted(cut.pieces, frame, clock)
    story_start = round(start - (shot.start_seconds - shot.story_start_seconds), STORY_DIGITS)
    second = shot.model_copy(update={"shot_id": new_id, "transition_in": "cut"})
    return (
        CutShot(_resegmented(_until(shot, frame, start, story_start), segment_seconds), before),
        CutShot(_resegmented(_from(second, frame, start, story_start), segment_seconds), after),
    )


def moved(first: CutShot, second: CutShot, frame: int, clock: Clock, segment_seconds: float) -> tuple[CutShot, CutShot]:
    """Return two neighbours with the boundary between them at `frame`; each tells what it told.

    Raises:
        InputError: the frame is inside neither.
    """
    _check_inside(second.shot.shot_id, frame, first.shot.start_frame, second.shot.end_frame)
    before, after, start = _parted((*first.pieces, *second.pieces), frame, clock)
    offset = second.shot.start_seconds - second.shot.story_start_seconds
    story_start = round(start - offset, STORY_DIGITS)
    return (
        CutShot(_resegmented(_until(first.shot, frame, start, story_start), segment_seconds), before),
        CutShot(_resegmented(_from(second.shot, frame, start, story_start), segment_seconds), after),
    )


def reindexed(cuts: Sequence[CutShot]) -> list[CutShot]:
    """Return a story's shots with their places counted anew."""
    return [
        replace(cut, shot=cut.shot.model_copy(update={"index": index})) if cut.shot.index != index else cut
        for index, cut in enumerate(cuts)
    ]


def with_segment(shot: Shot, start_seconds: float, segment_seconds: float) -> Shot:
    """Return a shot with the segment that starts at a film time and is as long as the shot allows."""
    end = min(start_seconds + segment_seconds, shot.end_seconds)
    offset = shot.start_seconds - shot.story_start_seconds
    return shot.model_copy(
        update={
            "segment_start_seconds": start_seconds,
            "segment_end_seconds": end,
            "story_segment_start_seconds": round(start_seconds - offset, STORY_DIGITS),
            "story_segment_end_seconds": round(end - offset, STORY_DIGITS),
        }
    )


def _check_inside(shot_id: str, frame: int, start: int, end: int) -> None:
    if not start < frame < end:
        raise InputError(
            f"frame {frame} is not inside {shot_id}: give one from {start + 1} to {end - 1}",
            remedy=REMEDY,
            subject=shot_id,
        )


def _parted(pieces: Sequence[Piece], frame: int, clock: Clock) -> tuple[tuple[Piece, ...], tuple[Piece, ...], float]:
    """Return the pieces before a frame, those from it on, and its film time; the frame is inside them."""
    before, after = [], []
    for piece in pieces:
        if piece.start < frame:
            before.append(replace(piece, end=min(piece.end, frame)))
        if piece.end > frame:
            after.append(replace(piece, start=max(piece.start, frame)))
    return _joined(before), _joined(after), clock.seconds(after[0], frame)


def _joined(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return the same frames with neighbours out of one clip as one piece."""
    found: list[Piece] = []
    for piece in pieces:
        if found and found[-1].source == piece.source and found[-1].end == piece.start:
            found[-1] = replace(found[-1], end=piece.end)
        else:
            found.append(piece)
    return tuple(found)


def _until(shot: Shot, frame: int, seconds: float, story_seconds: float) -> Shot:
    ends = {"end_frame": frame, "end_seconds": seconds, "story_end_seconds": story_seconds}
    return shot.model_copy(update=ends)


def _from(shot: Shot, frame: int, seconds: float, story_seconds: float) -> Shot:
    starts = {"start_frame": frame, "start_seconds": seconds, "story_start_seconds": story_seconds}
    return shot.model_copy(update=starts)


def _resegmented(shot: Shot, segment_seconds: float) -> Shot:
    """Return the shot with a segment that is inside it: its own, else the middle; none where it needs none."""
    if shot.end_seconds - shot.start_seconds <= segment_seconds:
        names = [name for name in Shot.model_fields if "segment" in name]
        return shot.model_copy(update=dict.fromkeys(names))
    start, end = shot.segment_start_seconds, shot.segment_end_seconds
    if start is not None and end is not None and shot.start_seconds <= start and end <= shot.end_seconds:
        return shot
    middle = (shot.start_seconds + shot.end_seconds - segment_seconds) / 2
    return with_segment(shot, middle, segment_seconds)


def _told(first: str | None, second: str | None) -> str | None:
    """Return both texts, one after the other; once where they are one."""
    texts = dict.fromkeys(text for text in (first, second) if text)
    return " ".join(texts) or None
