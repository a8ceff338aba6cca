"""The funnel: what every gate let through and what it cost, with the scores and pictures around each threshold."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import get_args

from pydantic import Field

from pegbar.config import Config
from pegbar.records import Decision, ItemKind
from tasks.curation.filters import UNCERTAIN, FiltersConfig, GateRule
from tasks.studio.histogram import Bin, Verdict, histogram
from tasks.studio.report import Reason

KINDS: tuple[ItemKind, ...] = get_args(ItemKind)
NARROWING: tuple[ItemKind, ...] = ("film", "shot")
BEFORE_RULES = ("ingest", "probe")
MAX_EXAMPLES = 20
MAX_REASONS = 5
SENSITIVITY = 0.1


class FunnelItem(Config):
    """What the page shows of a film or a shot beside its scores and its picture."""

    name: str = ""
    seconds: float = Field(default=0.0, ge=0)


class Example(Config):
    """One item near a gate's threshold."""

    item_id: str
    item: FunnelItem
    score: float | None
    reason: str


class GateCard(Config):
    """What one gate said of one kind of item.

    Args:
        rule: its thresholds; None for a stage that has none. version: of the thresholds that decided.
        counts: how many items met each verdict. unmeasured: how many of them had no score.
        kept_if_looser, kept_if_stricter: kept shares were every bound a tenth looser or stricter.
        seconds_taken: what the measurement took; None where it is not known.
        score_range: the lowest and the highest score, some of which may lie beyond the histogram's ends.
        examples: by verdict, those nearest to the threshold first.
    """

    gate: str
    item_kind: ItemKind
    rule: GateRule | None
    version: int
    counts: dict[Verdict, int]
    unmeasured: int
    kept_if_looser: float | None
    kept_if_stricter: float | None
    seconds_taken: float | None
    score_range: tuple[float, float] | None
    histogram: tuple[Bin, ...]
    reasons: tuple[Reason, ...]
    examples: dict[Verdict, tuple[Example, ...]]

    @property
    def total(self) -> int:
        """How many items the gate decided on."""
        return sum(self.counts.values())


class Stage(Config):
    """What is left after a gate, or what there is before the first gate of a kind (`gate` None)."""

    item_kind: ItemKind
    gate: str | None
    num_items: int
    seconds: float


class FunnelData(Config):
    """Everything the page shows."""

    title: str
    stages: tuple[Stage, ...]
    gates: tuple[GateCard, ...]


def funnel_data(
    decisions: Iterable[Decision],
    filters: FiltersConfig,
    items: Mapping[str, FunnelItem],
    seconds_taken: Mapping[str, float] | None = None,
    title: str = "Funnel",
) -> FunnelData:
    """Gather a funnel from every decision of a dataset.

    Args:
        items: films and shots by id; one that is missing has no name and no length.
        seconds_taken: what each gate's measurement took, by the gate's name.
    """
    by_gate: dict[tuple[ItemKind, str], list[Decision]] = {
        (rule.item_kind, rule.gate): [] for rule in filters.rules
    }  # a rule that decided nothing is shown too
    for decision in decisions:
        by_gate.setdefault((decision.item_kind, decision.gate), []).append(decision)
    ordered = sorted(by_gate, key=lambda key: _place(key, filters))
    return FunnelData(
        title=title,
        stages=tuple(stage for kind in NARROWING for stage in _stages(kind, ordered, by_gate, items)),
        gates=tuple(
            _card(key, by_gate[key], filters, items, (seconds_taken or {}).get(key[1])) for key in ordered
        ),
    )  # fmt: skip


def verdict_of(decision: Decision) -> Verdict:
    """Return what a decision means to a reader: an uncertain item is rejected until a person decides."""
    if decision.outcome == "kept":
        return "kept"
    if decision.outcome != "rejected":
        return "failed"
    return "uncertain" if decision.reason.startswith(UNCERTAIN) else "rejected"


def _place(key: tuple[ItemKind, str], filters: FiltersConfig) -> tuple[int, int, int, str]:
    """Return where a gate stands in the pipeline: its kind, whether rules come before it, its rule, its name."""
    kind, gate = key
    rules: list[tuple[ItemKind, str]] = [(rule.item_kind, rule.gate) for rule in filters.rules]
    if key in rules:
        return KINDS.index(kind), 1, rules.index(key), gate
    early = gate in BEFORE_RULES
    return KINDS.index(kind), 0 if early else 2, BEFORE_RULES.index(gate) if early else 0, gate


def _stages(
    kind: ItemKind,
    ordered: Sequence[tuple[ItemKind, str]],
    by_gate: Mapping[tuple[ItemKind, str], Sequence[Decision]],
    items: Mapping[str, FunnelItem],
) -> list[Stage]:
    """Return what is left after each gate: an item leaves at the first that does not keep it."""
    keys = [key for key in ordered if key[0] == kind and by_gate[key]]
    left = {decision.item_id for key in keys for decision in by_gate[key]}
    stages = [_stage(kind, None, left, items)] if left else []
    for key in keys:
        left -= {decision.item_id for decision in by_gate[key] if decision.outcome != "kept"}
        stages.append(_stage(kind, key[1], left, items))
    return stages


def _stage(kind: ItemKind, gate: str | None, left: Iterable[str], items: Mapping[str, FunnelItem]) -> Stage:
    ids = sorted(left)
    seconds = sum(items[one].seconds for one in ids if one in items)
    return Stage(item_kind=kind, gate=gate, num_items=len(ids), seconds=seconds)


def _card(
    key: tuple[ItemKind, str],
    decisions: Sequence[Decision],
    filters: FiltersConfig,
    items: Mapping[str, FunnelItem],
    seconds_taken: float | None,
) -> GateCard:
    kind, gate = key
    rule = filters.rule(gate, kind)
    verdicts = [verdict_of(decision) for decision in decisions]
    scored = [(one.score, verdict) for one, verdict in zip(decisions, verdicts, strict=True) if one.score is not None]
    scores = [score for score, _ in scored]
    counts = Counter(verdicts)
    named: tuple[Verdict, ...] = ("kept", "uncertain", "rejected", "failed")
    return GateCard(
        gate=gate,
        item_kind=kind,
        rule=rule,
        version=max((decision.version for decision in decisions), default=filters.version),
        counts={verdict: counts[verdict] for verdict in named},
        unmeasured=len(decisions) - len(scored),
        kept_if_looser=_kept_share(decisions, rule, -SENSITIVITY),
        kept_if_stricter=_kept_share(decisions, rule, SENSITIVITY),
        seconds_taken=seconds_taken,
        score_range=(min(scores), max(scores)) if scores else None,
        histogram=histogram(scores, [verdict for _, verdict in scored], bounds_of(rule) if rule else ()),
        reasons=_reasons(decisions),
        examples={
            verdict: _examples([one for one, its in zip(decisions, verdicts, strict=True) if its == verdict], items)
            for verdict in named
        },
    )


def bounds_of(rule: GateRule) -> tuple[float, ...]:
    """Return a rule's bounds, ascending."""
    return tuple(sorted(b for b in (rule.lower, rule.uncertain_upper, rule.upper) if b is not None))


def _kept_share(decisions: Sequence[Decision], rule: GateRule | None, stricter: float) -> float | None:
    """Return the share that would be kept were every bound moved by a share of itself; unscored items stay."""
    if rule is None or not decisions or not bounds_of(rule):
        return None
    lower = max((b for b in (rule.lower, rule.uncertain_upper) if b is not None), default=None)
    low = -float("inf") if lower is None else lower + stricter * abs(lower)
    high = float("inf") if rule.upper is None else rule.upper - stricter * abs(rule.upper)
    kept = [one.outcome == "kept" if one.score is None else low <= one.score <= high for one in decisions]
    return sum(kept) / len(kept)


def _reasons(decisions: Iterable[Decision]) -> tuple[Reason, ...]:
    counted = Counter(one.reason for one in decisions if one.outcome != "kept" and one.reason)
    common = sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))
    return tuple(Reason(text=text, count=count) for text, count in common[:MAX_REASONS])


def _examples(decisions: Iterable[Decision], items: Mapping[str, FunnelItem]) -> tuple[Example, ...]:
    """Return the items nearest to the threshold that decided them, those without a score last."""

    def distance(one: Decision) -> tuple[float, str]:
        if one.score is None or one.threshold is None:
            return float("inf"), one.item_id
        return abs(one.score - one.threshold), one.item_id

    nearest = sorted(decisions, key=distance)[:MAX_EXAMPLES]
    return tuple(
        Example(
            item_id=one.item_id, item=items.get(one.item_id, FunnelItem()), score=one.score, reason=one.reason
        )
        for one in nearest
    )  # fmt: skip
