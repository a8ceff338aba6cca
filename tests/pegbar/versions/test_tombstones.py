"""Tombstones: read from the folder and from every branch, found by what they name, and never passed over."""

import subprocess
from pathlib import Path

import pytest

from pegbar.errors import ConfigurationError, NotFoundError
from pegbar.versions.tombstones import HeldVersion, Tombstone, Tombstones, write_tombstone


def stone(film_id: str = "ab" + "0" * 14, *pointers: str, learnt: bool = True) -> Tombstone:
    held = [
        HeldVersion(revision=f"r{name}", pointer=name, dataset_digest=f"d{name}", could_be_learnt=learnt)
        for name in pointers
    ]
    return Tombstone(
        film_id=film_id, sha256=film_id.ljust(64, "f"), name="fox.mp4", source="films/fox.mp4", removed_by="Ann",
        removed_at="2026-01-02T03:04:05+00:00", reason="The rights ended.", taken_from="", versions=tuple(held),
    )  # fmt: skip


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def test_a_tombstone_is_found_from_any_commit_and_also_before_it_is_committed(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main", ".")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "before")
    first, second = stone("ab" + "0" * 14, "1"), stone("cd" + "0" * 14)
    write_tombstone(tmp_path, first)
    git(tmp_path, "add", "tombstones")
    git(tmp_path, "commit", "-q", "-m", "buried")
    git(tmp_path, "checkout", "-q", "HEAD~1")
    assert not (tmp_path / "tombstones").exists()
    write_tombstone(tmp_path, second)
    found = Tombstones.of(tmp_path)
    assert found.all == (first, second)
    assert found.of_film(first.sha256) == first and found.of_film("0" * 64) is None
    found.check_fetchable("2")
    with pytest.raises(NotFoundError, match=r"fox.mp4 was taken down on 2026-01-02 by Ann: .* \(tombstones/ab"):
        found.check_fetchable("1")


def test_what_it_concerns_and_what_may_have_been_learnt() -> None:
    one, rejected = stone("ab" + "0" * 14, "1"), stone("cd" + "0" * 14, "1", learnt=False)
    assert one.concerns(one.film_id) and one.concerns(f"{one.film_id}-000-001") and not one.concerns(f"{one.film_id}0")
    found = Tombstones([one, rejected])
    assert found.of_training_data("d1", "") == (one,)
    assert found.of_training_data("d2", "r1") == ()  # the digest tells, where it is known
    assert found.of_pointer("1") == (one, rejected)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"schema_version": 9}', b'{"schema_version": 1}'])
def test_a_damaged_tombstone_is_not_passed_over(tmp_path: Path, content: bytes) -> None:
    write_tombstone(tmp_path, stone())
    next((tmp_path / "tombstones").iterdir()).write_bytes(content)
    with pytest.raises(ConfigurationError, match="is no tombstone") as refused:
        Tombstones.of(tmp_path)
    assert "git checkout tombstones/ab" in refused.value.remedy


def test_a_folder_that_is_no_repository_has_none(tmp_path: Path) -> None:
    assert Tombstones.of(tmp_path).all == ()
