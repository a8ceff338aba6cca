"""What every store promises, on a folder, on moto and on OpenStack Swift."""

import hashlib
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from servers.limits import file_size_limit
from servers.stores import PART_BYTES, LocalPlace, Place, s3_place

from pegbar.errors import DiskFullError, HostileNameError, InputError, IntegrityError, NotFoundError
from pegbar.faults import KILL_AT_VARIABLE
from pegbar.store import LocalStoreConfig, Store, StoreConfig

HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"  # sha256 of b"hello", FIPS 180-4
ABSENT = "0" * 64
HOSTILE = ["", "..", "../../etc/passwd", "A" * 64, HELLO + "\n", HELLO[:-1], f"{HELLO[:-1]}/", "é" * 64, "\0" * 64]


@pytest.fixture(params=["local", "copies", "moto", "swift"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    if request.param in ("local", "copies"):
        return LocalPlace(LocalStoreConfig(root=tmp_path / "store", links=request.param == "local"))
    server = request.getfixturevalue(f"{request.param}_server")
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    return s3_place(server, request.param)


@pytest.fixture
def store(place: Place) -> Store:
    return place.build()


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.fixture
def hello(tmp_path: Path) -> Path:
    return written(tmp_path / "hello.txt", b"hello")


@pytest.fixture
def big(tmp_path: Path) -> Path:
    """Give a file of 12 MB: two whole parts and a smaller one."""
    return written(tmp_path / "big.bin", b"".join(i.to_bytes(4, "big") for i in range(3_000_000)))


def put_and_die(place: Place, path: Path, fault: str) -> None:
    """Put a file in a process that really gets SIGKILL at the fault point."""
    config = TypeAdapter(StoreConfig).dump_json(place.config).decode()
    code = (
        "import sys; from pathlib import Path; from pydantic import TypeAdapter; from pegbar.store import StoreConfig;"
        "TypeAdapter(StoreConfig).validate_json(sys.argv[1]).build().put_member(Path(sys.argv[2]))"
    )
    child = subprocess.run(
        [sys.executable, "-c", code, config, path], env={**os.environ, KILL_AT_VARIABLE: fault}, capture_output=True
    )
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()


def test_a_member_comes_back_as_it_went_in(store: Store, tmp_path: Path) -> None:
    for size in (0, 1, 100_000):
        content = (bytes(range(256)) * 400)[:size]
        sha256 = store.put_member(written(tmp_path / "in", content))
        store.fetch_member(sha256, tmp_path / "new folder" / "out")
        assert sha256 == hashlib.sha256(content).hexdigest()
        assert (tmp_path / "new folder" / "out").read_bytes() == content
        assert store.has_member(sha256) and store.verify_member(sha256)


def test_a_second_put_writes_nothing(place: Place, hello: Path) -> None:
    assert place.build().put_member(hello) == HELLO
    before = place.stamp(HELLO)
    time.sleep(1.1)  # the resolution of LastModified is a second
    assert place.build().put_member(hello) == HELLO
    assert place.stamp(HELLO) == before


def test_ranges_are_exact(store: Store, hello: Path) -> None:
    store.put_member(hello)
    ranges = [store.read_range(HELLO, *span) for span in ((0, 5), (1, 3), (4, 1), (5, 0))]
    assert ranges == [b"hello", b"ell", b"o", b""]


def test_ranges_that_are_not_there_are_refused(store: Store, hello: Path) -> None:
    store.put_member(hello)
    for offset, size in ((3, 3), (5, 1), (99, 1)):
        with pytest.raises(IntegrityError, match=HELLO[:12]):
            store.read_range(HELLO, offset, size)
    for offset, size in ((-1, 2), (0, -1)):
        with pytest.raises(InputError, match="byte range"):
            store.read_range(HELLO, offset, size)


def test_what_is_missing_is_said_to_be(store: Store, tmp_path: Path) -> None:
    assert not store.has_member(ABSENT)
    assert not store.verify_member(ABSENT)
    assert store.read_manifest(ABSENT) is None
    assert list(store.list_manifests()) == []
    store.delete_member(ABSENT)
    store.delete_manifest(ABSENT)
    with pytest.raises(NotFoundError):
        store.fetch_member(ABSENT, tmp_path / "out")
    with pytest.raises(NotFoundError):
        store.read_range(ABSENT, 0, 1)
    assert not (tmp_path / "out").exists()


def test_what_is_deleted_is_gone(store: Store, hello: Path) -> None:
    store.put_member(hello)
    store.put_manifest(ABSENT, b"{}")
    store.delete_member(HELLO)
    store.delete_manifest(ABSENT)
    assert not store.has_member(HELLO)
    assert store.read_manifest(ABSENT) is None


def test_damage_is_found_and_the_old_file_kept(place: Place, store: Store, hello: Path, tmp_path: Path) -> None:
    store.put_member(hello)
    place.overwrite(HELLO, b"hellO")
    target = written(tmp_path / "out", b"what was there")
    assert not store.verify_member(HELLO)
    with pytest.raises(IntegrityError, match=HELLO[:12]):
        store.fetch_member(HELLO, target)
    assert target.read_bytes() == b"what was there"
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


def test_stamps_of_many_members_are_those_of_each(store: Store, tmp_path: Path) -> None:
    members = [store.put_member(written(tmp_path / str(number), bytes([number]))) for number in range(20)]
    stamps = store.stamp_members([*members, ABSENT, members[0]])
    assert stamps == {sha256: store.stamp_member(sha256) for sha256 in members}
    assert store.stamp_members([]) == {}


def test_a_stamp_stays_until_the_bytes_are_written_again(place: Place, store: Store, hello: Path) -> None:
    assert store.stamp_member(ABSENT) is None
    store.put_member(hello)
    stamp = store.stamp_member(HELLO)
    assert stamp is not None
    assert place.build().stamp_member(HELLO) == stamp
    place.overwrite(HELLO, b"hellO")
    assert store.stamp_member(HELLO) not in (None, stamp)


def test_damage_that_was_found_is_healed_by_the_next_put(place: Place, store: Store, hello: Path) -> None:
    store.put_member(hello)
    place.overwrite(HELLO, b"hellO")
    assert not store.verify_member(HELLO)
    store.put_member(hello)
    assert store.verify_member(HELLO)


def test_a_truncated_member_is_healed_by_the_next_put(place: Place, store: Store, hello: Path) -> None:
    store.put_member(hello)
    place.overwrite(HELLO, b"hell")
    place.build().put_member(hello)
    assert store.verify_member(HELLO)


def test_manifests_are_listed_in_order_and_foreign_names_left_alone(place: Place, store: Store) -> None:
    keys = [hashlib.sha256(bytes([number])).hexdigest() for number in range(5)]
    for key in keys:
        store.put_manifest(key, key.encode())
    for name in ("readme.txt", f"{'Z' * 64}.json", f"{keys[0]}.json.bak", "a b.json"):
        place.add_manifest_file(name)
    assert list(store.list_manifests()) == sorted(keys)
    assert [store.read_manifest(key) for key in keys] == [key.encode() for key in keys]


def test_members_are_listed_in_order_with_their_size_and_a_small_age(store: Store, tmp_path: Path) -> None:
    assert list(store.list_members()) == []
    names = sorted(store.put_member(written(tmp_path / "in", bytes(size))) for size in range(5))
    listed = list(store.list_members())
    assert [member.sha256 for member in listed] == names
    assert sorted(member.size_bytes for member in listed) == [0, 1, 2, 3, 4]
    assert all(0 <= member.age_seconds < 300 for member in listed)


def test_a_file_that_was_given_up_may_go_and_the_member_stays(store: Store, hello: Path, tmp_path: Path) -> None:
    assert store.put_member(hello, give_up=True) == HELLO
    assert hello.read_bytes() == b"hello"
    hello.unlink()
    store.fetch_member(HELLO, tmp_path / "out")
    (tmp_path / "out").unlink()
    assert store.verify_member(HELLO)


def test_a_manifest_is_replaced_whole(store: Store) -> None:
    store.put_manifest(HELLO, b'{"long": "content"}')
    store.put_manifest(HELLO, b"{}")
    assert store.read_manifest(HELLO) == b"{}"


def test_hostile_names_are_refused_everywhere(store: Store, tmp_path: Path) -> None:
    calls: list[Callable[[str], object]] = [
        store.has_member,
        store.verify_member,
        lambda name: store.fetch_member(name, tmp_path / "out"),
        lambda name: store.read_range(name, 0, 1),
        lambda name: store.put_manifest(name, b""),
        store.read_manifest,
        store.delete_manifest,
        store.delete_member,
    ]
    for call, name in itertools.product(calls, HOSTILE):
        with pytest.raises(HostileNameError):
            call(name)


def test_only_regular_files_are_stored(store: Store, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(InputError, match="regular file"):
            store.put_member(path)
    with pytest.raises(NotFoundError):
        store.put_member(tmp_path / "nothing")


def test_a_full_disk_while_fetching_keeps_what_was_there(place: Place, store: Store, tmp_path: Path) -> None:
    if isinstance(place, LocalPlace) and place.config.links:
        pytest.skip("a second name needs no room")
    sha256 = store.put_member(written(tmp_path / "in", b"x" * 300_000))
    target = written(tmp_path / "out", b"what was there")
    with file_size_limit(100_000), pytest.raises(DiskFullError, match="out"):
        store.fetch_member(sha256, target)
    assert target.read_bytes() == b"what was there"


def test_kill_9_in_a_small_put_leaves_no_member(place: Place, store: Store, hello: Path) -> None:
    put_and_die(place, hello, "store:before_rename" if place.kind == "local" else "store:before_put")
    assert not store.has_member(HELLO)
    assert store.put_member(hello) == HELLO
    assert store.verify_member(HELLO)


def test_kill_9_in_a_big_put_leaves_no_member_and_can_be_swept(place: Place, store: Store, big: Path) -> None:
    put_and_die(place, big, "store:before_rename" if place.kind == "local" else "store:before_complete")
    assert not store.has_member(hashlib.sha256(big.read_bytes()).hexdigest())
    assert place.num_unfinished() == 1
    if place.kind != "moto":  # which says of every upload that it began in 2010
        assert store.abort_stale_uploads(older_than_seconds=3600) == 0
    assert store.abort_stale_uploads(older_than_seconds=-60) == 1
    assert place.num_unfinished() == 0


def test_a_big_file_after_kill_9_arrives_whole(place: Place, store: Store, big: Path, tmp_path: Path) -> None:
    put_and_die(place, big, "store:before_rename" if place.kind == "local" else "store:after_part_2")
    sha256 = store.put_member(big)
    store.fetch_member(sha256, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == big.read_bytes()
    assert store.read_range(sha256, PART_BYTES - 2, 4) == big.read_bytes()[PART_BYTES - 2 : PART_BYTES + 2]
    assert place.num_unfinished() == (1 if place.kind == "local" else 0)
