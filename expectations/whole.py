"""Checks of a dataset as a whole: its bytes, its members, and how far it drifted from the version before."""

from collections.abc import Iterator

from expectations.report import Finding
from pegbar.config import Config
from pegbar.dataset import Dataset, DatasetCard
from pegbar.digests import digest_bytes
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


def check_bytes(dataset: Dataset, previous: DatasetCard | None = None) -> list[Finding]:
    """Check every file and every member against their digests, and the counts against the card.

    Args:
        previous: the card of a version that passed; members whose table and shards it has are not read again.
    """
    try:
        dataset.verify()
    except IntegrityError as error:
        return [_finding(DIGESTS, error.what, (error.subject,))]
    findings = []
    wrong = tuple(name for name, count in dataset.counts.items() if dataset.card.counts.get(name, 0) != count)
    if wrong:
        findings.append(_finding("counts", f"the card counts other rows in {', '.join(wrong)}", wrong))
    before = {} if previous is None else previous.files
    checked = {path for path, sha256 in dataset.card.files.items() if before.get(path) == sha256}
    damaged = tuple(_damaged_members(dataset, checked))
    if damaged:
        findings.append(_finding(MEMBERS, "members differ from their digests", damaged))
    return findings


def _damaged_members(dataset: Dataset, checked: set[str]) -> Iterator[str]:
    """Yield the name of every member that does not verify."""
    for kind in KINDS.values():
        for path, table in dataset.parts(kind.name) if kind.members else ():
            if not set(_columns(kind.members)) <= set(table.column_names):
                continue
            shards = {shard for prefix in kind.members for shard in table[f"{prefix}_shard"].unique().to_pylist()}
            if path in checked and all(f"shards/{shard}" in checked for shard in shards):
                continue
            for row in table.to_pylist():
                yield from (str(row[f"{prefix}_name"]) for prefix in kind.members if _is_damaged(dataset, row, prefix))


def _columns(prefixes: tuple[str, ...]) -> list[str]:
    return [f"{prefix}_{column}" for prefix in prefixes for column in ("shard", "name", "offset", "size", "sha256")]


def _is_damaged(dataset: Dataset, row: Row, prefix: str) -> bool:
    try:
        member = member_of(row, prefix)
        return digest_bytes(dataset.read_member(member)) != member.sha256  # a reader may trust a verified shard
    except (IntegrityError, ValueError):
        return True


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
