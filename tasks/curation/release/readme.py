"""The words that go out with an exported release: what lies where, in which form, and under whose rights."""

from pegbar.records import Film
from tasks.curation.release.records import ReleaseForm
from tasks.studio.statistics import HEADER, DatasetStatistics

AUDIO_FOLDER = "audio"
_SPELLED = {"spaces": "words with spaces between them", "underscores": "words with underscores between them"}
_COUNTED = {"segment": "from the start of their segment", "film": "from the start of the film"}
_WRITTEN = {"milliseconds": "MM:SS.mmm", "seconds": "MM:SS, rounded (manifest.json says by how much)"}
_README = """\
# Annotations in the AnimeShooter form

Written by pegbar from dataset version `{digest}`. No film is in here; `video_ids.txt` lists whose annotations are.

- `scripts/VIDEO_ID.json`: one film. Its segments tell a story each: `start frame index` and `end frame index`
  (exclusive) count the film's frames, `story script` holds the storyline, main characters, main scenes and shots.
- `references/VIDEO_ID/`: a character's picture, cut out on white, and its binary mask (0 or 255) in the frame it was
  cut from. `reference images` and `reference masks` of a segment list them by character.
- `rights/VIDEO_ID.txt`: where a film is from and under which licence.
- `manifest.json`: every file's sha256, and what rounding did to times.
{audio}
{statistics}

Keys are {spelled}. Times are {written} and count {counted}.

The annotations describe films whose owners keep their rights: what may be done with pictures cut from a film is what
the film's licence says. `pegbar data import` puts all of this beside the films again.
"""
_AUDIO = """\
- `audio/`: the audio subset, a release of its own: its shots are stretches over which picture and sound belong
  together, with an `audio annotation` of their sound effects.
"""


def readme_of(digest: str, statistics: DatasetStatistics, form: ReleaseForm, *, has_audio: bool) -> str:
    """Return the README of a release in a form that says spelling, times and precision."""
    rule = tuple("---" for _ in HEADER)
    table = "\n".join(f"| {' | '.join(row)} |" for row in (HEADER, rule, *statistics.rows()))
    figures = "\n".join(f"- {what}: {value}" for what, value in statistics.figures())
    return _README.format(
        digest=digest,
        statistics=f"{table}\n\n{figures}",
        audio=_AUDIO if has_audio else "",
        spelled=_SPELLED[form.spelling or "spaces"],
        counted=_COUNTED[form.times or "film"],
        written=_WRITTEN[form.precision or "milliseconds"],
    )


def rights_of(film: Film) -> str:
    """Return the note on one film's rights."""
    return (
        f"film: {film.name}\nsource: {film.source}\nowner: {film.owner}\nlicence: {film.licence}\n"
        f"sha256 of the film: {film.sha256}\n"
    )
