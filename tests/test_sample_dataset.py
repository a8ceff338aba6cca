"""The sample dataset comes from the repository alone: a fresh clone, `dvc pull`, every digest right."""

import os
import subprocess
import sys
from pathlib import Path

from pegbar.dataset import Dataset

ROOT = Path(__file__).parent.parent
MAX_REMOTE_BYTES = 15 << 20


def test_dvc_pull_on_a_fresh_clone_brings_a_dataset_that_verifies(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    pull = [sys.executable, "-m", "dvc", "pull", "--quiet"]
    subprocess.run(pull, cwd=clone, env=os.environ | {"DVC_NO_ANALYTICS": "1"}, check=True)
    dataset = Dataset(clone / "data")
    dataset.verify()
    assert len(dataset.training_view()) == 4
    assert set(dataset.card.licences) == {"CC0-1.0"}
    status = subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True)
    assert status.stdout == ""


def test_the_sample_remote_stays_small() -> None:
    remote = ROOT / "infra" / "sample_remote"
    assert sum(path.stat().st_size for path in remote.rglob("*") if path.is_file()) < MAX_REMOTE_BYTES
