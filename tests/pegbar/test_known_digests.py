"""The memory of digests: what did not change is not read; what changed is; losing it costs only time."""

import errno
import os
import time
from pathlib import Path

import pytest

from pegbar.digests import digest_bytes
from pegbar.known_digests import KnownDigests, file_stamp


@pytest.fixture
def known(tmp_path: Path) -> KnownDigests:
    return KnownDigests(tmp_path / "memory" / "digests.db")


def settled(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    long_ago = time.time() - 60
    os.utime(path, (long_ago, long_ago))
    return path


def test_a_file_that_did_not_change_is_read_once(
    known: KnownDigests, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = settled(tmp_path / "film.mp4", b"one")
    assert known.of_file(film) == digest_bytes(b"one")
    monkeypatch.setattr("pegbar.known_digests.digest_file", lambda path: pytest.fail(f"{path} is read again"))
    assert known.of_file(film) == digest_bytes(b"one")


@pytest.mark.parametrize("content", [b"two", b"other"])
def test_a_file_that_changed_is_read_again(known: KnownDigests, tmp_path: Path, content: bytes) -> None:
    known.of_file(settled(tmp_path / "film.mp4", b"one"))
    (tmp_path / "film.mp4").write_bytes(content)
    assert known.of_file(tmp_path / "film.mp4") == digest_bytes(content)


def test_a_file_that_was_only_just_written_is_not_trusted(known: KnownDigests, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"one")
    os.utime(film, (time.time() + 10, time.time() + 10))  # however slow this machine is, it was written just now
    known.of_file(film)
    assert known.recall(str(film), file_stamp(film)) is None


def test_many_subjects_are_recalled_at_once_and_forgotten_one_by_one(known: KnownDigests) -> None:
    everything = {f"subject {number}": f"stamp {number}" for number in range(1200)}
    known.remember_all((subject, stamp, "d") for subject, stamp in everything.items())
    known.forget("subject 7")
    found = known.recall_all({**everything, "subject 8": "another stamp"})
    assert set(everything) - set(found) == {"subject 7", "subject 8"}


@pytest.mark.parametrize("content", [b"", b"this is no database"])
def test_a_damaged_or_lost_memory_costs_only_time(known: KnownDigests, tmp_path: Path, content: bytes) -> None:
    film = settled(tmp_path / "film.mp4", b"one")
    known.of_file(film)
    known.path.write_bytes(content)
    assert known.of_file(film) == digest_bytes(b"one")
    known.of_file(film)
    assert known.recall(str(film), file_stamp(film)) == digest_bytes(b"one")


def test_a_memory_that_cannot_be_made_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, **options: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    film = settled(tmp_path / "film.mp4", b"one")
    monkeypatch.setattr(Path, "mkdir", refuse)
    assert KnownDigests(tmp_path / "nowhere" / "digests.db").of_file(film) == digest_bytes(b"one")
