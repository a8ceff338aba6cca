"""Evaluates a model: generates stories of the dataset's characters and scores how well each shot keeps them."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from prefect import task
from pydantic import Field

from models.embedders import ColourShapeHistogramConfig, EmbedderConfig, ImageEmbedder
from models.generators.base import StoryGenerator
from models.metrics import frame_scores, sampled_frames
from pegbar import progress
from pegbar.artifacts import Artifacts, Manifest
from pegbar.config import Config
from pegbar.dataset import Dataset
from pegbar.digests import digest_file
from pegbar.files import write_bytes
from pegbar.media.encode import write_video
from pegbar.records import Record
from pegbar.steps import Facts, Step
from tasks.context import RunContext
from tasks.evaluation.card import (
    CARD,
    NOT_COMPARABLE,
    SCORES,
    SHEET,
    EvaluationCard,
    FrameScore,
    Measure,
    VideoFacts,
    card_of,
    write_scores,
)
from tasks.evaluation.generation import Story, generated
from tasks.evaluation.stories import EvaluationStory, digest_of_set, evaluation_stories
from tasks.evaluation.tracking import log_evaluation
from tasks.registry.source import GeneratorSource, digest_of_model, settings_of
from tasks.studio.contact_sheet import Cell, Row, write_contact_sheet

STEP = Step(name="evaluate", version=2)


class EvaluateConfig(Config):
    """What is generated and how it is scored (paper: 200 stories of 4 shots, 5 frames a shot)."""

    embedder: EmbedderConfig = ColourShapeHistogramConfig()
    num_stories: int = Field(default=4, ge=1)
    shots_per_story: int = Field(default=4, ge=1)
    seeds: tuple[int, ...] = Field(default=(0,), min_length=1)
    frames_per_shot: int = Field(default=5, ge=1)


def evaluate_model(
    source: GeneratorSource, dataset: Dataset, config: EvaluateConfig, out: Path, cache: Path
) -> EvaluationCard:
    """Generate, score and aggregate; write ``card.json``, ``scores.parquet``, the sheet and one film per story.

    Args:
        out: an empty folder for the outputs.
        cache: generated stories by content, kept from a killed attempt to the next.

    Raises:
        InputError: the dataset has no story to evaluate on, or the generator gives no shots.
    """
    stories = evaluation_stories(dataset, config.num_stories, config.shots_per_story)
    model_digest = digest_of_model(source)
    generator, embedder = source.build(), config.embedder.build()
    requests = [(story, seed) for story in stories for seed in config.seeds]
    rows: list[FrameScore] = []
    sheet: list[Row] = []
    for number, (story, seed) in enumerate(requests):
        progress.report("evaluate", number, len(requests))
        frames = generated(generator, model_digest, story, seed, cache)
        scored = score_story(embedder, story, seed, frames, config.frames_per_shot)
        rows += scored
        sheet.append(_sheet_row(story, seed, frames, scored))
        _write_film(out, generator, story, seed, frames)
    progress.report("evaluate", len(requests), len(requests))
    write_scores(out / SCORES, rows)
    write_contact_sheet(out / SHEET, f"Evaluation by {embedder.name}: reference, then the middle of each shot", sheet)
    card = card_of(
        rows,
        _measure(embedder, stories, config),
        model_digest=model_digest,
        generator=settings_of(source),
        video=video_facts(generator),
        dataset_digest=dataset.digest,
        scores_sha256=digest_file(out / SCORES),
    )
    write_bytes(out / CARD, card.to_json())
    return card


def score_story(
    embedder: ImageEmbedder, story: EvaluationStory, seed: int, frames: Story, frames_per_shot: int
) -> list[FrameScore]:
    """Score sampled frames of every shot (shots, F, H, W, 3) against the story's reference."""
    rows = []
    for shot_index, shot in enumerate(frames):
        chosen = sampled_frames(len(shot), frames_per_shot)
        scores = frame_scores(embedder, shot[chosen], story.reference, story.reference_mask)
        rows += [
            FrameScore(
                story_id=story.story_id,
                character=story.character,
                seed=seed,
                shot_index=shot_index,
                frame=frame,
                score=score,
            )
            for frame, score in zip(chosen, scores, strict=True)
        ]
    return rows


def evaluate_artifact(
    artifacts: Artifacts, source: GeneratorSource, dataset: Dataset, config: EvaluateConfig
) -> tuple[Manifest, EvaluationCard, Path]:
    """Evaluate once per (model, dataset, configuration): return the artifact, its card and a local folder of it."""
    inputs = {"model": digest_of_model(source), "dataset": dataset.digest}
    key = STEP.key(inputs, config)

    def make(folder: Path) -> Facts:
        card = evaluate_model(source, dataset, config, folder, artifacts.checkpoint_folder(key))
        return {"mean": card.mean, "harmeanp": card.harmeanp, "num_stories": len(card.stories)}

    manifest, _ = artifacts.run(STEP, inputs, config, make)
    artifacts.clear_checkpoints(key)
    folder = artifacts.fetch(manifest)
    return manifest, EvaluationCard.from_json((folder / CARD).read_bytes()), folder


def video_facts(generator: StoryGenerator) -> VideoFacts:
    """Return the shape of a generator's shots."""
    return VideoFacts(
        frames_per_shot=generator.frames_per_shot,
        fps=generator.fps,
        height=generator.height,
        width=generator.width,
    )


def _measure(embedder: ImageEmbedder, stories: Sequence[EvaluationStory], config: EvaluateConfig) -> Measure:
    return Measure(
        embedder=embedder.name,
        embedder_version=embedder.version,
        preprocessing=embedder.preprocessing,
        is_comparable=embedder.is_comparable,
        remark="" if embedder.is_comparable else NOT_COMPARABLE,
        set_digest=digest_of_set(stories, config.seeds, config.frames_per_shot),
        num_stories=len(stories),
        shots_per_story=config.shots_per_story,
        frames_per_shot=config.frames_per_shot,
        seeds=config.seeds,
    )


def _sheet_row(story: EvaluationStory, seed: int, frames: Story, scored: Sequence[FrameScore]) -> Row:
    cells = [Cell(story.reference, f"reference: {story.character}")]
    for index, shot in enumerate(frames):
        values = [row.score for row in scored if row.shot_index == index]
        cells.append(Cell(shot[len(shot) // 2], f"shot {index + 1}: {sum(values) / len(values):.3f}"))
    return Row(f"{story.story_id}  seed {seed}", cells, " / ".join(story.captions))


def _write_film(out: Path, generator: StoryGenerator, story: EvaluationStory, seed: int, frames: Story) -> None:
    path = out / "films" / f"{story.story_id}-seed{seed}.mp4"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_video(path, (frame for shot in frames for frame in shot), Fraction(generator.fps))


class Evaluated(Record):
    """A finished evaluation: its artifact, its MLflow run, its card, and a local copy of its files."""

    key: str
    mlflow_run_id: str
    card: EvaluationCard
    folder: Path


@task(name="evaluate")
def evaluate(
    context: RunContext, source: GeneratorSource, config: EvaluateConfig, data_revision: str, dataset_uri: str
) -> Evaluated:
    """Evaluate a generator on the workspace's dataset and log it in MLflow, each once."""
    import mlflow

    with context.open() as artifacts:
        manifest, card, folder = evaluate_artifact(artifacts, source, Dataset(context.workspace / "data"), config)
        mlflow_run_id = log_evaluation(
            mlflow.MlflowClient(),
            artifacts.journal,
            card,
            folder,
            key=manifest.key,
            workspace=artifacts.workspace,
            data_revision=data_revision,
            dataset_uri=dataset_uri,
            run_id=context.run_id,
        )
    return Evaluated(key=manifest.key, mlflow_run_id=mlflow_run_id, card=card, folder=folder)
