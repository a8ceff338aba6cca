"""What only the store in a folder has."""

import errno
import os
import stat
from pathlib import Path

import pytest
from servers.limits import file_size_limit

from pegbar.digests import digest_file
from pegbar.errors import ConfigurationError, DiskFullError, IntegrityError, ReadOnlyError
from pegbar.store import LocalStoreConfig, local


def test_a_root_that_is_a_file_is_refused_when_built(tmp_path: Path) -> None:
    (tmp_path / "store").write_bytes(b"")
    with pytest.raises(ConfigurationError, match="not a folder"):
        LocalStoreConfig(root=tmp_path / "store").build()


def test_a_read_only_place_is_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"x")
    store = LocalStoreConfig(root=Path("/sys/kernel/pegbar")).build()  # refuses even root
    with pytest.raises(ReadOnlyError, match="/sys/kernel/pegbar"):
        store.put_member(tmp_path / "in")


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    store = LocalStoreConfig(root=tmp_path / "store").build()
    (tmp_path / "earlier").write_bytes(b"earlier")
    (tmp_path / "new").write_bytes(b"x" * 300_000)
    sha256 = store.put_member(tmp_path / "earlier")
    with file_size_limit(100_000), pytest.raises(DiskFullError):
        store.put_member(tmp_path / "new")
    assert store.verify_member(sha256)
    assert [path.name for path in (tmp_path / "store").rglob("*") if path.is_file()] == [sha256]


def test_a_file_that_changes_while_it_is_stored_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "in"
    source.write_bytes(b"before")

    def digest_then_change(path: Path) -> str:
        found = digest_file(path)
        source.write_bytes(b"after")
        return found

    monkeypatch.setattr(local, "digest_file", digest_then_change)
    store = LocalStoreConfig(root=tmp_path / "store").build()
    with pytest.raises(IntegrityError, match="changed"):
        store.put_member(source)
    assert [path for path in (tmp_path / "store").rglob("*") if path.is_file()] == []


def test_what_the_store_keeps_and_gives_is_one_file_under_several_names(tmp_path: Path) -> None:
    store = LocalStoreConfig(root=tmp_path / "store").build()
    work, out = tmp_path / "work", tmp_path / "out"
    work.write_bytes(b"x" * 1000)
    sha256 = store.put_member(work, give_up=True)
    store.fetch_member(sha256, out)
    member = tmp_path / "store" / "objects" / sha256[:2] / sha256
    assert member.samefile(work) and member.samefile(out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o444
    store.fetch_member(sha256, out)  # onto itself
    assert out.samefile(member) and [path.name for path in tmp_path.glob(".*.part")] == []


def test_a_file_that_others_may_still_write_to_is_copied(tmp_path: Path) -> None:
    store = LocalStoreConfig(root=tmp_path / "store").build()
    kept, shared, other = tmp_path / "kept", tmp_path / "shared", tmp_path / "other"
    kept.write_bytes(b"kept")
    shared.write_bytes(b"shared")
    os.link(shared, other)
    digests = [store.put_member(kept), store.put_member(shared, give_up=True)]
    kept.write_bytes(b"KEPT")
    other.write_bytes(b"SHARED")
    assert all(store.verify_member(sha256) for sha256 in digests)


@pytest.mark.parametrize("refusal", [errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK])
def test_where_no_second_name_is_to_be_had_bytes_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: int
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(refusal, os.strerror(refusal))

    monkeypatch.setattr(os, "link", refuse)
    store = LocalStoreConfig(root=tmp_path / "store").build()
    (tmp_path / "in").write_bytes(b"in")
    sha256 = store.put_member(tmp_path / "in", give_up=True)
    store.fetch_member(sha256, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"in"
    assert not (tmp_path / "out").samefile(tmp_path / "store" / "objects" / sha256[:2] / sha256)


def test_a_damaged_member_is_not_given_under_a_second_name(tmp_path: Path) -> None:
    store = LocalStoreConfig(root=tmp_path / "store").build()
    (tmp_path / "in").write_bytes(b"in")
    sha256 = store.put_member(tmp_path / "in", give_up=True)
    (tmp_path / "in").chmod(0o644)
    (tmp_path / "in").write_bytes(b"IN")  # against its word
    with pytest.raises(IntegrityError, match=sha256[:12]):
        store.fetch_member(sha256, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (tmp_path / "again").write_bytes(b"in")
    assert store.put_member(tmp_path / "again", give_up=True) == sha256
    assert store.verify_member(sha256)
