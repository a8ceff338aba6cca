"""Everything that is measured of a surveyed film, as scores without a verdict, and the crop that follows from it."""

from dataclasses import replace
from pathlib import Path

from pegbar.artifacts import Artifacts, Manifest
from pegbar.config import Config
from pegbar.media.crop import Crop
from pegbar.records import Record
from pegbar.steps import Facts, Step
from tasks.curation.detect import Detection
from tasks.curation.film_view import FilmView
from tasks.curation.frame_table import FrameTable
from tasks.curation.scores import Score
from tasks.curation.survey import FRAMES, read_survey

STEP = Step(name="measure", version=1)
OUTPUT = "scores.json"


class MeasureConfig(Config):
    """What is measured, and how; a threshold is elsewhere (`filters.py`)."""


class Measured(Record):
    """A film's scores, and what is left of its picture without bars and overlays at the border."""

    scores: tuple[Score, ...]
    crop: Crop


def measure(
    artifacts: Artifacts, surveyed: Manifest, detected: Manifest, found: Detection, config: MeasureConfig
) -> tuple[Manifest, Measured]:
    """Measure a surveyed film, or find that done; nothing is decoded."""

    def make(folder: Path) -> Facts:
        measured = measured_of(view_of(artifacts.fetch(surveyed), found), config)
        (folder / OUTPUT).write_bytes(measured.to_json())
        return {"num_scores": len(measured.scores)}

    inputs = {"survey": surveyed.digest, "detection": detected.digest}
    manifest, _ = artifacts.run(STEP, inputs, config, make)
    return manifest, load_measured(artifacts, manifest)


def load_measured(artifacts: Artifacts, measured: Manifest) -> Measured:
    """Read what `measure` left behind."""
    return Measured.from_json((artifacts.fetch(measured) / OUTPUT).read_bytes())


def view_of(survey_folder: Path, found: Detection) -> FilmView:
    """Return a surveyed film as scorers see it, uncropped."""
    survey = read_survey(survey_folder)
    return FilmView(
        folder=survey_folder,
        info=found.info,
        frames=FrameTable.read(survey_folder / FRAMES),
        samples=survey.samples,
        sound=survey.sound,
        shots=found.shot_list.shots,
    )


def measured_of(view: FilmView, config: MeasureConfig) -> Measured:
    """Return every scorer's scores."""
    crop = Crop.whole(view.info.width, view.info.height)
    view = replace(view, crop=crop)
    return Measured(scores=(), crop=crop)
