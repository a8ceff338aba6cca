"""Everything that is measured of a surveyed film, as scores without a verdict, and the crop that follows from it."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2

from pegbar.artifacts import Artifacts, Manifest
from pegbar.config import Config
from pegbar.media.crop import Crop
from pegbar.records import Record
from pegbar.steps import Facts, Step
from tasks.curation.detection.detect import Detection
from tasks.curation.film_signature import FilmSignature, SignatureConfig, signature_of
from tasks.curation.film_view import FilmView, Scorer
from tasks.curation.frame_table import FrameTable
from tasks.curation.overlays import OverlaysConfig, crop_without
from tasks.curation.scorers.aesthetic import AestheticScorerConfig
from tasks.curation.scorers.bars import BarsConfig, find_bars
from tasks.curation.scorers.duplicates import DuplicatesConfig
from tasks.curation.scorers.exposure import ExposureConfig
from tasks.curation.scorers.held import HeldConfig
from tasks.curation.scorers.media_type import MediaTypeScorerConfig
from tasks.curation.scorers.motion import MotionScorer
from tasks.curation.scorers.sharpness import SharpnessConfig
from tasks.curation.scorers.size import SizeScorer
from tasks.curation.scorers.sound import SoundScorer
from tasks.curation.scorers.text import TextConfig
from tasks.curation.scores import Score
from tasks.curation.survey import FRAMES, read_survey

STEP = Step(name="measure", version=1)
OUTPUT = "scores.json"
ATTEMPT = "measure "  # followed by the scorer's name: what its share of the step took
Clock = Callable[[str], AbstractContextManager[None]]


class MeasureConfig(Config):
    """What is measured, and how; thresholds are elsewhere (`filters.py`). No aesthetic model, no aesthetic score."""

    bars: BarsConfig = BarsConfig()
    overlays: OverlaysConfig = OverlaysConfig()
    text: TextConfig = TextConfig()
    media_type: MediaTypeScorerConfig = MediaTypeScorerConfig()
    held: HeldConfig = HeldConfig()
    exposure: ExposureConfig = ExposureConfig()
    sharpness: SharpnessConfig = SharpnessConfig()
    duplicates: DuplicatesConfig = DuplicatesConfig()
    aesthetic: AestheticScorerConfig | None = None
    signature: SignatureConfig = SignatureConfig()

    def scorers(self) -> list[Scorer]:
        """Return the scorers that see the picture without bars, besides the one that reads."""
        configured = (self.held, self.exposure, self.sharpness, self.duplicates, self.media_type, self.aesthetic)
        built: list[Scorer] = [config.build() for config in configured if config is not None]
        return [SizeScorer(), MotionScorer(), SoundScorer(), *built]


class Measured(Record):
    """A film's scores, what is left of its picture without bars and logos, and what it is recognised by."""

    scores: tuple[Score, ...]
    crop: Crop
    signature: FilmSignature


def measure(
    artifacts: Artifacts, film_id: str, surveyed: Manifest, detected: Manifest, found: Detection, config: MeasureConfig
) -> tuple[Manifest, Measured]:
    """Measure a surveyed film, or find that done; nothing is decoded."""
    inputs = {"survey": surveyed.digest, "detection": detected.digest}
    key = STEP.key(inputs, config)

    def make(folder: Path) -> Facts:
        measured = measured_of(
            film_id, view_of(artifacts.fetch(surveyed), found), config, partial(_clock, artifacts, key)
        )
        (folder / OUTPUT).write_bytes(measured.to_json())
        return {"num_scores": len(measured.scores)}

    manifest, _ = artifacts.run(STEP, inputs, config, make)
    return manifest, load_measured(artifacts, manifest)


@contextmanager
def _clock(artifacts: Artifacts, key: str, name: str) -> Iterator[None]:
    """Leave in the journal what a scorer took."""
    started = time.monotonic()
    yield
    attempt = artifacts.journal.begin_attempt(key, ATTEMPT + name, artifacts.run_id)
    artifacts.journal.end_attempt(attempt, "completed", time.monotonic() - started)


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


def measured_of(
    film_id: str, view: FilmView, config: MeasureConfig, clock: Clock = lambda _: nullcontext()
) -> Measured:
    """Return every score of a view: bars are cropped first, then logos, as far as that costs little."""
    cv2.setNumThreads(1)
    with clock("bars"):
        bars = find_bars(view, config.bars)
        scores = [config.bars.build().of(view, bars)]
        shown = replace(view, crop=bars.crop(view.info.width, view.info.height))
    with clock("text"):
        read, crop = _read(shown, config)
    scores += read
    for scorer in config.scorers():
        with clock(scorer.name):
            scores += scorer.score(shown)
    signature = signature_of(film_id, shown, config.signature)
    return Measured(scores=tuple(scores), crop=crop, signature=signature)


def _read(view: FilmView, config: MeasureConfig) -> tuple[tuple[Score, ...], Crop]:
    """Return the scores of text and overlays, and the crop: without logos, where that leaves enough."""
    scorer = config.text.build()
    text = scorer.look(view)
    scores = scorer.scores(view, text)
    whole = view.crop or Crop.whole(view.info.width, view.info.height)
    without = crop_without(whole, text.logos.logos or (), config.overlays)
    if without is None or without == whole:
        return scores, whole
    cropped = f"cropped away, {without.width}x{without.height} is left"
    return tuple(_cropped(score, cropped) if score.gate == "watermark" else score for score in scores), without


def _cropped(score: Score, how: str) -> Score:
    return score.model_copy(update={"value": 0.0, "reason": f"{how}: {score.reason}"})
