"""Models that may have learnt from what was taken down: flagged, refused, and told of without a server."""

from pathlib import Path

import pytest
from registered_models import GOOD, card_with, logged, registered, source_of

from pegbar.errors import PromotionRefusedError
from pegbar.versions.tombstones import HeldVersion, Tombstone
from tasks.evaluation.card import SHEET
from tasks.evaluation.taken_down import cover_sheets
from tasks.registry.facade import Registry
from tasks.registry.gate import PromoteConfig
from tasks.registry.line import champions, tainted_champions
from tasks.registry.taint import TAINTED, taint

GATE = PromoteConfig(min_mean=0.5)


def stone(dataset: str, film_id: str = "ab" + "0" * 14, *, learnt: bool = True) -> Tombstone:
    held = HeldVersion(revision="c0ffee", pointer="p.dir", dataset_digest=dataset, could_be_learnt=learnt)
    return Tombstone(
        film_id=film_id, sha256=film_id.ljust(64, "f"), name="fox.mp4", source="fox.mp4", removed_by="Ann",
        removed_at="2026-01-02T03:04:05+00:00", reason="The rights ended.", taken_from="", versions=(held,),
    )  # fmt: skip


def promote(registry: Registry, model: str, version: str, out: Path) -> None:
    registry.promote(model, version, GATE, out, actor="lead", reason="looks right")


def test_a_champion_that_learnt_from_it_is_flagged_once_and_no_such_version_is_promoted_again(
    registry: Registry, tmp_path: Path
) -> None:
    for number in (0, 1):
        registered(registry, "taint", number, tmp_path)
        promote(registry, "taint", str(number + 1), tmp_path)
    mine = [one for one in taint(registry, [stone("d" * 64)], "Ann") if one.model == "taint"]
    assert [(one.version, one.is_champion) for one in mine] == [("1", False), ("2", True)]
    assert "fox.mp4 was taken down" in mine[0].why and "tombstones/ab" in mine[0].why
    assert registry.client.get_model_version("taint", "2").tags[TAINTED] == f"tombstones/ab{'0' * 14}.json"
    log = registry.history("taint")
    assert [row.action for row in log[-2:]] == ["tainted", "tainted"] and champions(log) == ["1", "2"]
    assert mine == [one for one in taint(registry, [stone("d" * 64)], "Bob") if one.model == "taint"]
    assert len(registry.history("taint")) == len(log)
    assert [one for one in tainted_champions(registry.journal) if one.model == "taint"] == [mine[1]]
    with pytest.raises(PromotionRefusedError, match=r"the champion before, may not be champion again: fox.mp4"):
        registry.rollback("taint", actor="lead", reason="drifts")
    registry.client.delete_model_version_tag("taint", "1", TAINTED)
    with pytest.raises(PromotionRefusedError, match="may have learnt from what was taken down: fox.mp4"):
        promote(registry, "taint", "1", tmp_path / "refused")
    assert registry.aliases("taint") == {"champion": "2", "previous": "1"}
    taint(registry, [stone("d" * 64, "cd" + "0" * 14)], "Ann")
    assert registry.client.get_model_version("taint", "2").tags[TAINTED].count("tombstones/") == 2


def test_who_never_saw_it_is_clean(registry: Registry, tmp_path: Path) -> None:
    registered(registry, "clean", 0, tmp_path)
    found = [*taint(registry, [stone("e" * 64)], "Ann"), *taint(registry, [stone("d" * 64, learnt=False)], "Ann")]
    assert not [one for one in found if one.model == "clean"]
    promote(registry, "clean", "1", tmp_path)
    assert "clean" not in [one.model for one in tainted_champions(registry.journal)]
    assert [row.action for row in registry.history("clean")] == ["registered", "promoted"]


def test_the_sheet_of_an_evaluation_that_shows_it_gives_way_to_one_that_says_so(
    registry: Registry, tmp_path: Path
) -> None:
    card = card_with(source_of(0), GOOD, set_digest="7" * 64)
    run = logged(registry, card, tmp_path / "shown")

    def sheet() -> bytes:
        return Path(registry.client.download_artifacts(run, f"evaluation/{SHEET}", str(tmp_path))).read_bytes()

    before = sheet()
    assert cover_sheets(registry.client, [stone("d" * 64)]) == [] and sheet() == before
    assert run in cover_sheets(registry.client, [stone("d" * 64, "s1")])
    assert sheet() != before
    path = Path(registry.client.download_artifacts(run, "evaluation/card.json", str(tmp_path)))
    assert path.read_bytes() == card.to_json()  # what promotions rest on
