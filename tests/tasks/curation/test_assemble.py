"""A dataset that is assembled again: what did not change is neither read nor copied, what was damaged is noticed."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from small_films import OPEN, context_of
from written_groups import WrittenFilm, by_group, write_group

import pegbar.known_digests
from pegbar.artifacts import Artifacts
from pegbar.dataset import Dataset
from pegbar.digests import digest_file
from pegbar.workspace import Workspace
from tasks.curation.assemble import assemble

FILMS = [WrittenFilm(f"{group}{number:014x}") for number, group in enumerate(("aa", "bb", "cc"))]


class Place:
    def __init__(self, root: Path, artifacts: Artifacts) -> None:
        self.artifacts = artifacts
        self.workspace = Workspace(root)

    def assemble(self, films: list[WrittenFilm]) -> Dataset:
        """What a nightly run does with films that are through."""
        groups = [write_group(self.artifacts, group, some) for group, some in by_group(films)]
        assemble(self.artifacts, self.workspace, groups, OPEN)
        dataset = self.workspace.dataset()
        dataset.verify()
        return dataset


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with context_of(tmp_path / "home").open() as artifacts:
        yield Place(tmp_path / "ws", artifacts)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Give the files whose digest was really taken."""
    paths: list[Path] = []

    def noted(path: Path) -> str:
        paths.append(path)
        return digest_file(path)

    monkeypatch.setattr(pegbar.known_digests, "digest_file", noted)
    return paths


def test_a_changed_film_costs_its_group_and_is_one_file_with_the_stores_member(place: Place, read: list[Path]) -> None:
    before = place.assemble(FILMS)
    inodes = {path: (before.root / path).stat().st_ino for path in before.card.files}
    after = place.assemble([replace(FILMS[0], take=1), *FILMS[1:]])
    changed = {path for path in after.card.files if after.card.files[path] != before.card.files[path]}
    assert {path.rpartition("/")[2][:2] for path in changed} == {"aa"}
    assert {path for path in inodes if (after.root / path).stat().st_ino != inodes[path]} == changed
    assert read == []  # the store has read what it handed out
    for path, sha256 in after.card.files.items():
        assert place.artifacts.store.stamp_member(sha256) == pegbar.known_digests.file_stamp(after.root / path)


def test_a_dataset_that_did_not_change_is_not_read(place: Place, read: list[Path]) -> None:
    first = place.assemble(FILMS)
    assert place.assemble(FILMS).digest == first.digest
    assert read == []


def test_a_damaged_file_is_noticed_and_made_again(place: Place) -> None:
    before = place.assemble(FILMS)
    path = before.root / "shards/bb-0000.tar"
    whole = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(whole[::-1])  # and with it the member of the store, which is the same file
    place.assemble(FILMS)
    assert path.read_bytes() == whole


def test_a_lost_or_broken_memory_costs_only_time(place: Place, read: list[Path]) -> None:
    digest = place.assemble(FILMS).digest
    for content in (None, b"no database" * 1000):
        for path in place.workspace.known.path.parent.glob(f"{place.workspace.known.path.name}*"):
            path.unlink()
        if content:
            place.workspace.known.path.write_bytes(content)
        assert place.assemble(FILMS).digest == digest
    assert len(read) >= 2 * len(place.workspace.dataset().card.files)
