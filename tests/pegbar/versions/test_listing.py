"""Versions by the names people give them; a repository is enough for that, DVC has no part in it."""

import subprocess
from pathlib import Path

import pytest

from pegbar.errors import NotFoundError, UsageError
from pegbar.versions.listing import TRAILER, find_version, list_versions

POINTER = "outs:\n- md5: {}.dir\n  size: {}\n  nfiles: 3\n  hash: md5\n  path: data\n"
DIGESTS = ("abcd1" + "0" * 59, "abcd2" + "0" * 59, "beef" + "0" * 60)


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=me", "-c", "user.email=me@localhost")
    return subprocess.run(["git", *identity, *arguments], cwd=root, capture_output=True, text=True, check=True).stdout


def commit(root: Path, name: str, content: str, message: str) -> str:
    (root / name).write_text(content)
    git(root, "add", name)
    git(root, "commit", "-qm", message)
    return git(root, "rev-parse", "HEAD").strip()


@pytest.fixture
def made(tmp_path: Path) -> list[str]:
    """Three versions with an edit before the last."""
    git(tmp_path, "init", "-q", ".")
    revisions = []
    for number, digest in enumerate(DIGESTS):
        if number == 2:
            commit(tmp_path, "edit.json", "{}", "An edit")
            git(tmp_path, "tag", "edited")
        content = POINTER.format(f"{number}" * 32, number + 1)
        revisions.append(commit(tmp_path, "data.dvc", content, f"Version {number}\n\n{TRAILER}: {digest}"))
    return revisions


def test_versions_are_listed_newest_first_without_commits_that_make_none(tmp_path: Path, made: list[str]) -> None:
    versions = list_versions(tmp_path)
    assert [version.revision for version in versions] == made[::-1]
    assert [version.dataset_digest for version in versions] == list(DIGESTS[::-1])
    assert [(version.message, version.size_bytes, version.num_files) for version in versions][2] == ("Version 0", 1, 3)


def test_a_version_is_found_by_commit_digest_or_any_name_of_git(tmp_path: Path, made: list[str]) -> None:
    names = {made[1]: 1, made[0][:10]: 0, "abcd2": 1, DIGESTS[2]: 2, "HEAD": 2, "edited": 1, "HEAD~2": 1, "main": 2}
    git(tmp_path, "branch", "-f", "-m", "main")
    for name, number in names.items():
        assert find_version(tmp_path, name).revision == made[number], name


def test_a_beginning_of_several_names_them(tmp_path: Path, made: list[str]) -> None:
    with pytest.raises(UsageError, match=f"2 versions: {made[1][:12]}, {made[0][:12]}") as caught:
        find_version(tmp_path, "abcd")
    assert "pegbar data versions" in caught.value.remedy


@pytest.mark.parametrize(
    "name", ["nothing", "abc", "", "--all", "a\0b", "deadbeef" * 5, "edited:data.dvc", "../x", "ü"]
)
def test_what_is_no_version_is_said(tmp_path: Path, made: list[str], name: str) -> None:
    with pytest.raises(NotFoundError, match="has no version"):
        find_version(tmp_path, name)


def test_a_dataset_that_came_back_is_its_newest_version(tmp_path: Path, made: list[str]) -> None:
    content = POINTER.format("0" * 32, 1)
    again = commit(tmp_path, "data.dvc", content, f"As before\n\n{TRAILER}: {DIGESTS[0]}")
    assert find_version(tmp_path, DIGESTS[0][:6]).revision == again


def test_a_damaged_pointer_or_a_removed_one_hides_no_other_version(tmp_path: Path, made: list[str]) -> None:
    commit(tmp_path, "data.dvc", "outs: [", "Damaged")
    git(tmp_path, "rm", "-q", "data.dvc")
    git(tmp_path, "commit", "-qm", "Emptied")
    versions = list_versions(tmp_path)
    assert [version.message for version in versions] == ["Damaged", "Version 2", "Version 1", "Version 0"]
    assert (versions[0].size_bytes, versions[0].num_files) == (None, None)


def test_a_repository_without_commits_has_none(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", ".")
    assert list_versions(tmp_path) == []
