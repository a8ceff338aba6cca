"""The one static page of a run: what came in, what was kept, what was learnt, what came out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from pegbar.config import Config
from pegbar.records import Decision
from tasks.studio.page import Assets, write_page

MAX_REASONS = 3
GATE_ORDER = ("ingest", "probe", "shots", "annotate", "references")
PLURALS = {"story": "stories"}
CHART_LEFT, CHART_RIGHT, CHART_TOP, CHART_BOTTOM = 44.0, 290.0, 12.0, 122.0


class Link(Config):
    """A named address beside the title."""

    name: str
    url: str


class Reason(Config):
    """Why some items were not kept, and how many."""

    text: str
    count: int


class FunnelRow(Config):
    """One gate's verdicts."""

    gate: str
    items: str
    total: int
    kept: int
    rejected: int
    failed: int
    reasons: tuple[Reason, ...]


class ShotCell(Config):
    """One shot of a film's timeline; `thumbnail` is a file to copy into the page's assets."""

    seconds: float
    start_seconds: float
    transition_in: str
    kept: bool
    title: str
    thumbnail: Path | None = None


class FilmRow(Config):
    """One film's timeline."""

    name: str
    duration_seconds: float
    is_annotated: bool
    shots: tuple[ShotCell, ...]


class ReferenceCard(Config):
    """One reference picture."""

    name: str
    appearance: str
    image: Path
    mask_area_share: float
    score: float
    backend: str


class StageCurve(Config):
    """One training stage and its loss at every step."""

    name: str
    loss_name: str
    losses: tuple[float, ...]
    num_trainable: int


class StoryScore(Config):
    """One story's shot scores, their mean and HarMeanP."""

    name: str
    shots: tuple[float | None, ...]
    mean: float | None
    harmeanp: float | None


class Scores(Config):
    """The evaluation's figures."""

    embedder: str
    mean: float | None
    harmeanp: float | None
    stories: tuple[StoryScore, ...]


class GateVerdict(Config):
    """A gate's verdict with its reasons."""

    name: str
    passed: bool
    reasons: tuple[str, ...]


class HistoryRow(Config):
    """One row of the promotion log."""

    action: str
    from_version: str | None
    to_version: str | None
    actor: str
    reason: str


class NewStory(Config):
    """The generated film; `video` and `contact_sheet` are files to copy into the page's assets."""

    model_uri: str
    model_version: str
    seed: int
    is_untrained: bool
    video: Path
    contact_sheet: Path
    captions: tuple[str, ...]


class ReportData(Config):
    """Everything the page shows."""

    title: str
    run_id: str
    data_revision: str
    dataset_digest: str
    links: tuple[Link, ...] = ()
    story: NewStory
    funnel: tuple[FunnelRow, ...]
    films: tuple[FilmRow, ...]
    references: tuple[ReferenceCard, ...]
    stages: tuple[StageCurve, ...]
    scores: Scores
    gates: tuple[GateVerdict, ...]
    history: tuple[HistoryRow, ...]


def funnel_of(decisions: Iterable[Decision]) -> tuple[FunnelRow, ...]:
    """Count the outcomes of each gate and kind of item, in the order of the pipeline."""
    by_gate: dict[tuple[str, str], list[Decision]] = {}
    for decision in decisions:
        by_gate.setdefault((decision.gate, decision.item_kind), []).append(decision)
    rows = [_funnel_row(gate, kind, decided) for (gate, kind), decided in by_gate.items()]
    place = {gate: index for index, gate in enumerate(GATE_ORDER)}
    return tuple(sorted(rows, key=lambda row: (place.get(row.gate, len(place)), row.gate, row.items)))


def _funnel_row(gate: str, kind: str, rows: Sequence[Decision]) -> FunnelRow:
    outcomes = Counter(row.outcome for row in rows)
    reasons = Counter(row.reason for row in rows if row.outcome != "kept" and row.reason)
    return FunnelRow(
        gate=gate,
        items=PLURALS.get(kind, f"{kind}s"),
        total=len(rows),
        kept=outcomes["kept"],
        rejected=outcomes["rejected"],
        failed=outcomes["failed_retryable"] + outcomes["failed_permanent"],
        reasons=tuple(Reason(text=text, count=count) for text, count in reasons.most_common(MAX_REASONS)),
    )


def curve_points(losses: Sequence[float]) -> str:
    """Return the points of a polyline in the chart's 300 x 150 view box, lowest loss at the bottom."""
    low, high = min(losses), max(losses)
    span = (high - low) or 1.0
    step = (CHART_RIGHT - CHART_LEFT) / max(1, len(losses) - 1)
    return " ".join(
        f"{CHART_LEFT + index * step:.1f},{CHART_BOTTOM - (loss - low) / span * (CHART_BOTTOM - CHART_TOP):.1f}"
        for index, loss in enumerate(losses)
    )


def write_report(data: ReportData, folder: Path) -> Path:
    """Write ``report.html`` and its assets; the page opens from disk, without a server.

    Returns:
        The page's path.
    """
    assets = Assets(folder)
    view = data.model_dump(mode="python")
    for film in view["films"]:
        for shot in film["shots"]:
            shot["thumbnail"] = assets.copied(shot["thumbnail"])
    for reference in view["references"]:
        reference["image"] = assets.copied(reference["image"])
    view["story"] |= {name: assets.copied(view["story"][name]) for name in ("video", "contact_sheet")}
    view["stages"] = [_stage_view(stage) for stage in data.stages]
    view["scores"]["num_shots"] = max((len(story.shots) for story in data.scores.stories), default=0)
    return write_page(folder / "report.html", "report.html.j2", view)


def _stage_view(stage: StageCurve) -> dict[str, object]:
    return {
        "name": stage.name,
        "loss_name": stage.loss_name,
        "num_steps": len(stage.losses),
        "num_trainable": f"{stage.num_trainable:,}",
        "first": stage.losses[0],
        "last": stage.losses[-1],
        "top": f"{max(stage.losses):.3g}",
        "bottom": f"{min(stage.losses):.3g}",
        "points": curve_points(stage.losses),
    }
