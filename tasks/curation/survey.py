"""The one decode of a film: every frame measured, pictures kept at regular times, the sound summed up."""

from pathlib import Path

import cv2
from pydantic import Field

from pegbar.artifacts import Artifacts, Manifest
from pegbar.config import Config
from pegbar.media import DecodeConfig, FrameSink, MediaInfo, SandboxLimits, run_sandboxed
from pegbar.records import Record
from pegbar.steps import Facts, Step
from tasks.curation.detection.detector_scores import DetectorsConfig
from tasks.curation.film_view import Sample, SoundSummary
from tasks.curation.frame_table import FrameTable
from tasks.curation.looking import ANALYSIS_SIDE, ProgressSink, look_at
from tasks.curation.pixel_scores import PixelsConfig
from tasks.curation.sampler import Sampler, SamplingConfig
from tasks.curation.sound_summary import summarise_sound
from tasks.curation.sources.source_film import SourceFilm, local_copy

STEP = Step(name="survey", version=1)
FRAMES = "frames.parquet"
OUTPUT = "survey.json"


class SurveyConfig(Config):
    """How a film is looked at; no threshold is among it, so that thresholds change without decoding.

    Args:
        analysis_side: longer side, in pixels, of the picture that detectors and pixel measures see.
    """

    decode: DecodeConfig = DecodeConfig(num_threads=1, smooths_all=False)  # the least CPU; films run side by side
    sandbox: SandboxLimits = SandboxLimits()
    analysis_side: int = Field(default=ANALYSIS_SIDE, ge=32)
    detectors: DetectorsConfig = DetectorsConfig()
    pixels: PixelsConfig = PixelsConfig()
    sampling: SamplingConfig = SamplingConfig()


class Survey(Record):
    """What the decode found, besides the table of frames that lies beside it."""

    num_frames: int
    samples: tuple[Sample, ...]
    sound: SoundSummary


def survey(artifacts: Artifacts, film: SourceFilm, sha256: str, info: MediaInfo, config: SurveyConfig) -> Manifest:
    """Survey a film in a process of its own, or find that done.

    Raises:
        MediaError: see `FrameReader` and `run_sandboxed`; nothing is left behind.
    """

    def make(folder: Path) -> Facts:
        path = local_copy(artifacts, film, sha256)
        run_sandboxed(survey_film, path, folder, info.num_frames, config, limits=config.sandbox, subject=path)
        return {"num_frames": read_survey(folder).num_frames}

    manifest, _ = artifacts.run(STEP, {"film": sha256}, config, make)
    return manifest


def survey_film(path: Path, folder: Path, num_frames: int, config: SurveyConfig) -> None:
    """Decode a film once; write ``frames.parquet``, ``samples/`` and ``survey.json`` into `folder`.

    Args:
        num_frames: as probed, for progress alone.

    Raises:
        MediaError: see `FrameReader`.
    """
    cv2.setNumThreads(1)
    sampler = Sampler(folder, config.sampling)
    scorers = [*config.detectors.build(), *config.pixels.build()]
    sinks: list[FrameSink] = [sampler, ProgressSink(path.name, num_frames)]
    table = FrameTable(**look_at(path, scorers, config.decode, sinks, config.analysis_side))
    sound = summarise_sound(path, config.decode.limits)
    table.write(folder / FRAMES)
    found = Survey(num_frames=table.num_frames, samples=tuple(sampler.samples), sound=sound)
    (folder / OUTPUT).write_bytes(found.to_json())


def read_survey(folder: Path) -> Survey:
    """Read what `survey_film` wrote."""
    return Survey.from_json((folder / OUTPUT).read_bytes())
