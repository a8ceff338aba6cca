"""Small models to register: a weight-free generator, cards with the scores asked for, a registry of the test's own."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from local_mlflow import WORKSPACE, mlflow_folder, mlflow_uri

from models.animeshooter.config import VideoShape
from models.generators import StillGeneratorConfig
from pegbar.journal import Journal
from tasks.evaluation.card import EvaluationCard, FrameScore, Measure, card_of, write_scores
from tasks.evaluation.evaluate import video_facts
from tasks.evaluation.tracking import log_evaluation
from tasks.registry.facade import Registry
from tasks.registry.records import Lineage, RegisteredVersion
from tasks.registry.source import GeneratorSource, digest_of_model, settings_of
from tasks.studio.contact_sheet import Cell, Row, write_contact_sheet

__all__ = ["mlflow_folder", "mlflow_uri", "registry"]
GOOD, WORSE = ((0.9, 0.8, 0.9, 0.8), (0.8, 0.8, 0.9, 0.9)), ((0.7, 0.8, 0.9, 0.8), (0.8, 0.6, 0.9, 0.9))


@pytest.fixture
def registry(mlflow_uri: str, tmp_path: Path) -> Iterator[Registry]:
    """A registry on the shared store, with a journal of its own."""
    journal = Journal.open(journal_url(tmp_path))
    yield Registry.open(journal)
    journal.close()


def journal_url(folder: Path) -> str:
    """Address of the test's journal."""
    return f"sqlite:///{folder / 'journal.db'}"


def source_of(number: int) -> StillGeneratorConfig:
    """A generator that differs from the others by its number of frames."""
    return StillGeneratorConfig(video=VideoShape(height=32, width=32, num_frames=9 + 8 * number, fps=8))


def lineage_of(number: int) -> Lineage:
    """Where the model `number` comes from."""
    return Lineage(
        artifact_key=f"{number:064x}", data_revision="c0ffee", dataset_digest="d" * 64, dataset_uri="s3://films",
        recipe_digest="e" * 64, base_digest="b" * 64, code_commit="abc123", run_id="run1", workspace=WORKSPACE,
        owner="tests",
    )  # fmt: skip


def card_with(
    source: GeneratorSource, stories: Sequence[Sequence[float]], set_digest: str = "5" * 64
) -> EvaluationCard:
    """A card with these shot scores: one frame per shot, so that a shot's score is the frame's."""
    rows = [
        FrameScore(story_id=f"s{index}", character="Fox", seed=0, shot_index=shot, frame=0, score=score)
        for index, shots in enumerate(stories)
        for shot, score in enumerate(shots)
    ]
    measure = Measure(
        embedder="colour_shape_histogram", embedder_version=1, preprocessing="none", is_comparable=False, remark="",
        set_digest=set_digest, num_stories=len(stories), shots_per_story=4, frames_per_shot=1, seeds=(0,),
    )  # fmt: skip
    return card_of(
        rows, measure, model_digest=digest_of_model(source), generator=settings_of(source),
        video=video_facts(source.build()), dataset_digest="d" * 64, scores_sha256="0" * 64,
    )  # fmt: skip


def logged(registry: Registry, card: EvaluationCard, folder: Path) -> str:
    """Log a card as an evaluation would, and return the MLflow run."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "card.json").write_bytes(card.to_json())
    write_scores(folder / "scores.parquet", [])
    write_contact_sheet(folder / "contact_sheet.png", "t", [Row("r", [Cell(np.zeros((8, 8, 3), np.uint8))])])
    return log_evaluation(
        registry.client, registry.journal, card, folder, key=card.digest, workspace=WORKSPACE, data_revision="c0ffee",
        dataset_uri="s3://films", run_id="run1",
    )  # fmt: skip


def registered(
    registry: Registry, model: str, number: int, folder: Path, stories: Sequence[Sequence[float]] = GOOD
) -> RegisteredVersion:
    """Register model `number` with an evaluation that has these scores."""
    source = source_of(number)
    card = card_with(source, stories)
    run_id = logged(registry, card, folder / f"evaluation{number}")
    return registry.register(model, source, lineage_of(number), card, run_id)
