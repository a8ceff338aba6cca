"""A dataset's films as a release tells them: annotated, kept stories with their kept, told shots."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TypeVar

from models.annotators.script_values import Fields
from pegbar.dataset import Dataset
from pegbar.records import AudioShot, Character, Film, Reference, Scene, Shot, Story
from pegbar.tables import records_of
from tasks.curation.release.forms import NOTHING_TOLD, in_own_form, untold
from tasks.curation.release.keys import json_text
from tasks.curation.release.records import Picture, ReleaseFilm, ReleaseStory
from tasks.curation.release.times import TimesFound

SCRIPTS, REFERENCES = "scripts", "references"
PICTURE_SUFFIX, MASK_SUFFIX = ".png", ".mask.png"
MAX_STEM_BYTES = 240  # a longer one leaves no room for a sidecar's suffix
FRAME_TOLERANCE = 1e-3  # of a frame: a constant rate's times are within rounding of one
OWN_TIMES = TimesFound(convention="film", certainty="certain", evidence="measured by pegbar")
PartT = TypeVar("PartT", Shot, Character, Scene, Reference, AudioShot)


class DatasetFilms:
    """Tells a dataset's films, one by one."""

    def __init__(self, dataset: Dataset) -> None:
        self.films = sorted(dataset.films(), key=lambda film: film.film_id)
        self._stories: dict[str, list[Story]] = defaultdict(list)
        for story in sorted(dataset.stories(), key=lambda story: story.index):
            if story.is_annotated and story.kept:
                self._stories[story.film_id].append(story)
        self._shots = _by_story(shot for shot in dataset.shots() if shot.kept and _is_told(shot))
        sounds: list[AudioShot] = records_of(dataset.table("audio_shots"), "audio_shots")
        self._sounds = _by_story(sound for sound in sounds if sound.kept)
        self._characters, self._scenes = _by_story(dataset.characters()), _by_story(dataset.scenes())
        self._references = _by_story(dataset.references())
        stems = Counter(PurePosixPath(film.name).stem for film in self.films)
        self.video_ids = {film.film_id: _video_id(film, stems) for film in self.films}

    @property
    def told(self) -> list[Film]:
        """Return the films with something to tell."""
        return [film for film in self.films if self._told_stories(film)]

    def visual(self, film: Film) -> ReleaseFilm:
        """Return a film's stories, shot by shot."""
        return self._film(film, [self._visual(film, story) for story in self._told_stories(film)])

    def audio(self, film: Film) -> ReleaseFilm | None:
        """Return a film's stories of the audio subset, whose shots are stretches of picture and sound; None without."""
        stories = [story for story in self._stories[film.film_id] if self._sounds[story.story_id]]
        return self._film(film, [self._audio(film, story) for story in stories]) if stories else None

    def references(self, film: Film) -> list[Reference]:
        """Return the references of the film's told stories."""
        return [one for story in self._told_stories(film) for one in self._references[story.story_id]]

    def picture_path(self, film: Film, reference: Reference, suffix: str = PICTURE_SUFFIX) -> str:
        """Return where a reference's picture (or ``.mask.png``) lies in the release."""
        return f"{REFERENCES}/{self.video_ids[film.film_id]}/{reference.reference_id}{suffix}"

    def _told_stories(self, film: Film) -> list[Story]:
        return [story for story in self._stories[film.film_id] if self._shots[story.story_id]]

    def _film(self, film: Film, stories: Sequence[ReleaseStory]) -> ReleaseFilm:
        video_id = self.video_ids[film.film_id]
        return in_own_form(
            ReleaseFilm(
                video_id=video_id,
                path=f"{SCRIPTS}/{video_id}.json",
                url=film.source,
                fps=film.fps,
                spelling="spaces",
                stories=tuple(stories),
                form=NOTHING_TOLD,
            )
        )

    def _visual(self, film: Film, story: Story) -> ReleaseStory:
        shots = tuple(
            _renumbered(shot, index) for index, shot in enumerate(sorted(self._shots[story.story_id], key=_index_of))
        )
        return self._story(film, story, shots)

    def _audio(self, film: Film, story: Story) -> ReleaseStory:
        sounds = tuple(
            sound.model_copy(update={"first_shot": index, "last_shot": index})
            for index, sound in enumerate(sorted(self._sounds[story.story_id], key=_index_of))
        )
        shots = tuple(_stretch(sound, index, film.fps) for index, sound in enumerate(sounds))
        return self._story(film, story, shots, sounds)

    def _story(
        self, film: Film, story: Story, shots: Sequence[Shot], sounds: tuple[AudioShot, ...] = ()
    ) -> ReleaseStory:
        start_frame = math.floor(story.start_seconds * film.fps + FRAME_TOLERANCE)
        end_frame = max(start_frame + 1, math.ceil(story.end_seconds * film.fps - FRAME_TOLERANCE))
        characters = tuple(self._characters[story.story_id])
        scenes = tuple(self._scenes[story.story_id])
        images, masks = (self._pictures(film, story, suffix) for suffix in (PICTURE_SUFFIX, MASK_SUFFIX))
        owners = {item.name: item.character_id for item in characters}
        return ReleaseStory(
            story=story,
            shots=tuple(_from(shot, start_frame / film.fps) for shot in shots),
            characters=characters,
            scenes=scenes,
            audio_shots=sounds,
            start_frame=start_frame,
            end_frame=end_frame,
            reference_images=json_text(_json(images)),
            reference_masks=json_text(_json(masks)),
            pictures=_owned(images, owners),
            masks=_owned(masks, owners),
            times=OWN_TIMES,
            form=untold(len(shots), len(characters), len(scenes)),
        )

    def _pictures(self, film: Film, story: Story, suffix: str) -> dict[str, list[str]]:
        """Return the paths of every character's pictures (or masks) by its name."""
        return {
            character.name: [
                self.picture_path(film, reference, suffix)
                for reference in self._references[story.story_id]
                if reference.character_id == character.character_id
            ]
            for character in self._characters[story.story_id]
        }


def _by_story(parts: Iterable[PartT]) -> dict[str, list[PartT]]:
    found: dict[str, list[PartT]] = defaultdict(list)
    for part in parts:
        found[part.story_id].append(part)
    return found


def _owned(paths: Mapping[str, list[str]], owners: Mapping[str, str]) -> tuple[Picture, ...]:
    return tuple(Picture(path=path, character_id=owners[name]) for name, items in paths.items() for path in items)


def _json(paths: Mapping[str, list[str]]) -> Fields:
    return {name: list(items) for name, items in paths.items()}


def _is_told(shot: Shot) -> bool:
    return bool(shot.caption) or shot.is_prologue_or_epilogue


def _index_of(part: Shot | AudioShot) -> int:
    return part.index


def _renumbered(shot: Shot, index: int) -> Shot:
    return shot.model_copy(update={"index": index})


def _stretch(sound: AudioShot, index: int, fps: float) -> Shot:
    """Return a stretch of the audio subset as the shot its release form calls it."""
    shared = {name: getattr(sound, name) for name in AudioShot.model_fields if name in Shot.model_fields}
    frames = {"start_frame": round(sound.start_seconds * fps), "end_frame": round(sound.end_seconds * fps)}
    return Shot(**{**shared, **frames, "shot_id": sound.audio_shot_id, "index": index, "transition_in": "cut"})


def _from(shot: Shot, start_seconds: float) -> Shot:
    """Return the shot with story times that count from the frame its segment begins with."""
    spans = {
        f"story_{name}": None if (seconds := getattr(shot, name)) is None else round(seconds - start_seconds, 6)
        for name in ("start_seconds", "end_seconds", "segment_start_seconds", "segment_end_seconds")
    }
    return shot.model_copy(update=spans)


def _video_id(film: Film, stems: Counter[str]) -> str:
    """Return what a release calls a film: its stem, by which an import finds it; its id where another has that too."""
    stem = PurePosixPath(film.name).stem
    return stem if stems[stem] == 1 and len(stem.encode()) <= MAX_STEM_BYTES else film.film_id
