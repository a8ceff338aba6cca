"""What only the store in a folder has."""

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
