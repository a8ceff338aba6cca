"""Scores laid over a film and its shots: every gate's decision, and which shots are kept."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from pegbar.artifacts import Artifacts, Manifest
from pegbar.records import Decision, Shot, Story
from pegbar.steps import Facts, Step
from tasks.curation.annotate import AnnotatedFilm
from tasks.curation.filters import FiltersConfig
from tasks.curation.scores import Score

STEP = Step(name="sift", version=1)
OUTPUT = "sifted.json"


def film_decisions(
    film_id: str, scores: Iterable[Score], config: FiltersConfig, verdicts: Mapping[str, Decision]
) -> tuple[Decision, ...]:
    """Return the gates' decisions on a film; a person's verdict on a gate stands above its score."""
    decided = (config.decide(score, film_id) for score in scores if score.item_kind == "film")
    return tuple(verdicts.get(decision.gate, decision) for decision in decided if decision is not None)


def sift_shots(
    artifacts: Artifacts, annotated: Manifest, told: AnnotatedFilm, measured: Manifest, scores: tuple[Score, ...],
    config: FiltersConfig,
) -> tuple[Manifest, AnnotatedFilm]:  # fmt: skip
    """Mark the shots that gates reject, or find that done; what was annotated stays."""

    def make(folder: Path) -> Facts:
        sifted = sift(told, scores, config)
        (folder / OUTPUT).write_bytes(sifted.to_json())
        return {"num_kept": sum(shot.kept for shot in sifted.annotation.shots)}

    inputs = {"annotation": annotated.digest, "scores": measured.digest}
    manifest, _ = artifacts.run(STEP, inputs, config, make)
    return manifest, AnnotatedFilm.from_json((artifacts.fetch(manifest) / OUTPUT).read_bytes())


def sift(told: AnnotatedFilm, scores: Iterable[Score], config: FiltersConfig) -> AnnotatedFilm:
    """Return the annotation with every shot decided; shots are numbered in the order of the film."""
    annotation = told.annotation
    by_shot: dict[int, list[Decision]] = {}
    for score in scores:
        if score.item_kind == "shot" and score.shot is not None:
            decision = config.decide(score, annotation.shots[score.shot].shot_id)
            if decision is not None:
                by_shot.setdefault(score.shot, []).append(decision)
    shots = tuple(_sifted(shot, by_shot.get(number, []), config) for number, shot in enumerate(annotation.shots))
    stories = tuple(_with_kept(story, shots) for story in annotation.stories)
    decisions = (*told.decisions, *(decision for number in sorted(by_shot) for decision in by_shot[number]))
    return told.model_copy(
        update={
            "annotation": annotation.model_copy(update={"shots": shots, "stories": stories}),
            "decisions": decisions,
        }
    )


def _sifted(shot: Shot, decisions: Iterable[Decision], config: FiltersConfig) -> Shot:
    rejecting = [decision.gate for decision in decisions if decision.outcome != "kept"]
    rules = [rule for gate in rejecting if (rule := config.rule(gate, "shot")) is not None]
    is_prologue = shot.is_prologue_or_epilogue or any(rule.effect == "prologue" for rule in rules)
    return shot.model_copy(
        update={"is_prologue_or_epilogue": is_prologue, "kept": shot.kept and not rules},
    )


def _with_kept(story: Story, shots: tuple[Shot, ...]) -> Story:
    is_kept = any(shot.kept for shot in shots if shot.story_id == story.story_id)
    return story.model_copy(update={"kept": story.kept and is_kept})
