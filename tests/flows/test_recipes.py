"""Recipes are complete, serialisable, and keep the paper's stages; unknown names are answered with the nearest."""

import pytest

from flows.launch import resume
from flows.recipes import RECIPES, LifecycleConfig, recipe_named
from flows.train import Request, stage_names
from pegbar.digests import digest_of
from pegbar.errors import NotFoundError
from pegbar.settings import load_settings


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_survives_a_trip_through_json(name: str) -> None:
    recipe = recipe_named(name)
    again = LifecycleConfig.model_validate_json(recipe.model_dump_json())
    assert digest_of(again) == digest_of(recipe)


@pytest.mark.parametrize("name", RECIPES)
def test_what_trains_in_each_stage_is_the_paper_s(name: str) -> None:
    trained = {stage.name: "+".join(stage.trainable) for stage in recipe_named(name).candidate.train.stages}
    adapter, mllm, generator = "queries+adapter.*", "mllm.*lora_*", "transformer.*lora_*"
    assert trained == {
        "condition-alignment": adapter,
        "single-shot": f"{adapter}+{mllm}",
        "multi-shot": f"{adapter}+{mllm}",
        "ip-lora": generator,
    }


def test_the_dropout_is_the_paper_s() -> None:
    stages = {stage.name: stage.dropout for stage in recipe_named("nano").candidate.train.stages}
    single, multi = stages["single-shot"], stages["multi-shot"]
    assert (single.reference_only, single.captions_only, single.both) == (0.05, 0.05, 0.05)
    assert (multi.reference_only, multi.captions_only, multi.both) == (0, 0, 0.05)


def test_the_shared_stages_stop_where_asked() -> None:
    config = recipe_named("nano").candidate.train
    assert stage_names(Request(config=config)) == ["condition-alignment", "single-shot", "multi-shot"]
    assert stage_names(Request(config=config, last_stage="single-shot")) == ["condition-alignment", "single-shot"]


def test_an_unknown_recipe_names_the_nearest() -> None:
    with pytest.raises(NotFoundError, match="did you mean 'nano'"):
        recipe_named("nan0")


def test_nothing_to_resume_says_so(home: object) -> None:
    with pytest.raises(NotFoundError, match="nothing to resume"):
        resume(load_settings())
    with pytest.raises(NotFoundError, match="no run 'r9'"):
        resume(load_settings(), "r9")
