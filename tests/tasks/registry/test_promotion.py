import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from registered_models import GOOD, WORSE, card_with, journal_url, logged, registered, source_of

from pegbar.errors import ConflictError, IntegrityError, NotFoundError, PegbarError, PromotionRefusedError
from pegbar.journal import Journal, PromotionEntry
from tasks.registry.facade import Registry
from tasks.registry.gate import PromoteConfig
from tasks.registry.line import append, champions
from tasks.registry.promotion import Promotion

GATE = PromoteConfig(min_mean=0.5, max_harmeanp_drop=0.02)
NAN = float("nan")


def promoted(registry: Registry, model: str, version: str, out: Path, **changes: str) -> Promotion:
    return registry.promote(model, version, GATE, out, **({"actor": "lead", "reason": "looks right"} | changes))


def crowned(registry: Registry, model: str, version: str) -> None:
    """Make a version champion without asking the gate, for tests of what comes after."""
    decision = entry("promoted", version).model_copy(update={"model": model})
    append(registry.journal, decision, registry.head(model))
    registry.reconcile_aliases(model)


def actions(registry: Registry, model: str) -> list[str]:
    return [row.action for row in registry.history(model)]


def test_promote_keeps_the_one_before_and_rollback_gives_it_back(registry: Registry, tmp_path: Path) -> None:
    for number in (0, 1):
        registered(registry, "fox", number, tmp_path)
    assert promoted(registry, "fox", "1", tmp_path).previous is None
    second = promoted(registry, "fox", "2", tmp_path)
    assert (second.champion, second.previous, second.changed) == ("2", "1", True)
    assert registry.aliases("fox") == {"champion": "2", "previous": "1"}
    assert second.verdict is not None and second.verdict.comparison.kind == "paired"
    assert second.verdict.comparison.difference == pytest.approx(0) and second.verdict.comparison.interval == (0, 0)
    row = registry.history("fox")[-1]
    assert (row.from_version, row.to_version, row.actor) == ("1", "2", "lead")
    assert row.evidence_sha256 == second.verdict.digest
    back = registry.rollback("fox", actor="lead", reason="drifts")
    assert (back.champion, back.previous) == ("1", None)
    assert registry.aliases("fox") == {"champion": "1"}
    champion = registry.champion("fox")
    assert champion is not None and champion.version == "1"
    with pytest.raises(PromotionRefusedError, match="nothing to roll back to"):
        registry.rollback("fox", actor="lead", reason="again")
    assert actions(registry, "fox") == ["registered", "registered", "promoted", "promoted", "rolled_back"]


def test_the_evidence_can_be_read_again_by_its_digest(registry: Registry, tmp_path: Path) -> None:
    found = registered(registry, "evidence-kept", 0, tmp_path)
    verdict = promoted(registry, "evidence-kept", "1", tmp_path).verdict
    assert verdict is not None
    path = registry.client.download_artifacts(found.mlflow_run_id, f"promotion/{verdict.digest}.json", str(tmp_path))
    assert Path(path).read_bytes() == verdict.to_json() == (tmp_path / "verdict.json").read_bytes()


def test_promoting_the_champion_again_changes_nothing(registry: Registry, tmp_path: Path) -> None:
    registered(registry, "same", 0, tmp_path)
    promoted(registry, "same", "1", tmp_path)
    again = promoted(registry, "same", "1", tmp_path)
    assert not again.changed and actions(registry, "same") == ["registered", "promoted"]


SCORES_THAT_FAIL = {
    "too_low": ([(0.3, 0.3, 0.3, 0.3)] * 2, "Mean 0.3000 is under 0.5"),
    "worse_than_the_champion": (WORSE, "below the champion"),
    "nan": ([(0.9, NAN, 0.9, 0.9), (0.9, 0.9, 0.9, 0.9)], "a shot has no score"),
    "shots_missing": ([(0.9, 0.9, 0.9), (0.9, 0.9, 0.9)], "6 rows, at least 8 needed"),
    "not_a_similarity": ([(1.9, 0.9, 0.9, 0.9), (0.9, 0.9, 0.9, 0.9)], "outside 0..1"),
}


@pytest.mark.parametrize("name", SCORES_THAT_FAIL)
def test_a_refusal_is_logged_with_its_evidence_and_no_alias_moves(
    registry: Registry, tmp_path: Path, name: str
) -> None:
    stories, reason = SCORES_THAT_FAIL[name]
    model = f"refused-{name.replace('_', '-')}"
    registered(registry, model, 0, tmp_path, GOOD)
    crowned(registry, model, "1")
    registered(registry, model, 1, tmp_path, stories)
    with pytest.raises(PromotionRefusedError, match=reason):
        promoted(registry, model, "2", tmp_path / "refusal")
    assert registry.aliases(model) == {"champion": "1"}
    row = registry.history(model)[-1]
    assert row.action == "refused" and reason in row.reason and len(row.evidence_sha256) == 64
    assert (tmp_path / "refusal" / "verdict.json").is_file()


def test_a_card_that_was_changed_or_is_gone_is_no_evidence(registry: Registry, tmp_path: Path) -> None:
    card = card_with(source_of(0), [(0.77, 0.78, 0.79, 0.76)])
    run = logged(registry, card, tmp_path / "a")
    found = registered(registry, "altered", 0, tmp_path)
    found = registry.attach_evaluation(found, card, run)
    better = card.model_copy(update={"mean": 0.99})
    (tmp_path / "card.json").write_bytes(better.to_json())
    registry.client.log_artifact(run, str(tmp_path / "card.json"), "evaluation")
    with pytest.raises(IntegrityError, match="was changed"):
        registry.evaluation_card(found)
    with pytest.raises(PromotionRefusedError, match="was changed after it was attached"):
        promoted(registry, "altered", "1", tmp_path)
    registry.client.set_model_version_tag("altered", "1", "pegbar.evaluation_run_id", "0" * 32)
    with pytest.raises(PromotionRefusedError, match="is gone"):
        promoted(registry, "altered", "1", tmp_path)
    registry.client.delete_model_version_tag("altered", "1", "pegbar.evaluation_digest")
    with pytest.raises(PromotionRefusedError, match="was never evaluated"):
        promoted(registry, "altered", "1", tmp_path)
    assert registry.aliases("altered") == {}


def test_another_yardstick_is_not_compared(registry: Registry, tmp_path: Path) -> None:
    registered(registry, "yardstick", 0, tmp_path)
    crowned(registry, "yardstick", "1")
    card = card_with(source_of(1), GOOD)
    card = card.model_copy(update={"measure": card.measure.model_copy(update={"embedder_version": 2})})
    found = registered(registry, "yardstick", 1, tmp_path)
    registry.attach_evaluation(found, card, logged(registry, card, tmp_path / "other"))
    with pytest.raises(PromotionRefusedError, match="measured differently"):
        promoted(registry, "yardstick", "2", tmp_path)


def test_of_two_promoters_who_saw_the_same_head_exactly_one_wins(registry: Registry, tmp_path: Path) -> None:
    for number in range(3):
        registered(registry, "race", number, tmp_path)
    crowned(registry, "race", "1")
    head = registry.head("race")
    assert head is not None
    outcomes: dict[str, Promotion | PegbarError] = {}
    start = threading.Barrier(2)

    def promoter(version: str) -> None:
        journal = Journal.open(journal_url(tmp_path))
        start.wait()
        try:
            outcomes[version] = promoted(
                Registry.open(journal), "race", version, tmp_path / version, actor=f"lead {version}", expected_head=head
            )
        except PegbarError as error:
            outcomes[version] = error

    threads = [threading.Thread(target=promoter, args=(version,)) for version in ("2", "3")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [version for version, outcome in outcomes.items() if isinstance(outcome, Promotion)]
    lost = [outcome for outcome in outcomes.values() if isinstance(outcome, ConflictError)]
    assert len(won) == len(lost) == 1
    assert registry.aliases("race") == {"champion": won[0], "previous": "1"}
    assert actions(registry, "race")[-2:] == ["promoted", "promoted"]


CHILD = """
import sys
from pathlib import Path
from pegbar.journal import Journal
from tasks.registry.facade import Registry
from tasks.registry.gate import PromoteConfig
registry = Registry.open(Journal.open(sys.argv[1]))
registry.promote(sys.argv[2], "2", PromoteConfig(), Path(sys.argv[3]), actor="lead", reason="killed")
"""


@pytest.mark.parametrize("place", ["promote:after_log", "promote:between_aliases"])
def test_killed_between_log_and_aliases_the_next_command_heals(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    model = place.replace(":", "-").replace("_", "-")
    for number in (0, 1):
        registered(registry, model, number, tmp_path)
    crowned(registry, model, "1")
    root = Path(__file__).parents[3]
    environment = os.environ | {"PEGBAR_KILL_AT": place, "PYTHONPATH": str(root)}
    command = [sys.executable, "-c", CHILD, journal_url(tmp_path), model, str(tmp_path / "child")]
    died = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert registry.aliases(model) == {"champion": "1" if place == "promote:after_log" else "2"}
    outcome = promoted(registry, model, "2", tmp_path)
    assert registry.aliases(model) == {"champion": "2", "previous": "1"}
    assert outcome.champion == "2" and not outcome.changed
    assert actions(registry, model) == ["registered", "registered", "promoted", "promoted"]


def test_aliases_moved_behind_the_registrys_back_follow_the_log_again(registry: Registry, tmp_path: Path) -> None:
    for number in (0, 1):
        registered(registry, "behind", number, tmp_path)
    crowned(registry, "behind", "1")
    registry.client.set_registered_model_alias("behind", "champion", "2")
    registry.client.set_registered_model_alias("behind", "previous", "2")
    registry.reconcile_aliases("behind")
    assert registry.aliases("behind") == {"champion": "1"}


def test_a_deleted_version_is_neither_promoted_nor_rolled_back_to(registry: Registry, tmp_path: Path) -> None:
    for number in (0, 1):
        registered(registry, "deleted", number, tmp_path)
        crowned(registry, "deleted", str(number + 1))
    registry.client.delete_model_version("deleted", "1")
    for version in ("1", "9"):
        with pytest.raises(NotFoundError):
            promoted(registry, "deleted", version, tmp_path)
    with pytest.raises(NotFoundError):
        registry.rollback("deleted", actor="lead", reason="back")
    registry.reconcile_aliases("deleted")
    assert registry.aliases("deleted") == {"champion": "2"}


def entry(action: str, version: str) -> PromotionEntry:
    return PromotionEntry.model_validate(
        {"model": "m", "action": action, "to_version": version, "actor": "a", "reason": "r"}
    )


def test_the_line_of_champions_is_a_stack(tmp_path: Path) -> None:
    journal = Journal.open(journal_url(tmp_path))
    head: str | None = None
    decisions = [("registered", "1"), ("promoted", "1"), ("promoted", "2"), ("refused", "3"), ("promoted", "3")]
    for action, version in decisions:
        head = append(journal, entry(action, version), head).digest
    assert champions(journal.promotion_log("m")) == ["1", "2", "3"]
    append(journal, entry("rolled_back", "2"), head)
    assert champions(journal.promotion_log("m")) == ["1", "2"]
    journal.close()


def test_a_decision_survives_what_moves_no_champion_and_no_other(tmp_path: Path) -> None:
    journal = Journal.open(journal_url(tmp_path))
    append(journal, entry("registered", "1"), None)
    append(journal, entry("promoted", "1"), None)
    with pytest.raises(ConflictError, match="moved on"):
        append(journal, entry("promoted", "2"), None)
    append(journal, entry("refused", "2"), None)
    assert [row.action for row in journal.promotion_log("m")] == ["registered", "promoted", "refused"]
    journal.close()
