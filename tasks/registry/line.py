"""The line of champions, as the promotion log tells it, and how a decision is added to the log."""

from collections.abc import Sequence

from pegbar.errors import ConflictError
from pegbar.journal import Journal, LogRow, PromotionEntry
from tasks.registry.records import TaintedVersion

MOVES = frozenset({"promoted", "rolled_back"})


def champions(log: Sequence[LogRow]) -> list[str]:
    """Return the champions in force, oldest first: a promotion pushes, a rollback pops."""
    line: list[str] = []
    for row in log:
        if row.action == "promoted" and row.to_version is not None:
            line.append(row.to_version)
        elif row.action == "rolled_back" and line:
            line.pop()
    return line


def taints(log: Sequence[LogRow]) -> dict[str, str]:
    """Return version -> why it may not become champion: it may have learnt from what was taken down."""
    why: dict[str, str] = {}
    for row in log:
        if row.action == "tainted" and row.to_version is not None:
            why[row.to_version] = "; ".join(filter(None, (why.get(row.to_version), row.reason)))
    return why


def tainted_champions(journal: Journal) -> list[TaintedVersion]:
    """Return every champion that is tainted."""
    found = []
    for model in journal.logged_models():
        log = journal.promotion_log(model)
        for champion in champions(log)[-1:]:
            if champion in taints(log):
                why = taints(log)[champion]
                found.append(TaintedVersion(model=model, version=champion, is_champion=True, why=why))
    return found


def append(journal: Journal, entry: PromotionEntry, expected_head: str | None) -> LogRow:
    """Add a decision taken when the log ended in `expected_head`.

    What was only registered or refused since then does not matter to it; a champion that moved does, unless
    the entry itself moves none.

    Raises:
        ConflictError: the champion moved since; of any number of callers exactly one succeeds.
    """
    while True:
        try:
            return journal.append_promotion(entry.model, expected_head, entry)
        except ConflictError:
            log = journal.promotion_log(entry.model)
            if entry.action in MOVES and any(row.action in MOVES for row in _since(log, expected_head)):
                raise
            expected_head = log[-1].digest


def _since(log: Sequence[LogRow], head: str | None) -> Sequence[LogRow]:
    """Return the rows after `head`; all of them where it is not in the log."""
    for index, row in enumerate(log):
        if row.digest == head:
            return log[index + 1 :]
    return log
