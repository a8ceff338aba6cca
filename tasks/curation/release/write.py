"""A release in the words of AnimeShooter, from pegbar's records, and as a folder that is there whole or not at all."""

import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue

from models.annotators.script_values import Fields
from pegbar.digests import digest_bytes
from pegbar.errors import ConflictError
from pegbar.faults import fault_point
from pegbar.files import disk_errors, write_bytes
from pegbar.media.names import check_key
from pegbar.records import Record
from tasks.curation.release.keys import told_again
from tasks.curation.release.records import IDS_NAME, MANIFEST_NAME, ReleaseFilm, ReleaseForm, ReleaseStory
from tasks.curation.release.times import Rounding, RoundingReport
from tasks.curation.release.values import (
    AS_TOLD,
    SPAN_KEY,
    TIME_KEYS,
    Names,
    character_values,
    film_values,
    scene_values,
    shot_values,
)


class ReleaseManifest(Record):
    """What a written release is: its files by path with their sha256, its form, and what rounding did to its times.

    `dataset` is the digest of the version it tells, where it tells one.
    """

    dataset: str | None
    files: dict[str, str]
    form: ReleaseForm
    num_films: int
    num_stories: int
    num_shots: int
    rounding: RoundingReport


@dataclass
class ReleaseTeller:
    """Tells films in one form and counts what it does to their times."""

    form: ReleaseForm = AS_TOLD
    rounding: Rounding = field(default_factory=Rounding)

    def film(self, film: ReleaseFilm) -> Fields:
        """Return a video's annotation as JSON values."""
        segments = _woven([self._segment(story) for story in film.stories], film.unread_segments)
        values: Fields = {**film_values(film.video_id, film.url, film.fps), "segments": segments}
        return told_again(film.form, values, self.form.spelling)

    def _segment(self, story: ReleaseStory) -> JsonValue:
        spelling, form = self.form.spelling, story.form
        names = Names(
            {item.character_id: item.name for item in story.characters},
            {item.scene_id: item.name for item in story.scenes},
        )
        cast: list[JsonValue] = [
            told_again(told, character_values(item), spelling)
            for told, item in zip(form.characters, story.characters, strict=True)
        ]
        places: list[JsonValue] = [
            told_again(told, scene_values(item), spelling) for told, item in zip(form.scenes, story.scenes, strict=True)
        ]
        script: Fields = {
            "storyline": story.story.storyline,
            "main characters": cast,
            "main scenes": places,
            "shots": _woven(self._shots(story, names), form.unread_shots),
        }
        values: Fields = {
            "start frame index": story.start_frame,
            "end frame index": story.end_frame,
            "reference images": json.loads(story.reference_images),
            "reference masks": json.loads(story.reference_masks),
            "story script": told_again(form.script, script, spelling),
        }
        return told_again(form.segment, values, spelling)

    def _shots(self, story: ReleaseStory, names: Names) -> list[JsonValue]:
        sounds = {sound.first_shot: sound for sound in story.audio_shots}
        is_retold = self.form.times is not None or self.form.precision is not None
        told: list[JsonValue] = []
        for shot, form in zip(story.shots, story.form.shots, strict=True):
            values = shot_values(
                shot, sounds.get(shot.index), names, form, story.times.convention, self.form, self.rounding
            )
            fresh = TIME_KEYS | {SPAN_KEY} if is_retold else frozenset()
            told.append(told_again(form.whole, values, self.form.spelling, fresh))
        return told


def write_release(
    films: Iterable[ReleaseFilm],
    target: Path,
    form: ReleaseForm = AS_TOLD,
    *,
    listed_ids: Iterable[str] | None = None,
    replace: bool = False,
) -> ReleaseManifest:
    """Write annotations as a release's folder; the same films give the same bytes.

    Args:
        listed_ids: for ``video_ids.txt``; the films' own unless given.
        replace: put it in the place of a release that lies there already.

    Raises:
        ConflictError, DiskFullError, ReadOnlyError: see `release_folder`. HostileNameError: a path would escape.
    """
    with release_folder(target, replace=replace) as aside:
        return fill_release(aside, films, form, listed_ids=listed_ids)


@contextmanager
def release_folder(target: Path, *, replace: bool) -> Iterator[Path]:
    """Give a folder to fill beside `target`, and on a clean exit rename it into place as a whole.

    Raises:
        ConflictError: something else is at `target`, or a release and `replace` is not said.
        DiskFullError, ReadOnlyError: what was there is untouched.
    """
    _check_target(target, replace=replace)
    aside = target.with_name(f".{target.name}.part")
    with disk_errors(target):
        shutil.rmtree(aside, ignore_errors=True)
        try:
            yield aside
            fault_point("release:before_move")
            _move_in(aside, target)
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def fill_release(
    folder: Path,
    films: Iterable[ReleaseFilm],
    form: ReleaseForm,
    *,
    listed_ids: Iterable[str] | None = None,
    others: Iterable[tuple[str, bytes]] = (),
    dataset: str | None = None,
) -> ReleaseManifest:
    """Write annotations, ``video_ids.txt`` and what else there is into a folder, the manifest last.

    Args:
        others: path -> bytes of what lies beside the annotations (pictures, notes).
        dataset: digest of the version told.
    """
    teller, writer = ReleaseTeller(form), _FolderWriter(folder)
    for film in films:
        writer.add_film(film, teller)
    for path, content in others:
        writer.add(path, content)
    ids = writer.video_ids if listed_ids is None else list(listed_ids)
    writer.add(IDS_NAME, "".join(f"{video_id}\n" for video_id in ids).encode())
    manifest = ReleaseManifest(
        dataset=dataset,
        files=dict(sorted(writer.files.items())),
        form=form,
        num_films=len(writer.video_ids),
        num_stories=writer.num_stories,
        num_shots=writer.num_shots,
        rounding=teller.rounding.report(),
    )
    write_bytes(folder / MANIFEST_NAME, manifest.to_json())
    return manifest


def json_bytes(value: JsonValue) -> bytes:
    """Return readable JSON with its keys in the order given."""
    return (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


@dataclass
class _FolderWriter:
    root: Path
    files: dict[str, str] = field(default_factory=dict)
    video_ids: list[str] = field(default_factory=list)
    num_stories: int = 0
    num_shots: int = 0

    def add_film(self, film: ReleaseFilm, teller: ReleaseTeller) -> None:
        self.add(film.path, json_bytes(teller.film(film)))
        self.video_ids.append(film.video_id)
        self.num_stories += len(film.stories)
        self.num_shots += sum(len(story.shots) for story in film.stories)

    def add(self, path: str, content: bytes) -> None:
        write_bytes(self.root / check_key(path), content)
        self.files[path] = digest_bytes(content)


def _woven(read: list[JsonValue], unread: dict[int, str]) -> list[JsonValue]:
    """Put back what could not be read, each at its place."""
    woven = list(read)
    for place, told in sorted(unread.items()):
        woven.insert(place, json.loads(told))
    return woven


def _check_target(target: Path, *, replace: bool) -> None:
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    is_release = (target / MANIFEST_NAME).is_file()
    what = "holds a release already" if is_release else "is there and holds no release"
    if not is_release or not replace:
        remedy = "add --replace to put this one in its place" if is_release else "name a new folder"
        raise ConflictError(f"{target} {what}", remedy=remedy, subject=str(target))


def _move_in(aside: Path, target: Path) -> None:
    """Rename the new release into place; between the two renames neither is lost."""
    before = target.with_name(f".{target.name}.before")
    shutil.rmtree(before, ignore_errors=True)
    if target.exists():
        target.replace(before)
        fault_point("release:between_renames")
    aside.replace(target)
    shutil.rmtree(before, ignore_errors=True)
