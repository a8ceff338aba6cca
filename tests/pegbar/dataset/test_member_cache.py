import hashlib
import logging
import multiprocessing
import os
from pathlib import Path

import pytest
from servers.limits import file_size_limit

from pegbar.dataset.member_cache import MemberCache, MemberCacheConfig
from pegbar.errors import HostileNameError


def cache_of(root: Path, max_bytes: int = 1000) -> MemberCache:
    return MemberCacheConfig(root=root / "cache", max_bytes=max_bytes).build()


def content_of(number: int, size: int = 100) -> tuple[str, bytes]:
    content = number.to_bytes(4, "big") * (size // 4)
    return hashlib.sha256(content).hexdigest(), content


def num_bytes(root: Path) -> int:
    return sum(path.stat().st_size for path in (root / "cache").glob("??/*"))


def test_what_was_put_comes_back_in_another_process_too(tmp_path: Path) -> None:
    sha256, content = content_of(1)
    assert cache_of(tmp_path).get(sha256) is None
    cache_of(tmp_path).put(sha256, content)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(cache_of(tmp_path).get, (sha256,)) == content


def test_it_never_outgrows_its_bound_and_drops_what_was_used_longest_ago(tmp_path: Path) -> None:
    cache = cache_of(tmp_path)
    for number in range(10):  # 1000 bytes: full
        cache.put(*content_of(number))
        os.utime(cache._path(content_of(number)[0]), ns=(number, number))
    assert num_bytes(tmp_path) == 1000
    assert cache.get(content_of(0)[0]) is not None  # used just now
    cache.put(*content_of(10))
    # room for 100 is made down to nine tenths of the 900 that would do: 800 stay of 1000
    kept = {number for number in range(11) if cache.get(content_of(number)[0]) is not None}
    assert kept == {0, 3, 4, 5, 6, 7, 8, 9, 10}
    assert num_bytes(tmp_path) == 900
    cache.put(*content_of(99, size=1004))  # more than all of it
    assert cache.get(content_of(99, size=1004)[0]) is None


def put_many(root: Path, first: int) -> int:
    cache, most = cache_of(root), 0
    for number in range(first, first + 60):
        cache.put(*content_of(number))
        with cache._locked():
            most = max(most, num_bytes(root))
    return most


def test_processes_that_write_at_once_keep_the_bound(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(3) as pool:
        most = pool.starmap(put_many, [(tmp_path, first) for first in (0, 30, 60)])
    assert max(most) <= 1000
    assert num_bytes(tmp_path) == int((tmp_path / "cache" / "num_bytes").read_text()) > 800


@pytest.mark.parametrize("damage", [b"", b"torn", bytes(100)])
def test_what_is_damaged_is_dropped(tmp_path: Path, damage: bytes) -> None:
    cache, (sha256, content) = cache_of(tmp_path), content_of(1)
    cache.put(sha256, content)
    cache._path(sha256).write_bytes(damage)
    assert cache.get(sha256) is None
    assert not cache._path(sha256).exists()
    cache.put(sha256, content)
    assert cache.get(sha256) == content


@pytest.mark.parametrize("count", ["", "x", "99999999"])
def test_a_wrong_count_and_a_killed_writer_s_rest_are_mended(tmp_path: Path, count: str) -> None:
    cache = cache_of(tmp_path)
    cache.put(*content_of(1))
    rest = cache._path(content_of(1)[0]).with_name(f"{content_of(2)[0]}.part")
    rest.write_bytes(bytes(500))
    (tmp_path / "cache" / "num_bytes").write_text(count)
    for number in range(2, 30):
        cache.put(*content_of(number))
    assert not rest.exists()
    assert num_bytes(tmp_path) <= 1000


def test_a_full_disk_costs_the_cache_and_one_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    cache = cache_of(tmp_path, max_bytes=10**6)
    cache.put(*content_of(1))
    with file_size_limit(1000):
        for number in (2, 3):
            cache.put(*content_of(number, size=10_000))
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "goes on without the cache" in caplog.text
    assert cache.get(content_of(1)[0]) == content_of(1)[1]
    assert cache.get(content_of(2, size=10_000)[0]) is None
    assert num_bytes(tmp_path) == 100


def test_a_folder_that_cannot_be_made_costs_the_cache_and_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cache").write_text("a file")
    cache = cache_of(tmp_path)
    for number in range(3):
        cache.put(*content_of(number))
        assert cache.get(content_of(number)[0]) is None
    assert len(caplog.records) == 1


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63 + "/"])
def test_only_digests_are_names(tmp_path: Path, name: str) -> None:
    for act in (lambda: cache_of(tmp_path).get(name), lambda: cache_of(tmp_path).put(name, b"x")):
        with pytest.raises(HostileNameError):
            act()
