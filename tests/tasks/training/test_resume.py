import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from small_training import small_training

from models.animeshooter.model import AnimeShooter
from pegbar.dataset import Dataset
from pegbar.errors import ConfigurationError, DiskFullError
from pegbar.faults import KILL_AT_VARIABLE
from tasks.training.checkpoints import latest_checkpoint
from tasks.training.config import StageName
from tasks.training.result import LossHistoryRecord
from tasks.training.stage import LOSSES_NAME, train_stage

ROOT = Path(__file__).parents[3]
STEPS = 6
STAGE: StageName = "single-shot"


def train_in_a_process(out: Path, work: Path, dataset: Path, base: Path, stage: str, kill_at: str = "") -> int:
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}", KILL_AT_VARIABLE: kill_at}
    script = Path(__file__).with_name("train_once.py")
    command = [sys.executable, str(script), str(dataset), str(base), str(out), str(work), stage, str(STEPS)]
    return subprocess.run(command, env=environment, check=False).returncode


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory, drawn_dataset: Dataset, base_folder: Path) -> Path:
    """The stage's folder as made by a run that nobody killed."""
    root, config = tmp_path_factory.mktemp("straight"), small_training(steps=STEPS)
    train_stage(config.stage(STAGE), config, base_folder, None, drawn_dataset, root / "out", root / "work")
    return root / "out"


@pytest.mark.parametrize("kill_at", ["train:after_checkpoint", "train:mid_checkpoint", "train:before_emit"])
def test_a_killed_stage_goes_on_to_the_same_bytes(
    kill_at: str, straight: Path, drawn_dataset: Dataset, base_folder: Path, tmp_path: Path
) -> None:
    config = small_training(steps=STEPS)
    stage = config.stage(STAGE)
    resumed, work = tmp_path / "resumed", tmp_path / "work"
    status = train_in_a_process(resumed, work, drawn_dataset.root, base_folder, stage.name, kill_at)
    assert status == -signal.SIGKILL
    done: list[int] = []
    train_stage(stage, config, base_folder, None, drawn_dataset, resumed, work, lambda step, _: done.append(step))
    expected = {
        "train:after_checkpoint": [3, 4, 5],
        "train:mid_checkpoint": [0, 1, 2, 3, 4, 5],
        "train:before_emit": [],
    }
    assert done == expected[kill_at]
    files = [path.relative_to(straight) for path in sorted(straight.rglob("*.*"))]
    assert {str(path) for path in files} == {
        "animeshooter.json",
        "conditioner/model.safetensors",
        "losses.json",
        "mllm_lora/pytorch_lora_weights.safetensors",
        "stage.json",
    }
    assert [path for path in files if (straight / path).read_bytes() != (resumed / path).read_bytes()] == []
    assert len(LossHistoryRecord.from_json((resumed / LOSSES_NAME).read_bytes()).losses) == STEPS
    assert not list(work.glob(".*"))


def test_a_full_disk_is_said_so_and_the_stage_goes_on_once_there_is_space(
    straight: Path, drawn_dataset: Dataset, base_folder: Path, tmp_path: Path
) -> None:
    config, out, work = small_training(steps=STEPS), tmp_path / "out", tmp_path / "work"
    stage = config.stage(STAGE)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill_the_disk(step: int, loss: float) -> None:
        if step == 4:  # after the first checkpoint, before the second
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))

    try:
        with pytest.raises(DiskFullError, match="no space left"):
            train_stage(stage, config, base_folder, None, drawn_dataset, out, work, fill_the_disk)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    train_stage(stage, config, base_folder, None, drawn_dataset, out, work)
    assert (out / "conditioner/model.safetensors").read_bytes() == (
        straight / "conditioner/model.safetensors"
    ).read_bytes()


def test_checkpoints_of_another_run_are_refused_by_name(
    drawn_dataset: Dataset, base_folder: Path, tmp_path: Path
) -> None:
    config = small_training(steps=1)
    stage = config.stage("condition-alignment")
    train_stage(stage, config, base_folder, None, drawn_dataset, tmp_path / "a", tmp_path / "work")
    with pytest.raises(ConfigurationError, match="stage differ"):
        other = stage.but(learning_rate=0.5)
        train_stage(other, config, base_folder, None, drawn_dataset, tmp_path / "b", tmp_path / "work")


@pytest.mark.parametrize("content", [b"", b"torn", b"PK\x03\x04" + bytes(100)])
def test_a_torn_checkpoint_falls_back_to_the_one_before(tmp_path: Path, content: bytes) -> None:
    torch.save({"hyper_parameters": {"fingerprint": {"a": 1}}}, tmp_path / "step-000000003.ckpt")
    (tmp_path / "step-000000006.ckpt").write_bytes(content)
    assert latest_checkpoint(tmp_path, {"a": 1}) == tmp_path / "step-000000003.ckpt"


def test_a_checkpoint_that_would_run_code_is_not_read(tmp_path: Path, model: AnimeShooter) -> None:
    torch.save({"hyper_parameters": {"fingerprint": {}}, "code": Path("/")}, tmp_path / "step-000000003.ckpt")
    assert latest_checkpoint(tmp_path, {}) is None
