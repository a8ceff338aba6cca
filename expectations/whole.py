"""Checks of a dataset as a whole: its bytes, its members, and how far it drifted from the version before."""

from expectations.report import Finding
from pegbar.config import Config
from pegbar.dataset import Dataset, DatasetCard
from pegbar.errors import IntegrityError
from pegbar.tables import KINDS, Row, member_of

DIGESTS, MEMBERS, DRIFT = "digests", "members", "drift"


class DriftLimits(Config):
    """How far a version may be from the one before it.

    Args:
        min_count_ratio: a table may not shrink below this share of what it was.
        max_ratio: a positive statistic may not grow or shrink by more than this factor.
        max_share_change: a share (0..1) may not move further than this.
        accept: a person knows of the change; findings become warnings.
    """

    min_count_ratio: float = 0.5
    max_ratio: float = 2.0
    max_share_change: float = 0.3
    accept: bool = False


def check_bytes(dataset: Dataset) -> list[Finding]:
    """Check every file and every member against their digests, and the counts against the card."""
    try:
        dataset.verify()
    except IntegrityError as error:
        return [_finding(DIGESTS, error.what, (error.subject,))]
    findings = []
    wrong = tuple(name for name, count in dataset.counts.items() if dataset.card.counts.get(name, 0) != count)
    if wrong:
        findings.append(_finding("counts", f"the card counts other rows in {', '.join(wrong)}", wrong))
    damaged = tuple(name for name in _member_names(dataset) if name is not None)
    if damaged:
        findings.append(_finding(MEMBERS, "members differ from their digests", damaged))
    return findings


def _member_names(dataset: Dataset) -> list[str | None]:
    """Return the name of every member that does not verify."""
    names: list[str | None] = []
    for kind in KINDS.values():
        if kind.members and set(_columns(kind.members)) <= set(dataset.table(kind.name).column_names):
            for row in dataset.table(kind.name).to_pylist():
                names += [_damaged(dataset, row, prefix) for prefix in kind.members]
    return names


def _columns(prefixes: tuple[str, ...]) -> list[str]:
    return [f"{prefix}_{column}" for prefix in prefixes for column in ("shard", "name", "offset", "size", "sha256")]


def _damaged(dataset: Dataset, row: Row, prefix: str) -> str | None:
    try:
        dataset.read_member(member_of(row, prefix))
    except (IntegrityError, ValueError):
        return str(row[f"{prefix}_name"])
    return None


def check_drift(card: DatasetCard, previous: DatasetCard | None, limits: DriftLimits) -> list[Finding]:
    """Compare counts and statistics with the version before; a first version says that it is one."""
    if previous is None:
        return [Finding(table="dataset", check=DRIFT, severity="info", message="no predecessor: drift not measured")]
    problems = [
        f"{name}: {previous.counts[name]} rows before, {card.counts.get(name, 0)} now"
        for name in ("films", "stories", "shots", "characters", "references")
        if card.counts.get(name, 0) < limits.min_count_ratio * previous.counts.get(name, 0)
    ]
    for name, before in sorted(previous.statistics.items()):
        now = card.statistics.get(name)
        if now is None or _moved(name, before, now, limits):
            problems.append(f"{name}: {before:.3g} before, {'missing' if now is None else format(now, '.3g')} now")
    severity = "warning" if limits.accept else "critical"
    return [
        Finding(table="dataset", check=DRIFT, severity=severity, message=f"drifted from the version before: {problem}")
        for problem in problems
    ]


def _moved(name: str, before: float, now: float, limits: DriftLimits) -> bool:
    if name.endswith("_share"):
        return abs(now - before) > limits.max_share_change
    if before <= 0 or now <= 0:
        return before != now
    return max(before / now, now / before) > limits.max_ratio


def _finding(check: str, message: str, items: tuple[str, ...]) -> Finding:
    return Finding(
        table="dataset", check=check, severity="critical", message=message, item_ids=items, num_items=len(items)
    )
