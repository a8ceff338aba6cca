"""The funnel as a static page: words, figures and the geometry of its drawings."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

from tasks.curation.filters import GateRule
from tasks.studio.funnel import Example, FunnelData, GateCard, Stage, bounds_of
from tasks.studio.funnel_chart import bound_text, chart_of, number_text
from tasks.studio.histogram import Verdict
from tasks.studio.page import Assets, write_page
from tasks.studio.report import PLURALS

THUMBNAIL_SIDE = 240
EFFECTS = {"reject": "rejects", "prologue": "marks as prologue or epilogue"}
VERDICTS: dict[Verdict, str] = {
    "kept": "Kept",
    "uncertain": "Waiting for a person",
    "rejected": "Rejected",
    "failed": "Failed",
}
NOTHING = "–"


PictureOf = Callable[[str], Path | None]


def write_funnel(data: FunnelData, folder: Path, picture_of: PictureOf = lambda item_id: None) -> Path:
    """Write ``funnel.html`` and its assets; the page opens from disk, without a server.

    Args:
        picture_of: a picture of an item, asked for those that are shown as examples alone.

    Returns:
        The page's path.

    Raises:
        IntegrityError: a thumbnail is no picture.
    """
    assets = Assets(folder)
    view = {
        "title": data.title,
        "verdicts": VERDICTS,
        "summary": _summary(data),
        "stages": list(_stage_rows(data)),
        "gates": [_gate_view(card, assets, picture_of) for card in data.gates],
    }
    return write_page(folder / "funnel.html", "funnel.html.j2", view)


def plural(count: int, kind: str) -> str:
    """Return a count with its noun."""
    return f"{count:,} {kind if count == 1 else _kinds(kind)}"


def _kinds(kind: str) -> str:
    return PLURALS.get(kind, f"{kind}s")


def duration_text(seconds: float) -> str:
    """Return seconds as a person says them: two units, or seconds with a decimal below a minute."""
    if 0 < seconds < 0.05:
        return "< 0.1 s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"


def share_text(share: float | None) -> str:
    """Return a share in percent with one decimal; a dash for None."""
    return NOTHING if share is None else f"{100 * share:.1f} %"


def rule_text(rule: GateRule) -> str:
    """Return what a rule keeps, as one sentence."""
    lower = rule.lower if rule.uncertain_upper is None else rule.uncertain_upper
    limits = [f"at least {_with_unit(lower, rule)}"] if lower is not None else []
    limits += [f"at most {_with_unit(rule.upper, rule)}"] if rule.upper is not None else []
    kept = " and ".join(limits)
    sentence = f"Keeps a {rule.item_kind} whose {rule.title} is {kept}." if kept else f"Keeps every {rule.item_kind}."
    if rule.uncertain_upper is None:
        return sentence
    start = f"From {bound_text(rule.lower)} up" if rule.lower is not None else "Below"
    to = " to" if rule.lower is not None else ""
    return f"{sentence} {start}{to} {_with_unit(rule.uncertain_upper, rule)} it waits for a person."


def _with_unit(value: float, rule: GateRule) -> str:
    return f"{bound_text(value)} {rule.unit}".rstrip()


def _threshold_text(rule: GateRule | None) -> str:
    if rule is None or not bounds_of(rule):
        return NOTHING
    lower = rule.lower if rule.uncertain_upper is None else rule.uncertain_upper
    parts = [f"≥ {bound_text(lower)}"] if lower is not None else []
    parts += [f"≤ {bound_text(rule.upper)}"] if rule.upper is not None else []
    return f"{', '.join(parts)} {rule.unit}".rstrip()


def _summary(data: FunnelData) -> list[dict[str, str]]:
    """Return the figures above everything: in, out, share, waiting, failed."""
    films = [stage for stage in data.stages if stage.item_kind == "film"]
    if not films:
        return []
    last = data.stages[-1]
    share = last.seconds / films[0].seconds if films[0].seconds else None
    counts = {name: sum(card.counts[name] for card in data.gates) for name in ("uncertain", "failed")}
    return [
        {"value": duration_text(films[0].seconds), "name": f"came in, {plural(films[0].num_items, 'film')}"},
        {"value": duration_text(last.seconds), "name": f"is left, {plural(last.num_items, last.item_kind)}"},
        {"value": share_text(share), "name": "of the film time is kept"},
        {"value": f"{counts['uncertain']:,}", "name": "decisions wait for a person"},
        {"value": f"{counts['failed']:,}", "name": "failed to be decided"},
    ]


def _stage_rows(data: FunnelData) -> Iterator[dict[str, object]]:
    """Yield the funnel's rows, widths in percent of what came in: by time, or by items where no length is known."""
    whole = max((stage.seconds for stage in data.stages), default=0.0)
    cards = {(card.item_kind, card.gate): card for card in data.gates}
    for kind in ("film", "shot"):
        stages = [stage for stage in data.stages if stage.item_kind == kind]
        most = max((stage.num_items for stage in stages), default=0)

        def width(stage: Stage, most: int = most) -> float:
            return 100 * (stage.seconds / whole if whole else stage.num_items / max(1, most))

        for before, stage in pairwise([*stages[:1], *stages]):
            card = cards.get((stage.item_kind, stage.gate or ""))
            yield {
                "name": _title(card) if card else ("Films come in" if kind == "film" else "Shots of the films kept"),
                "anchor": _anchor(card) if card and _is_shown(card) else None,
                "is_start": stage.gate is None,
                "top": [50 - width(before) / 2, 50 + width(before) / 2],
                "bottom": [50 - width(stage) / 2, 50 + width(stage) / 2],
                "items": plural(stage.num_items, stage.item_kind),
                "time": duration_text(stage.seconds) if whole else "",
                "lost": f"−{before.num_items - stage.num_items:,}" if stage.num_items < before.num_items else "",
            }


def _gate_view(card: GateCard, assets: Assets, picture_of: PictureOf) -> dict[str, object]:
    shares = {name: count / max(1, card.total) for name, count in card.counts.items()}
    return {
        "title": _title(card),
        "anchor": _anchor(card),
        "is_shown": _is_shown(card),
        "gate": card.gate,
        "kinds": _kinds(card.item_kind),
        "sentence": rule_text(card.rule) if card.rule else "",
        "effect": EFFECTS.get(card.rule.effect, card.rule.effect) if card.rule else "",
        "version": card.version,
        "threshold": _threshold_text(card.rule),
        "total": card.total,
        "total_text": plural(card.total, card.item_kind),
        "counts": {name: f"{count:,}" for name, count in card.counts.items()},
        "percents": {name: 100 * share for name, share in shares.items()},
        "kept_share": share_text(shares["kept"] if card.total else None),
        "looser": share_text(card.kept_if_looser),
        "stricter": share_text(card.kept_if_stricter),
        "taken": NOTHING if card.seconds_taken is None else duration_text(card.seconds_taken),
        "unmeasured": card.unmeasured if card.histogram else 0,
        "chart": chart_of(card) if card.histogram else None,
        "reasons": [] if card.histogram else card.reasons,
        "strips": [
            {
                "verdict": verdict,
                "name": VERDICTS[verdict],
                "examples": [_example_view(one, assets, picture_of) for one in card.examples[verdict]],
            }
            for verdict in VERDICTS
            if card.examples[verdict] and (verdict != "kept" or card.histogram)
        ],
    }


def _is_shown(card: GateCard) -> bool:
    """Return whether there is more to see than that everything was kept."""
    return bool(card.histogram) or card.counts["kept"] < card.total


def _title(card: GateCard) -> str:
    title = card.rule.title if card.rule else card.gate.replace("_", " ")
    return title[:1].upper() + title[1:]


def _anchor(card: GateCard) -> str:
    return f"{card.item_kind}-{card.gate}"


def _example_view(example: Example, assets: Assets, picture_of: PictureOf) -> dict[str, str | None]:
    return {
        "name": example.item.name or example.item_id,
        "score": None if example.score is None else number_text(example.score),
        "reason": example.reason,
        "thumbnail": assets.shrunken(picture_of(example.item_id), THUMBNAIL_SIDE),
    }
