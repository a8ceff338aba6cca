import numpy as np
import pytest
import torch
from small_training import picture, sequence

from models.animeshooter.config import SamplerConfig
from models.animeshooter.model import AnimeShooter
from models.animeshooter.sampling import conditions, generate_story
from models.animeshooter.sequence import ShotSequence

QUICK = SamplerConfig(num_inference_steps=2)


def test_the_seed_decides_the_story(model: AnimeShooter) -> None:
    stories = [generate_story(model, picture(), ["a fox", "a tree"], seed, QUICK) for seed in (3, 3, 4)]
    assert all((first == second).all() for first, second in zip(stories[0], stories[1], strict=True))
    assert not (stories[0][0] == stories[2][0]).all()
    assert not (stories[0][0] == stories[0][1]).all()


def test_an_early_shot_does_not_depend_on_how_the_story_goes_on(model: AnimeShooter) -> None:
    short = generate_story(model, picture(), ["a fox"], 0, QUICK)
    long = generate_story(model, picture(), ["a fox", "a tree"], 0, QUICK)
    assert (short[0] == long[0]).all()


def test_every_shot_reads_its_window(model: AnimeShooter, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[ShotSequence] = []
    condition = model.condition

    def reading(sequences: list[ShotSequence]) -> torch.Tensor:
        read.extend(sequences)
        return condition(sequences)

    monkeypatch.setattr(model, "condition", reading)
    captions = [f"caption {index}" for index in range(6)]
    shots = generate_story(model, picture(), captions, 0, SamplerConfig(num_inference_steps=1))
    asked, blank = read[0::2], read[1::2]
    windows = [[0], [0, 1], [0, 1, 2], [0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5]]
    assert [list(item.captions) for item in asked] == [[captions[index] for index in window] for window in windows]
    for item, window in zip(asked, windows, strict=True):
        assert all((item.frames[place] == shots[index][-1]).all() for place, index in enumerate(window[:-1]))
    assert all(set(item.captions) == {""} and (item.reference == 255).all() for item in blank)


def test_guidance_leads_away_from_the_blank_condition(model: AnimeShooter) -> None:
    told, blank = conditions(model, sequence("a fox", "a tree"))
    assert told.shape == blank.shape == (1, 16, 32)
    assert not torch.equal(told, blank)
    unguided = SamplerConfig(num_inference_steps=2, guidance_scale=1.0)
    plain = generate_story(model, picture(), ["a fox"], 0, unguided)[0]
    assert not np.array_equal(plain, generate_story(model, picture(), ["a fox"], 0, QUICK)[0])
