from pathlib import Path

import pytest
from small_training import NANO, small_training

from models.adapters.files import read_header
from models.animeshooter.storage import load_model, lora_file, read_card
from pegbar.dataset import Dataset
from pegbar.errors import ConfigurationError, InputError, IntegrityError
from tasks.training.config import StageConfig
from tasks.training.result import StageResult, stage_facts
from tasks.training.stage import RESULT_NAME, tensor_digests, train_stage
from tasks.training.steps import check_stage

ADAPTER_AND_QUERIES = {"conditioner/model.safetensors"}
MLLM_LORA = "mllm_lora/pytorch_lora_weights.safetensors"
TRANSFORMER_LORA = "transformer_lora/pytorch_lora_weights.safetensors"


@pytest.fixture(scope="module")
def trained(
    tmp_path_factory: pytest.TempPathFactory, base_folder: Path, drawn_dataset: Dataset
) -> dict[str, tuple[StageResult, Path]]:
    """All four stages, each from the one before, three steps each."""
    root = tmp_path_factory.mktemp("stages")
    config, parent, results = small_training(steps=3), None, {}
    for stage in config.stages:
        out = root / stage.name
        result = train_stage(stage, config, base_folder, parent, drawn_dataset, out, root / "work" / stage.name)
        results[stage.name], parent = (result, out), out
    return results


def test_every_stage_passes_its_exit_gate(trained: dict[str, tuple[StageResult, Path]], tmp_path: Path) -> None:
    for result, folder in trained.values():
        assert check_stage(result, tmp_path).reasons == ()
        assert StageResult.from_json((folder / RESULT_NAME).read_bytes()) == result
        assert stage_facts(result)["num_frozen_changed"] == 0


def test_a_stage_changes_only_the_files_of_what_it_trains(trained: dict[str, tuple[StageResult, Path]]) -> None:
    files = [result.files for result, _ in trained.values()]
    changed = [
        {name for name in after if after[name] != before.get(name)}
        for before, after in zip(files, files[1:], strict=False)
    ]
    assert set(files[0]) == ADAPTER_AND_QUERIES
    assert changed == [ADAPTER_AND_QUERIES | {MLLM_LORA}, ADAPTER_AND_QUERIES | {MLLM_LORA}, {TRANSFORMER_LORA}]


def test_a_lora_file_says_which_stage_trained_it_last(trained: dict[str, tuple[StageResult, Path]]) -> None:
    folder = trained["ip-lora"][1]
    assert read_header(folder / lora_file("mllm")).stage == "multi-shot"
    assert read_header(folder / lora_file("transformer")).stage == "ip-lora"
    assert read_card(folder).stage == "ip-lora"


def test_stages_name_their_parents(trained: dict[str, tuple[StageResult, Path]]) -> None:
    results = [result for result, _ in trained.values()]
    assert results[0].parent_digest == ""
    assert len({result.parent_digest for result in results}) == 4
    assert len({(result.base_digest, result.data_digest) for result in results}) == 1


def test_no_path_or_clock_enters_an_artifact(trained: dict[str, tuple[StageResult, Path]]) -> None:
    for _, folder in trained.values():
        for path in folder.rglob("*.json"):
            assert str(folder.parent) not in path.read_text()


def test_it_learns_one_shot_by_heart(base_folder: Path, drawn_dataset: Dataset, tmp_path: Path) -> None:
    config = small_training()
    stage = config.stage("condition-alignment").but(steps=30, batch_size=1, learning_rate=3e-3)
    one = OneShot(drawn_dataset)
    result = train_stage(stage, config, base_folder, None, one, tmp_path / "out", tmp_path / "work")
    assert result.num_examples == 1
    assert result.first_loss is not None and result.final_loss is not None
    assert result.final_loss < 0.2 * result.first_loss


def test_the_velocity_loss_falls_on_one_shot(base_folder: Path, drawn_dataset: Dataset, tmp_path: Path) -> None:
    config = small_training()
    stage = config.stage("ip-lora").but(steps=40, batch_size=4, learning_rate=2e-2, view="shot", shots_per_sequence=1)
    result = train_stage(stage, config, base_folder, None, OneShot(drawn_dataset), tmp_path / "out", tmp_path / "work")
    assert result.first_mean_loss is not None and result.last_mean_loss is not None
    assert result.last_mean_loss < 0.8 * result.first_mean_loss


class OneShot:
    """A dataset cut down to its first shot."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.digest = "one"
        self.read_member = dataset.read_member

    def training_view(self) -> list:
        story = self.dataset.training_view()[0]
        return [story.model_copy(update={"shots": story.shots[:1]})]


def test_a_loss_that_is_not_finite_stops_the_stage_and_fails_its_gate(
    base_folder: Path, drawn_dataset: Dataset, tmp_path: Path
) -> None:
    config = small_training()
    stage = config.stage("condition-alignment").but(steps=20, learning_rate=1e30)
    result = train_stage(stage, config, base_folder, None, drawn_dataset, tmp_path / "out", tmp_path / "work")
    assert result.num_non_finite == 1 and result.num_steps < 20
    assert not check_stage(result, tmp_path / "gate").passed


def test_a_dataset_without_examples_is_refused(base_folder: Path, drawn_dataset: Dataset, tmp_path: Path) -> None:
    config = small_training()
    stage = config.stage("multi-shot").but(shots_per_sequence=4)
    with pytest.raises(InputError, match="needs 4 captioned shots in a row"):
        train_stage(stage, config, base_folder, None, drawn_dataset, tmp_path / "out", tmp_path / "work")


def test_lora_of_the_parent_is_needed_where_the_stage_brings_none(
    base_folder: Path, drawn_dataset: Dataset, tmp_path: Path
) -> None:
    config = small_training()
    with pytest.raises(ConfigurationError, match="matches no parameter"):
        stage = config.stage("multi-shot")
        train_stage(stage, config, base_folder, None, drawn_dataset, tmp_path / "out", tmp_path / "work")


def test_a_parent_of_another_base_is_refused(
    trained: dict[str, tuple[StageResult, Path]], drawn_dataset: Dataset, tmp_path: Path
) -> None:
    other = NANO.but(seed=3).build(tmp_path / "base")
    config = small_training()
    stage: StageConfig = config.stage("multi-shot")
    with pytest.raises(IntegrityError, match="trained on base"):
        parent = trained["single-shot"][1]
        train_stage(stage, config, other, parent, drawn_dataset, tmp_path / "out", tmp_path / "work")


def test_a_trained_model_loads_as_it_was_saved(trained: dict[str, tuple[StageResult, Path]], base_folder: Path) -> None:
    folder = trained["ip-lora"][1]
    first, second = load_model(folder, base_folder), load_model(folder, base_folder)
    assert tensor_digests(first) == tensor_digests(second)
    assert not any(module.training for module in first.modules())
