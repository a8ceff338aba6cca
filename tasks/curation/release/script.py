"""A release's film as the script beside a film, so that the script reader understands it as the release means it."""

from typing import NamedTuple

from models.annotators.script_form import AnimeShooterReader
from models.annotators.script_values import Fields
from pegbar.errors import ScriptError
from pegbar.records import Shot
from tasks.curation.release.forms import in_own_form
from tasks.curation.release.records import Finding, ReleaseFilm, ReleaseForm, ReleaseStory, ShotForm
from tasks.curation.release.write import ReleaseTeller

TO_THE_SECOND = ReleaseForm(spelling="spaces")
IN_FILM = ReleaseForm(spelling="spaces", times="film", precision="milliseconds")
LEFT_OUT, MAX_REASONS = "left out of the script: ", 3
IN_SEGMENT = ReleaseForm(spelling="spaces", times="segment", precision="milliseconds")


class WrittenScript(NamedTuple):
    """A script as JSON values, the form its times are in, and what was left out of it."""

    value: Fields
    form: ReleaseForm
    findings: tuple[Finding, ...]


def script_of(film: ReleaseFilm, fps: float) -> WrittenScript:
    """Return the script of a release's film.

    Times are film times in milliseconds. Where they were told to the second they stay as told, so that the reader
    knows they are rounded; and where the reader would take film times for segment times they count from the segment.

    Args:
        fps: of the film at hand, which may be another encoding than the release's.

    Raises:
        ScriptError: no story of it can be used, or the reader understands none of the forms as it is meant.
    """
    findings: list[Finding] = []
    stories = [kept for story in film.stories if (kept := _usable(film, story, findings)) is not None]
    if not stories:
        reasons = "; ".join(finding.what.removeprefix(LEFT_OUT) for finding in findings[-MAX_REASONS:])
        raise _refusal(film, f"has no story that can be used: {reasons or 'no segment could be read'}")
    stories = [_in_frames_of(story, fps) for story in stories]
    fitted = in_own_form(film.model_copy(update={"stories": tuple(stories), "fps": fps}))
    is_rough = any(form.start_digits == 0 for story in stories for form in story.form.shots)
    reason = ""
    for form in (TO_THE_SECOND, IN_FILM, IN_SEGMENT) if is_rough else (IN_FILM, IN_SEGMENT):
        value = ReleaseTeller(form).film(fitted)
        reason = _misread(film, fitted, value)
        if not reason:
            return WrittenScript(value, form, tuple(findings))
    raise _refusal(film, reason)


def _usable(film: ReleaseFilm, story: ReleaseStory, findings: list[Finding]) -> ReleaseStory | None:
    """Return the story with the shots and names that a script can hold; None, with the reason, without any."""
    place = f"segment {story.story.index + 1}"

    def leave_out(what: str) -> None:
        findings.append(Finding(path=film.path, severity="flagged", what=f"{LEFT_OUT}{what}", place=place))

    shots: list[Shot] = []
    forms: list[ShotForm] = []
    end = 0.0
    for shot, form in zip(story.shots, story.form.shots, strict=True):
        is_silent = not (shot.plot and shot.plot.strip() and shot.caption and shot.caption.strip() and shot.scene_id)
        if is_silent and not shot.is_prologue_or_epilogue:
            leave_out(f"shot {shot.index + 1} lacks a scene, a plot or a caption")
        elif shot.end_seconds <= max(end, shot.start_seconds):
            leave_out(f"shot {shot.index + 1} has no length after the one before")
        else:
            shots.append(_starting_at(shot, max(end, shot.start_seconds)))
            forms.append(form)
            end = shot.end_seconds
    if not shots or not (story.story.storyline or "").strip():
        leave_out("the whole segment, which tells no shot or no storyline")
        return None
    told = story.form.model_copy(update={"shots": tuple(forms), "unread_shots": {}})
    kept = story.model_copy(update={"shots": tuple(shots), "form": told})
    problem = _refused(film, kept)
    if problem:
        leave_out(f"the whole segment: {problem}")
        return None
    return kept


def _refused(film: ReleaseFilm, story: ReleaseStory) -> str:
    """Return why the reader refuses a story, or nothing."""
    alone = in_own_form(film.model_copy(update={"stories": (story,)}))
    try:
        AnimeShooterReader(film.path).film(ReleaseTeller(IN_FILM).film(alone), film.fps)
    except ScriptError as error:
        return error.what.removeprefix(f"{film.path}: ")
    return ""


def _starting_at(shot: Shot, start_seconds: float) -> Shot:
    """Return the shot from where the one before ends."""
    moved = start_seconds - shot.start_seconds
    if not moved:
        return shot
    story_start = round(shot.story_start_seconds + moved, 6)
    return shot.model_copy(update={"start_seconds": start_seconds, "story_start_seconds": story_start})


def _in_frames_of(story: ReleaseStory, fps: float) -> ReleaseStory:
    """Return the story with its segment counted in the frames of the film at hand."""
    start, end = (round(seconds * fps) for seconds in (story.story.start_seconds, story.story.end_seconds))
    return story.model_copy(update={"start_frame": start, "end_frame": max(start + 1, end)})


def _misread(film: ReleaseFilm, fitted: ReleaseFilm, value: Fields) -> str:
    """Return how the reader takes the script for something else, or nothing."""
    scripts = AnimeShooterReader(film.path).film(value, fitted.fps)
    tolerance = 1.0 / fitted.fps + 0.002
    for script, story in zip(scripts, fitted.stories, strict=True):
        for told, shot in zip(script.shots, story.shots, strict=True):
            start, end = script.film_span(told)
            if max(abs(start - shot.start_seconds), abs(end - shot.end_seconds)) > tolerance:
                return f"is read as {start:.3f} to {end:.3f} s where {shot.start_seconds:.3f} s is meant"
    return ""


def _refusal(film: ReleaseFilm, what: str) -> ScriptError:
    return ScriptError(f"{film.path} {what}", remedy=f"correct or remove {film.path}", subject=film.video_id)
