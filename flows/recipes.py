"""Recipes: functions that return a full configuration; a variant starts from another."""

import difflib
from collections.abc import Callable

from flows.candidate import Request
from models.animeshooter.config import AnimeShooterConfig, SamplerConfig
from models.nano.config import NanoConfig
from pegbar.config import Config
from pegbar.errors import NotFoundError
from tasks.curation.config import CurateConfig
from tasks.evaluation.evaluate import EvaluateConfig
from tasks.registry.gate import PromoteConfig
from tasks.studio.generate import GenerateConfig
from tasks.training.config import StageConfig, TrainConfig, paper_stages


class LifecycleConfig(Config):
    """Everything from films to a new story."""

    curate: CurateConfig
    candidate: Request
    promote: PromoteConfig
    generate: GenerateConfig


def nano() -> LifecycleConfig:
    """toon-nano on a laptop: the paper's four stages, minutes instead of GPU-hours."""
    return LifecycleConfig(
        curate=CurateConfig(),
        candidate=Request(
            name="toon-nano",
            train=TrainConfig(
                base=NanoConfig(condition_length=160),  # room for the longest captions
                model=AnimeShooterConfig(qformer_hidden=64, qformer_heads=4, image_max_pixels=112 * 112),
                stages=nano_stages(),
            ),
            sampler=SamplerConfig(num_inference_steps=8, guidance_scale=3.0),
            evaluate=EvaluateConfig(num_stories=2),
        ),
        promote=PromoteConfig(max_harmeanp_drop=1.0),  # untrained: noise is not compared with noise
        generate=GenerateConfig(seed=7),
    )


def nano_stages() -> tuple[StageConfig, ...]:
    """Return the paper's stages, what trains and what is hidden unchanged, with steps for a CPU."""
    align, single, multi, ip = (stage.but(learning_rate=1e-3, checkpoint_every_steps=25) for stage in paper_stages())
    return (
        align.but(steps=150, batch_size=4),
        single.but(steps=100, batch_size=4),
        multi.but(steps=50, batch_size=2, learning_rate=5e-4),
        ip.but(steps=50, batch_size=2),
    )


def smoke() -> LifecycleConfig:
    """`nano` in a minute: every step of it, as little of each as there can be."""
    full = nano().candidate
    stages = tuple(stage.but(steps=2, batch_size=1, checkpoint_every_steps=1) for stage in full.train.stages)
    small = full.but(
        name="toon-smoke",
        train=full.train.but(stages=stages),
        sampler=SamplerConfig(num_inference_steps=2, guidance_scale=2.0),
        evaluate=EvaluateConfig(num_stories=1),
    )
    return nano().but(candidate=small)


RECIPES: dict[str, Callable[[], LifecycleConfig]] = {recipe.__name__: recipe for recipe in (nano, smoke)}


def recipe_named(name: str) -> LifecycleConfig:
    """Return a recipe's configuration.

    Raises:
        NotFoundError: there is none of that name; the nearest is suggested.
    """
    if name not in RECIPES:
        near = difflib.get_close_matches(name, RECIPES, n=1)
        suggestion = f"did you mean {near[0]!r}?" if near else f"name one of: {', '.join(RECIPES)}"
        raise NotFoundError(f"no recipe {name!r}", remedy=suggestion, subject=name)
    return RECIPES[name]()
