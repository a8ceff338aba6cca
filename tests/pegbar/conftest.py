"""A workspace of two versions, made once: DVC takes seconds for each."""

import shutil
from pathlib import Path

import pytest
from small_dataset import small_rows, write_small_dataset

from pegbar.workspace import Workspace

SECOND_STORYLINE = "Another story."


@pytest.fixture(scope="session")
def two_versions_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the workspace that tests get copies of."""
    workspace = Workspace.create(tmp_path_factory.mktemp("template"))
    write_small_dataset(workspace.data)
    workspace.commit_version("First")
    shutil.rmtree(workspace.data)
    rows = small_rows()
    rows["stories"][0]["storyline"] = SECOND_STORYLINE
    write_small_dataset(workspace.data, rows)
    workspace.commit_version("Second")
    return workspace.root


@pytest.fixture
def two_versions(two_versions_template: Path, tmp_path: Path) -> Workspace:
    """Give a workspace of two versions of the small dataset: in the second, the first story has another storyline."""
    shutil.copytree(two_versions_template, tmp_path / "ws")
    return Workspace.open(tmp_path / "ws")
