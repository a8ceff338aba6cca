import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray
from picture_dataset import write_picture_dataset

from models.animeshooter.config import VideoShape
from models.embedders.base import Images, Masks, Vectors
from models.generators import StillGeneratorConfig
from models.generators.still import StillGenerator
from pegbar.artifacts import Artifacts
from pegbar.errors import InputError
from pegbar.journal import Journal
from pegbar.store import LocalStoreConfig
from tasks.evaluation.card import EvaluationCard, FrameScore, story_scores
from tasks.evaluation.evaluate import EvaluateConfig, evaluate_artifact, evaluate_model, score_story
from tasks.evaluation.generation import generated, stacked
from tasks.evaluation.stories import evaluation_stories

SOURCE = StillGeneratorConfig(video=VideoShape(height=32, width=32, num_frames=9))
CONFIG = EvaluateConfig(num_stories=2, shots_per_story=3, seeds=(0, 1))


class ForgetfulConfig(StillGeneratorConfig):
    """Keeps the character in the first shot; the others are black."""

    def build(self) -> StillGenerator:
        return Forgetful(self)


class Forgetful(StillGenerator):
    def generate(self, reference: NDArray[np.uint8], captions: Sequence[str], seed: int) -> list[NDArray[np.uint8]]:
        first, *others = super().generate(reference, captions, seed)
        return [first, *(np.zeros_like(shot) for shot in others)]


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_reference_itself_scores_one_in_every_shot(tmp_path: Path) -> None:
    dataset = write_picture_dataset(tmp_path / "data")
    card = evaluate_model(SOURCE, dataset, CONFIG, tmp_path / "out", tmp_path / "cache")
    assert card.mean == pytest.approx(1) and card.harmeanp == pytest.approx(1)
    assert len(card.stories) == 4 and card.shot_means == pytest.approx((1.0, 1.0, 1.0))
    assert card.measure.embedder == "colour_shape_histogram" and not card.measure.is_comparable
    assert "not comparable" in card.measure.remark
    assert card.dataset_digest == dataset.digest
    rows = pq.read_table(tmp_path / "out/scores.parquet").to_pylist()
    assert len(rows) == 2 * 2 * 3 * 5 and {row["frame"] for row in rows} == {0, 2, 4, 6, 8}


def test_a_model_that_forgets_the_character_scores_lower_and_is_another_model(tmp_path: Path) -> None:
    dataset = write_picture_dataset(tmp_path / "data")
    keeps = evaluate_model(SOURCE, dataset, CONFIG, tmp_path / "a", tmp_path / "cache")
    source = ForgetfulConfig(video=VideoShape(height=32, width=32, num_frames=17))
    forgets = evaluate_model(source, dataset, CONFIG, tmp_path / "b", tmp_path / "cache")
    assert forgets.model_digest != keeps.model_digest
    assert forgets.measure == keeps.measure
    assert forgets.harmeanp is not None and forgets.mean is not None and forgets.harmeanp < forgets.mean < 0.9


def test_same_model_and_data_give_the_same_bytes(tmp_path: Path) -> None:
    dataset = write_picture_dataset(tmp_path / "data")
    for name in ("a", "b"):
        evaluate_model(SOURCE, dataset, CONFIG, tmp_path / name, tmp_path / f"cache_{name}")
    assert files(tmp_path / "a") == files(tmp_path / "b")
    assert {"card.json", "scores.parquet", "contact_sheet.png"} < set(files(tmp_path / "a"))
    assert EvaluationCard.from_json((tmp_path / "a/card.json").read_bytes()).stories


def test_a_finished_story_is_not_generated_again_unless_its_file_is_damaged(tmp_path: Path) -> None:
    story = evaluation_stories(write_picture_dataset(tmp_path / "data"), 1, 2)[0]
    generator = Counting(SOURCE)
    first = generated(generator, "model", story, 0, tmp_path / "cache")
    again = generated(generator, "model", story, 0, tmp_path / "cache")
    assert np.array_equal(first, again) and generator.calls == 1
    file = next((tmp_path / "cache").iterdir())
    file.write_bytes(file.read_bytes()[:50])
    assert np.array_equal(generated(generator, "model", story, 0, tmp_path / "cache"), first)
    generated(generator, "another model", story, 0, tmp_path / "cache")
    assert generator.calls == 3


class Counting(StillGenerator):
    calls = 0

    def generate(self, reference: NDArray[np.uint8], captions: Sequence[str], seed: int) -> list[NDArray[np.uint8]]:
        self.calls += 1
        return super().generate(reference, captions, seed)


def test_an_evaluation_is_an_artifact_found_again(tmp_path: Path) -> None:
    dataset = write_picture_dataset(tmp_path / "data")
    journal = Journal.open(f"sqlite:///{tmp_path / 'journal.db'}")
    artifacts = Artifacts(
        LocalStoreConfig(root=tmp_path / "store").build(),
        journal,
        tmp_path / "scratch",
        workspace="w",
        owner="o",
        run_id="r",
    )
    manifest, card, folder = evaluate_artifact(artifacts, SOURCE, dataset, CONFIG)
    assert manifest.facts["harmeanp"] == card.harmeanp
    (folder / "card.json").unlink()
    again = evaluate_artifact(artifacts, SOURCE, dataset, CONFIG)
    assert again == (manifest, card, folder)
    assert evaluate_artifact(artifacts, SOURCE, dataset, CONFIG.but(seeds=(7,)))[0].key != manifest.key
    journal.close()


class Blind:
    name, version, preprocessing, is_comparable = "blind", 1, "none", False

    def embed(self, images: Images, masks: Masks | None = None) -> Vectors:
        return np.full((len(images), 2), np.nan, np.float32)


def test_an_undefined_score_stays_undefined_and_is_counted(tmp_path: Path) -> None:
    story = evaluation_stories(write_picture_dataset(tmp_path / "data"), 1, 2)[0]
    frames = np.zeros((2, 9, 32, 32, 3), np.uint8)
    rows = score_story(Blind(), story, 0, frames, 5)
    assert len(rows) == 10 and all(math.isnan(row.score) for row in rows)
    (score,) = story_scores(rows)
    assert score.shots == (None, None) and score.mean is None and score.harmeanp is None
    assert json.loads(score.to_json())["mean"] is None


def test_shots_are_aggregated_from_frames_and_stories_from_shots() -> None:
    values = {0: (1.0, 0.8), 1: (0.7, 0.5)}  # shot means 0.9 and 0.6
    rows = [
        FrameScore(story_id="s", character="Fox", seed=0, shot_index=shot, frame=frame, score=score)
        for shot, scores in values.items()
        for frame, score in enumerate(scores)
    ]
    (story,) = story_scores(rows)
    assert story.shots == pytest.approx((0.9, 0.6)) and story.mean == pytest.approx(0.75)
    assert story.harmeanp == pytest.approx(0.72 * 0.6)  # 2 * 0.9 * 0.6 / 1.5 = 0.72


@pytest.mark.parametrize(
    "shots",
    [
        [],
        [np.zeros((9, 4, 4, 3), np.uint8)],
        [np.zeros((9, 4, 4, 3), np.uint8), np.zeros((8, 4, 4, 3), np.uint8)],
        [np.zeros((9, 4, 4, 3), np.float32)] * 2,
        [np.zeros((9, 4, 4), np.uint8)] * 2,
    ],
    ids=["none", "too_few", "unequal", "float", "grey"],
)
def test_a_generator_that_gives_something_else_is_named(shots: list[NDArray[np.uint8]]) -> None:
    with pytest.raises(InputError, match="for 2 captions"):
        stacked(shots, 2)
