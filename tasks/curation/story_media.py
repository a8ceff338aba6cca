"""What an annotator may see of a film's stories: the pictures its survey kept, or a small clip of each."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from pathlib import Path

from pydantic import Field

from models.annotators import SeenPicture
from pegbar.artifacts import Artifacts, Manifest
from pegbar.config import Config
from pegbar.media import (
    DecodeConfig,
    EncodeConfig,
    Frame,
    FrameReader,
    SandboxLimits,
    read_audio,
    run_sandboxed,
    write_video,
)
from pegbar.media.decode import Pixels, fitted_size
from pegbar.records import Story
from tasks.curation.sources.source_film import SourceFilm, local_copy
from tasks.curation.survey import read_survey

EPSILON_SECONDS = 1e-6


class StoryClipsConfig(Config):
    """What the clip of a story looks like: as small as a model that watches it needs.

    Args:
        max_side: longer side in pixels, at most.
        fps: pictures a second; models look at one or two.
        audio_sample_rate: in hertz; the sound is mono.
    """

    max_side: int = Field(default=384, ge=16)
    fps: int = Field(default=4, ge=1)
    audio_sample_rate: int = Field(default=16_000, ge=8_000)
    encode: EncodeConfig = EncodeConfig(crf=28, audio_bits_per_second=32_000)
    decode: DecodeConfig = DecodeConfig(num_threads=1)
    sandbox: SandboxLimits = SandboxLimits()


class FilmStoryMedia:
    """The pictures of a surveyed film and, once one is asked for, a clip of each of its stories."""

    def __init__(
        self, artifacts: Artifacts, film: SourceFilm, sha256: str, surveyed: Manifest, stories: Sequence[Story],
        config: StoryClipsConfig,
    ) -> None:  # fmt: skip
        self._artifacts = artifacts
        self._film = film
        self._sha256 = sha256
        self._surveyed = surveyed
        self._stories = tuple(stories)
        self._config = config

    def pictures(self, story: Story) -> tuple[SeenPicture, ...]:
        """Return the pictures of a story, in order."""
        return tuple(
            picture for picture in self._pictures if story.start_seconds <= picture.seconds < story.end_seconds
        )

    def clip(self, story: Story) -> Path:
        """Return a story as an MP4 file with its sound; the first call makes all of them in one decode.

        Raises:
            MediaError: see `FrameReader` and `run_sandboxed`.
        """
        return clip_path(self._clips, story)

    @cached_property
    def _pictures(self) -> tuple[SeenPicture, ...]:
        folder = self._artifacts.fetch(self._surveyed)
        return tuple(SeenPicture(sample.seconds, folder / sample.path) for sample in read_survey(folder).samples)

    @cached_property
    def _clips(self) -> Path:
        path = local_copy(self._artifacts, self._film, self._sha256)
        folder = path.parent / "stories"
        folder.mkdir(exist_ok=True)
        run_sandboxed(
            write_story_clips, path, folder, self._stories, self._config, limits=self._config.sandbox, subject=path
        )
        return folder


def clip_path(folder: Path, story: Story) -> Path:
    """Return where the clip of a story lies."""
    return folder / f"{story.index:03d}.mp4"


def write_story_clips(path: Path, folder: Path, stories: Sequence[Story], config: StoryClipsConfig) -> None:
    """Write a clip of every story into `folder`, in one decode.

    Args:
        stories: in order, without gaps.

    Raises:
        MediaError: see `FrameReader`.
    """
    told = iter(stories)
    story = next(told)

    def story_of(frame: Frame) -> Story:
        nonlocal story
        if frame.seconds >= story.end_seconds:
            story = next(told, story)
        return story

    for shown, frames in groupby(FrameReader(path, config.decode), key=story_of):
        sound = read_audio(
            path, config.audio_sample_rate, shown.start_seconds, shown.end_seconds, 1, config.decode.limits
        )
        pixels = _steady(frames, shown, config)
        write_video(clip_path(folder, shown), pixels, Fraction(config.fps), sound, config.encode)


def _steady(frames: Iterable[Frame], story: Story, config: StoryClipsConfig) -> Iterator[Pixels]:
    """Yield a picture for every tick of a constant rate: the one that is on the screen then."""
    wanted = max(1, round((story.end_seconds - story.start_seconds) * config.fps))
    ticks = (story.start_seconds + tick / config.fps for tick in range(wanted))
    for frame in _on_screen(ticks, frames):
        width, height = (max(2, side - side % 2) for side in fitted_size(frame.width, frame.height, config.max_side))
        yield frame.scaled(width, height)


def _on_screen(ticks: Iterable[float], frames: Iterable[Frame]) -> Iterator[Frame]:
    """Yield for every tick the last frame that starts by then; the first one before there is any."""
    shown, coming = None, iter(frames)
    after = next(coming, None)
    for tick in ticks:
        while after is not None and (shown is None or after.seconds <= tick + EPSILON_SECONDS):
            shown, after = after, next(coming, None)
        if shown is not None:
            yield shown
