"""One video's annotation of a release, read leniently: what is no segment or shot is told and kept as it is.

The reader asks of every value what the records would give back for it, by the writer's own functions, and keeps what
differs; so that writing gives the same JSON, whatever it was.
"""

import json
import math
from pathlib import PurePosixPath
from typing import Any, TypeGuard

from pydantic import JsonValue

from models.annotators.script_values import Fields, plain_key
from pegbar.errors import ScriptError
from tasks.curation.release.keys import form_of, json_text, plain_fields, spelling_of
from tasks.curation.release.records import Finding, ReleaseConfig, ReleaseFilm, ReleaseStory
from tasks.curation.release.shot import ToldShot
from tasks.curation.release.story import ToldSegment, story_of
from tasks.curation.release.times import TimesFound, infer, read_clock, read_span, settle
from tasks.curation.release.values import SPAN_KEY, film_values

MAX_SHOWN = 60


class FilmReader:
    """Reads one file; what it has to say is in the film's findings."""

    def __init__(self, path: str, config: ReleaseConfig) -> None:
        self._path = path
        self._config = config
        self._findings: list[Finding] = []

    def read(self, content: bytes) -> ReleaseFilm:
        """Return the film.

        Raises:
            ScriptError: the file is no video's annotation at all.
        """
        try:
            return self._film(self._object(content))
        except RecursionError as error:
            raise self._refusal("is nested too deeply") from error

    def _film(self, told: Fields) -> ReleaseFilm:
        fields = plain_fields(told)
        segments = fields.get("segments")
        if not isinstance(segments, list):
            raise self._refusal("has no list of segments, so is no video's annotation")
        fps = _number(fields.get("fps"))
        if fps is None or not 0 < fps <= self._config.max_fps:
            raise self._refusal(f"has fps {_shown(fields.get('fps'))}; frames cannot become seconds")
        video_id, url = self._video_id(fields), fields.get("url")
        told_segments, unread = self._read_segments(segments)
        stories = self._stories(video_id, fps, told_segments)
        address = url if isinstance(url, str) else None
        values: Fields = {**film_values(video_id, address, fps), "segments": segments}
        return ReleaseFilm(
            video_id=video_id,
            path=self._path,
            url=address,
            fps=fps,
            spelling=spelling_of(told),
            stories=stories,
            unread_segments=unread,
            form=form_of(told, values),
            findings=tuple(self._findings),
        )

    def _video_id(self, fields: Fields) -> str:
        video_id = fields.get("video id")
        if isinstance(video_id, str) and video_id.strip():
            return video_id
        stem = PurePosixPath(self._path).stem
        self._flag("", f"has no video ID; {stem!r} is taken from its name")
        return stem

    def _read_segments(self, segments: list[JsonValue]) -> tuple[list[ToldSegment], dict[int, str]]:
        told_segments: list[ToldSegment] = []
        unread: dict[int, str] = {}
        for place, told in enumerate(segments):
            segment = self._segment(place, told)
            if isinstance(segment, str):
                self._findings.append(
                    Finding(path=self._path, severity="refused", what=segment, place=f"segment {place + 1}")
                )
                unread[place] = json_text(told)
            else:
                told_segments.append(segment)
        return told_segments, unread

    def _segment(self, place: int, told: JsonValue) -> ToldSegment | str:
        """Return a segment of the right shape, or why it is none."""
        if not isinstance(told, dict):
            return "is not an object of keys and values"
        fields = plain_fields(told)
        start, end = fields.get("start frame index"), fields.get("end frame index")
        if not _is_frame(start) or not _is_frame(end) or not start < end:
            return f"goes from frame {_shown(start)} to {_shown(end)}"
        script = fields.get("story script")
        if not isinstance(script, dict):
            return "has no story script"
        parts = plain_fields(script)
        for key in ("main characters", "main scenes"):
            problem = _named_problem(key, parts.get(key, []))
            if problem:
                return problem
        shots = parts.get("shots", [])
        if not isinstance(shots, list):
            return "has shots that are no list"
        segment = ToldSegment(place, told, script, start, end)
        for number, shot in enumerate(shots):
            self._add_shot(segment, number, shot)
        if not segment.shots:
            self._flag(f"segment {place + 1}", "tells no shot")
        return segment

    def _add_shot(self, segment: ToldSegment, number: int, told: JsonValue) -> None:
        fields = plain_fields(told) if isinstance(told, dict) else {}
        start, end = read_clock(fields.get("start time")), read_clock(fields.get("end time"))
        place = f"segment {segment.place + 1}, shot {number + 1}"
        if not isinstance(told, dict) or start is None or end is None or end.seconds < start.seconds:
            times = f"from {_shown(fields.get('start time'))} to {_shown(fields.get('end time'))}"
            what = times if isinstance(told, dict) else "is not an object of keys and values"
            self._findings.append(Finding(path=self._path, severity="refused", what=what, place=place))
            segment.unread[number] = json_text(told)
            return
        span = read_span(fields.get(SPAN_KEY))
        if span is None and fields.get(SPAN_KEY):
            self._flag(place, f"has {SPAN_KEY} {_shown(fields[SPAN_KEY])}, which is no MM:SS-MM:SS")
        segment.shots.append(ToldShot(told, fields, start, end, span))

    def _stories(self, video_id: str, fps: float, told_segments: list[ToldSegment]) -> tuple[ReleaseStory, ...]:
        times = settle([self._times(segment, fps) for segment in told_segments])
        if len({one.convention for one in times if one.certainty == "certain"}) > 1:
            self._flag("", "counts times from the segment in some segments and from the film in others")
        stories = []
        for index, (segment, found) in enumerate(zip(told_segments, times, strict=True)):
            place = f"segment {segment.place + 1}"
            if found.certainty in ("ambiguous", "contradicted"):
                self._flag(place, f"times count from the {found.convention}: {found.certainty}; {found.evidence}")
            story, oddities = story_of(video_id, index, fps, segment, found)
            for oddity in oddities:
                self._flag(place, oddity)
            stories.append(story)
        return tuple(stories)

    def _times(self, segment: ToldSegment, fps: float) -> TimesFound:
        return infer(*segment.bounds, segment.start_frame / fps, segment.end_frame / fps, self._config.times)

    def _object(self, content: bytes) -> Fields:
        if not content:
            raise self._refusal("is empty")
        try:
            value = json.loads(content.decode("utf-8-sig"), object_pairs_hook=self._no_key_twice)
            json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
        except UnicodeError as error:
            raise self._refusal("is not UTF-8 text") from error
        except ScriptError:
            raise
        except ValueError as error:
            raise self._refusal(f"is not JSON: {error}") from error
        if not isinstance(value, dict):
            raise self._refusal("is not an object of keys and values")
        return value

    def _no_key_twice(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: set[str] = set()
        for key, _ in pairs:
            plain = plain_key(key)
            if plain in seen:
                raise self._refusal(f"gives {plain!r} twice in one object")
            seen.add(plain)
        return dict(pairs)

    def _flag(self, place: str, what: str) -> None:
        self._findings.append(Finding(path=self._path, severity="flagged", what=what, place=place))

    def _refusal(self, what: str) -> ScriptError:
        return ScriptError(f"{self._path} {what}", remedy=f"correct or remove {self._path}", subject=self._path)


def _named_problem(key: str, value: JsonValue) -> str:
    """Say why a list of main characters or scenes cannot be used, or nothing."""
    if not isinstance(value, list):
        return f"has {key} that are no list"
    for number, item in enumerate(value, 1):
        name = plain_fields(item).get("id") if isinstance(item, dict) else None
        if not isinstance(name, str) or not name.strip():
            return f"has no ID for {number} of its {key}"
    return ""


def _number(value: JsonValue) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _is_frame(value: JsonValue) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40


def _shown(value: JsonValue) -> str:
    text = json.dumps(value, ensure_ascii=True)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."
