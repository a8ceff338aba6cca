"""Gathers what a lifecycle run left behind into the data of its report."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from prefect import task

from expectations.report import REPORT_NAME, GateReport
from pegbar.artifacts import Artifacts
from pegbar.dataset import Dataset, StoryView
from pegbar.files import write_bytes
from pegbar.records import Film, Record
from pegbar.workspace import Workspace
from tasks.context import RunContext
from tasks.curation.assemble import Thumbnails
from tasks.curation.pack import PackedGroup
from tasks.evaluation.evaluate import Evaluated
from tasks.registry.facade import Registry
from tasks.registry.promotion import Promotion
from tasks.studio import report
from tasks.studio.generate import FILM, SHEET, GeneratedStory
from tasks.training.steps import TrainedStage, losses_of

LOSS_NAMES = {"t5_mse": "MSE to the T5 embedding", "velocity_mse": "MSE of the velocity"}


class RunOutcome(Record):
    """What the steps of a lifecycle run returned."""

    revision: str
    groups: tuple[PackedGroup, ...]
    stages: tuple[TrainedStage, ...]
    evaluated: Evaluated
    promotion: Promotion
    story: GeneratedStory
    story_folder: Path
    links: dict[str, str]


@task(name="report")
def write_run_report(context: RunContext, outcome: RunOutcome, folder: Path) -> Path:
    """Write ``report.html`` under `folder` and return its path."""
    workspace = Workspace.open(context.workspace)
    with context.open() as artifacts:
        data = report_data(artifacts, workspace, outcome, folder / "pictures")
    return report.write_report(data, folder)


def report_data(artifacts: Artifacts, workspace: Workspace, outcome: RunOutcome, pictures: Path) -> report.ReportData:
    """Collect the page's data; reference pictures are unpacked into `pictures`."""
    dataset = workspace.dataset()
    history = Registry.open(artifacts.journal).history(outcome.promotion.model)
    return report.ReportData(
        title="From films to a promoted model",
        run_id=artifacts.run_id,
        data_revision=outcome.revision,
        dataset_digest=dataset.digest,
        links=tuple(report.Link(name=name, url=url) for name, url in outcome.links.items()),
        story=_story(outcome),
        funnel=tuple(row for row in report.funnel_of(dataset.decisions()) if row.kept < row.total),
        films=_films(dataset, Thumbnails(artifacts, outcome.groups)),
        references=_references(dataset, dataset.training_view(), pictures),
        stages=tuple(_curve(stage) for stage in outcome.stages),
        scores=_scores(outcome.evaluated),
        gates=(*_gates(workspace, outcome.stages), _promotion_gate(outcome.promotion)),
        history=tuple(
            report.HistoryRow(
                action=row.action,
                from_version=row.from_version,
                to_version=row.to_version,
                actor=row.actor,
                reason=row.reason,
            )
            for row in history
        ),
    )


def _story(outcome: RunOutcome) -> report.NewStory:
    story = outcome.story
    return report.NewStory(
        model_uri=f"models:/{story.model}@champion",
        model_version=story.version,
        seed=story.seed,
        is_untrained=True,
        video=outcome.story_folder / FILM,
        contact_sheet=outcome.story_folder / SHEET,
        captions=story.captions,
    )


def _films(dataset: Dataset, thumbnails: Mapping[str, Path]) -> tuple[report.FilmRow, ...]:
    annotated = {story.film_id for story in dataset.stories() if story.is_annotated}
    return tuple(_film(dataset, film, film.film_id in annotated, thumbnails) for film in dataset.films())


def _film(dataset: Dataset, film: Film, is_annotated: bool, thumbnails: Mapping[str, Path]) -> report.FilmRow:
    cells = [
        report.ShotCell(
            seconds=shot.end_seconds - shot.start_seconds,
            start_seconds=shot.start_seconds,
            transition_in=shot.transition_in,
            kept=shot.kept,
            title=shot.caption or shot.plot or "not annotated",
            thumbnail=thumbnails.get(shot.shot_id),
        )
        for shot in dataset.shots()
        if shot.film_id == film.film_id
    ]
    return report.FilmRow(
        name=film.name, duration_seconds=film.duration_seconds, is_annotated=is_annotated, shots=tuple(cells)
    )


def _references(dataset: Dataset, stories: Sequence[StoryView], pictures: Path) -> tuple[report.ReferenceCard, ...]:
    cards = []
    for story in stories:
        characters = {character.character_id: character for character in story.characters}
        for view in story.references:
            reference = view.reference
            image = pictures / f"{reference.reference_id}.png"
            write_bytes(image, dataset.read_member(view.image))
            character = characters[reference.character_id]
            cards.append(
                report.ReferenceCard(
                    name=character.name,
                    appearance=character.appearance,
                    image=image,
                    mask_area_share=reference.mask_area_share,
                    score=reference.score,
                    backend=reference.backend,
                )
            )
    return tuple(cards)


def _curve(stage: TrainedStage) -> report.StageCurve:
    losses = tuple(loss for loss in losses_of(stage.folder) if loss is not None)
    return report.StageCurve(
        name=stage.result.stage,
        loss_name=LOSS_NAMES[stage.result.config.loss],
        losses=losses,
        num_trainable=stage.result.num_trainable,
    )


def _scores(evaluated: Evaluated) -> report.Scores:
    card = evaluated.card
    return report.Scores(
        embedder=card.measure.embedder,
        mean=card.mean,
        harmeanp=card.harmeanp,
        stories=tuple(
            report.StoryScore(
                name=f"{story.story_id} · {story.character}",
                shots=story.shots,
                mean=story.mean,
                harmeanp=story.harmeanp,
            )
            for story in card.stories
        ),
    )


def _gates(workspace: Workspace, stages: Sequence[TrainedStage]) -> list[report.GateVerdict]:
    folders = {"dataset": workspace.gate}
    folders |= {stage.result.stage: workspace.gate / "stages" / stage.result.stage for stage in stages}
    verdicts = []
    for name, folder in folders.items():
        found = GateReport.from_json((folder / REPORT_NAME).read_bytes())
        reasons = tuple(f"{reason.check}: {reason.message}" for reason in found.reasons)
        verdicts.append(report.GateVerdict(name=name, passed=found.passed, reasons=reasons))
    return verdicts


def _promotion_gate(promotion: Promotion) -> report.GateVerdict:
    if promotion.verdict is None:
        return report.GateVerdict(name="promotion", passed=True, reasons=("was champion already",))
    return report.GateVerdict(name="promotion", passed=promotion.verdict.passed, reasons=promotion.verdict.reasons)
