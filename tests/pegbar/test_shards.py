import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pegbar.errors import InputError
from pegbar.shards import ShardWriter


def test_tarfile_groups_samples_as_webdataset_does(tmp_path: Path) -> None:
    with ShardWriter(tmp_path / "s.tar", "s.tar") as writer:
        writer.add("one.mp4", b"1")
        writer.add("one.json", b"{}")
        writer.add("two.mask.png", b"22")
    with tarfile.open(tmp_path / "s.tar") as tar:
        keys = [member.name.partition(".")[0] for member in tar]
        assert keys == ["one", "one", "two"]
        assert {(member.mtime, member.uid, member.uname, member.mode) for member in tar} == {(0, 0, "", 0o644)}


@settings(max_examples=30, deadline=None)
@given(contents=st.lists(st.binary(max_size=2000), max_size=8))
def test_offsets_find_every_member(tmp_path_factory: pytest.TempPathFactory, contents: list[bytes]) -> None:
    path = tmp_path_factory.mktemp("shard") / "s.tar"
    with ShardWriter(path, "s.tar") as writer:
        members = [writer.add(f"m{number}.bin", content) for number, content in enumerate(contents)]
    raw = path.read_bytes()
    assert [raw[member.offset : member.offset + member.size] for member in members] == contents


@pytest.mark.parametrize("name", ["a/b.mp4", "../x.mp4", "plain", ".hidden", "taken.mp4"])
def test_a_name_that_would_break_the_form_is_refused(tmp_path: Path, name: str) -> None:
    with ShardWriter(tmp_path / "s.tar", "s.tar") as writer:
        writer.add("taken.mp4", b"")
        with pytest.raises(InputError, match="cannot be a member"):
            writer.add(name, b"")
