import pytest
from small_training import small_training

from models.animeshooter.model import AnimeShooter
from models.animeshooter.module import AnimeShooterModule, FitConfig, apply_trainable, set_training_modes
from pegbar.errors import ConfigurationError
from tasks.training.config import StageName, paper_stages

OWN = {"queries", "adapter.output_queries", "adapter.qformer", "adapter.projection"}


def components(names: tuple[str, ...]) -> set[str]:
    found = set()
    for name in names:
        if "lora_" in name:
            found.add(name.split(".")[0] + " LoRA")
        else:
            found.add(".".join(name.split(".")[:2]))
    return found


@pytest.mark.parametrize(
    ("stage_name", "expected"),
    [
        ("condition-alignment", OWN),
        ("single-shot", OWN | {"mllm LoRA"}),
        ("multi-shot", OWN | {"mllm LoRA"}),
        ("ip-lora", {"transformer LoRA"}),
    ],
)
def test_each_stage_trains_what_the_paper_says(model: AnimeShooter, stage_name: StageName, expected: set[str]) -> None:
    for stage in small_training().stages:
        if stage.lora:
            model.add_lora(stage.lora)
        names = apply_trainable(model, stage.trainable)
        if stage.name == stage_name:
            assert components(names) == expected
            return


def test_stages_are_the_papers_numbers() -> None:
    found = [(stage.name, stage.loss, stage.shots_per_sequence, stage.batch_size) for stage in paper_stages()]
    assert found == [
        ("condition-alignment", "t5_mse", 1, 32),
        ("single-shot", "velocity_mse", 1, 24),
        ("multi-shot", "velocity_mse", 3, 8),
        ("ip-lora", "velocity_mse", 3, 2),
    ]
    assert [stage.steps for stage in paper_stages()] == [1_800_000, 17_000, 8_000, 1_000]


def test_a_pattern_that_trains_nothing_is_refused(model: AnimeShooter) -> None:
    with pytest.raises(ConfigurationError, match=r"mllm\.\*lora_\*"):
        apply_trainable(model, ("queries", "mllm.*lora_*"))


def test_only_what_trains_is_in_training_mode_and_in_the_checkpoint(model: AnimeShooter) -> None:
    module = AnimeShooterModule(model, FitConfig(trainable=("queries", "adapter.*"), loss="t5_mse"), {})
    module.train()
    set_training_modes(model)
    assert model.adapter.training
    assert not any(part.training for part in (model.vae, model.text_encoder, model.transformer, model.mllm))
    assert all(name == "model.queries" or name.startswith("model.adapter.") for name in module.state_dict())


def test_lora_dropout_is_active_only_where_it_trains(model: AnimeShooter) -> None:
    lora = small_training().stages[1].lora
    assert lora is not None
    model.add_lora(lora.but(dropout=0.1))
    for patterns, active in ((("mllm.*lora_*",), True), (("queries",), False)):
        apply_trainable(model, patterns)
        set_training_modes(model)
        modes = {part.training for name, part in model.mllm.named_modules() if name.endswith("lora_dropout")}
        assert modes == {active}
