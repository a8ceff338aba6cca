"""The promotion log: one winner per head, and no change that goes unseen."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from servers.journal_workers import promote, race
from servers.sql import tamper

from pegbar.errors import ConflictError, HostileNameError, InputError, IntegrityError
from pegbar.journal import Journal, PromotionEntry


def entry(to_version: str, reason: str = "the gate passed", model: str = "m") -> PromotionEntry:
    return PromotionEntry(
        model=model,
        action="promoted",
        from_version=None,
        to_version=to_version,
        actor="lead",
        reason=reason,
        evidence_sha256="e" * 64,
    )


def append_all(journal: Journal, reasons: list[str]) -> None:
    head = None
    for number, reason in enumerate(reasons, 1):
        head = journal.append_promotion("m", head, entry(str(number), reason)).digest


def test_rows_are_chained_and_read_in_order(journal: Journal) -> None:
    append_all(journal, ["first", "second", "third"])
    log = journal.promotion_log("m")
    assert [(row.position, row.reason, row.to_version) for row in log] == [
        (1, "first", "1"),
        (2, "second", "2"),
        (3, "third", "3"),
    ]
    assert [row.previous for row in log] == [None, log[0].digest, log[1].digest]
    journal.verify_log("m")


def test_models_have_logs_of_their_own(journal: Journal) -> None:
    journal.append_promotion("m", None, entry("1"))
    journal.append_promotion("other", None, entry("1", model="other"))
    assert [len(journal.promotion_log(model)) for model in ("m", "other", "nobody")] == [1, 1, 0]
    for model in ("m", "other", "nobody"):
        journal.verify_log(model)


def test_a_head_that_moved_is_a_conflict_that_names_it(journal: Journal) -> None:
    head = journal.append_promotion("m", None, entry("1")).digest
    for expected in (None, "f" * 64):
        with pytest.raises(ConflictError, match=head[:12]) as caught:
            journal.append_promotion("m", expected, entry("2"))
        assert "pegbar history m" in caught.value.remedy
    assert len(journal.promotion_log("m")) == 1


def test_of_twenty_threads_one_wins(journal: Journal) -> None:
    head = journal.append_promotion("m", None, entry("0")).digest

    def attempt(number: int) -> bool:
        try:
            journal.append_promotion("m", head, entry(str(number)))
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(attempt, range(20))) == 1
    assert len(journal.promotion_log("m")) == 2
    journal.verify_log("m")


def test_of_racing_processes_one_wins_even_the_first_row(journal: Journal, url: str) -> None:
    results = race(promote, 4, url, None)
    log = journal.promotion_log("m")
    assert sorted(results) == sorted([log[0].digest, "conflict", "conflict", "conflict"])
    journal.verify_log("m")


FORGERIES = {
    "action": "update pegbar_promotions set action = 'refused' where position = 2",
    "to_version": "update pegbar_promotions set to_version = '3' where position = 2",
    "from_version": "update pegbar_promotions set from_version = '' where position = 2",
    "actor": "update pegbar_promotions set actor = 'Lead' where position = 2",
    "reason": "update pegbar_promotions set reason = reason || ' ' where position = 2",
    "evidence_sha256": "update pegbar_promotions set evidence_sha256 = '' where position = 2",
    "at": "update pegbar_promotions set at = at + 0.0000005 where position = 2",
    "digest": "update pegbar_promotions set digest = 'x' where position = 2",
    "previous": "update pegbar_promotions set previous = null where position = 2",
    "removed": "delete from pegbar_promotions where position = 2",
    "unreadable": "update pegbar_promotions set action = 'lost' where position = 2",
    "renumbered": "update pegbar_promotions set position = 9 where position = 2",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_row_is_named(journal: Journal, url: str, forgery: str) -> None:
    append_all(journal, ["first", "second", "third"])
    tamper(url, FORGERIES[forgery])
    with pytest.raises(IntegrityError, match=r"'m'") as caught:
        journal.verify_log("m")
    assert "2" in caught.value.subject
    assert "backup" in caught.value.remedy


def test_a_log_cut_short_or_emptied_is_found(journal: Journal, url: str) -> None:
    append_all(journal, ["first", "second", "third"])
    tamper(url, "delete from pegbar_promotions where position = 3")
    with pytest.raises(IntegrityError, match="row 3"):
        journal.verify_log("m")
    tamper(url, "delete from pegbar_promotions")
    with pytest.raises(IntegrityError, match="row 3"):
        journal.verify_log("m")


def test_an_entry_must_be_about_the_model_and_hold_a_digest(journal: Journal) -> None:
    with pytest.raises(InputError, match="other"):
        journal.append_promotion("m", None, entry("1", model="other"))
    with pytest.raises(HostileNameError):
        journal.append_promotion("m\n", None, entry("1", model="m\n"))
    with pytest.raises(ValidationError, match="evidence_sha256"):
        PromotionEntry(model="m", action="promoted", actor="a", reason="r", evidence_sha256="none")


@settings(max_examples=25, deadline=None)
@given(
    reasons=st.lists(st.text(max_size=20), min_size=1, max_size=4),
    column=st.sampled_from(["actor", "reason", "to_version", "digest", "evidence_sha256"]),
    data=st.data(),
)
def test_any_flipped_bit_is_seen(
    tmp_path_factory: pytest.TempPathFactory, reasons: list[str], column: str, data: st.DataObject
) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('log') / 'journal.db'}"
    journal = Journal.open(url)
    append_all(journal, reasons)
    journal.verify_log("m")
    position = data.draw(st.integers(1, len(reasons)))
    before = getattr(journal.promotion_log("m")[position - 1], column).encode()
    if not before:
        return
    bit = data.draw(st.integers(0, 8 * len(before) - 1))
    after = bytearray(before)
    after[bit // 8] ^= 1 << bit % 8
    flip = f"update pegbar_promotions set {column} = cast(:after as text) where position = :position"
    tamper(url, flip, after=bytes(after), position=position)
    with pytest.raises(IntegrityError):
        journal.verify_log("m")


def test_the_digest_of_a_row_is_that_of_its_canonical_json(tmp_path: Path) -> None:
    import hashlib

    journal = Journal.open(f"sqlite:///{tmp_path / 'journal.db'}")
    row = journal.append_promotion("m", None, entry("1"))
    content = (
        f'{{"action":"promoted","actor":"lead","at":{row.at!r},"evidence_sha256":"{"e" * 64}","from_version":null,'
        '"model":"m","position":1,"previous":null,"reason":"the gate passed","to_version":"1"}'
    )
    assert row.digest == hashlib.sha256(content.encode()).hexdigest()
