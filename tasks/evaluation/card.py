"""The evaluation card: what a model scored, on what, measured how; and the rows it was aggregated from."""

import math
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import JsonValue

from models.metrics import (
    AGGREGATION_ORDER,
    harmeanp,
    harmeanp_of_story,
    mean,
    mean_interval,
    mean_of_story,
    shot_score,
)
from pegbar.digests import digest_bytes
from pegbar.files import written_aside
from pegbar.records import Record

CARD, SCORES, SHEET = "card.json", "scores.parquet", "contact_sheet.png"
NOT_COMPARABLE = "weight-free embedder: not comparable with published CLIP or DreamSim figures"


class FrameScore(Record):
    """One sampled frame's similarity to the reference; rows of ``scores.parquet``."""

    story_id: str
    character: str
    seed: int
    shot_index: int
    frame: int
    score: float


class StoryScore(Record):
    """One story at one seed. A score is None where it is undefined (NaN)."""

    story_id: str
    character: str
    seed: int
    shots: tuple[float | None, ...]
    mean: float | None
    harmeanp: float | None


class VideoFacts(Record):
    """The shape of every shot a model gives."""

    frames_per_shot: int
    fps: int
    height: int
    width: int


class Measure(Record):
    """How a card's numbers were measured; numbers stand side by side only under equal measures.

    Args:
        set_digest: of the stories, references, seeds and sampling rule.
        is_comparable: whether the numbers may stand beside the papers' tables.
    """

    embedder: str
    embedder_version: int
    preprocessing: str
    is_comparable: bool
    remark: str
    set_digest: str
    num_stories: int
    shots_per_story: int
    frames_per_shot: int
    seeds: tuple[int, ...]
    aggregation: tuple[str, ...] = AGGREGATION_ORDER


class EvaluationCard(Record):
    """What a model scored: Mean and HarMeanP with 95 % intervals over stories, and every story's shots.

    Args:
        model_digest: content digest of the generator, its settings included.
        generator: its settings, without paths.
        shot_means: mean over stories of the first, second, ... shot.
        scores_sha256: of ``scores.parquet``, which has the frames.
    """

    model_digest: str
    generator: dict[str, JsonValue]
    video: VideoFacts
    dataset_digest: str
    measure: Measure
    mean: float | None
    mean_interval: tuple[float, float] | None
    harmeanp: float | None
    harmeanp_interval: tuple[float, float] | None
    shot_means: tuple[float | None, ...]
    num_undefined_stories: int
    num_clamped_stories: int
    stories: tuple[StoryScore, ...]
    scores_sha256: str

    @property
    def digest(self) -> str:
        """Digest of the card: what a promotion names as its evidence."""
        return digest_bytes(self.to_json())


def story_scores(rows: Sequence[FrameScore]) -> tuple[StoryScore, ...]:
    """Aggregate frames to shots and shots to stories, in the order the rows come."""
    shots: dict[tuple[str, int], dict[int, list[float]]] = {}
    characters = {row.story_id: row.character for row in rows}
    for row in rows:
        shots.setdefault((row.story_id, row.seed), {}).setdefault(row.shot_index, []).append(row.score)
    return tuple(
        _story_score(story_id, characters[story_id], seed, [shot_score(frames) for frames in by_shot.values()])
        for (story_id, seed), by_shot in shots.items()
    )


def card_of(
    rows: Sequence[FrameScore],
    measure: Measure,
    *,
    model_digest: str,
    generator: dict[str, JsonValue],
    video: VideoFacts,
    dataset_digest: str,
    scores_sha256: str,
) -> EvaluationCard:
    """Aggregate the rows of an evaluation late, from frames to the set.

    Raises:
        InputError: no rows.
    """
    stories = story_scores(rows)
    values = [[_number(shot) for shot in story.shots] for story in stories]
    penalised = harmeanp(values)
    columns = [[shots[index] for shots in values if index < len(shots)] for index in range(max(map(len, values)))]
    return EvaluationCard(
        model_digest=model_digest,
        generator=generator,
        video=video,
        dataset_digest=dataset_digest,
        measure=measure,
        mean=_defined(mean(values)),
        mean_interval=_interval([mean_of_story(shots) for shots in values]),
        harmeanp=_defined(penalised.value),
        harmeanp_interval=_interval([harmeanp_of_story(shots) for shots in values]),
        shot_means=tuple(_defined(math.fsum(column) / len(column)) for column in columns),
        num_undefined_stories=penalised.num_undefined_stories,
        num_clamped_stories=penalised.num_clamped_stories,
        stories=stories,
        scores_sha256=scores_sha256,
    )


def write_scores(path: Path, rows: Sequence[FrameScore]) -> None:
    """Write the frames' scores as Parquet with fixed options: the same rows give the same bytes."""
    fields = [
        pa.field(name, kind, nullable=False)
        for name, kind in (
            ("story_id", pa.string()),
            ("character", pa.string()),
            ("seed", pa.int64()),
            ("shot_index", pa.int64()),
            ("frame", pa.int64()),
            ("score", pa.float64()),
        )
    ]
    table = pa.Table.from_pylist([row.model_dump() for row in rows], schema=pa.schema(fields))
    with written_aside(path) as aside:
        pq.write_table(table, aside, version="2.6", compression="zstd", use_dictionary=False, store_schema=False)


def _story_score(story_id: str, character: str, seed: int, shots: list[float]) -> StoryScore:
    return StoryScore(
        story_id=story_id,
        character=character,
        seed=seed,
        shots=tuple(_defined(shot) for shot in shots),
        mean=_defined(mean_of_story(shots)),
        harmeanp=_defined(harmeanp_of_story(shots)),
    )


def _interval(values: list[float]) -> tuple[float, float] | None:
    return mean_interval(values) if all(math.isfinite(value) for value in values) else None


def _defined(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _number(value: float | None) -> float:
    return math.nan if value is None else value
