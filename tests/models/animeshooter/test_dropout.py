from collections import Counter

import pytest
import torch
from pydantic import ValidationError
from small_training import sequence

from models.animeshooter.dropout import DropoutPolicy, hide

DRAWS = 20_000


def frequencies(policy: DropoutPolicy) -> dict[str, float]:
    generator = torch.Generator().manual_seed(7)
    counts = Counter(policy.draw(generator) for _ in range(DRAWS))
    return {event: counts[event] / DRAWS for event in ("nothing", "reference", "captions", "both")}


def test_single_shot_hides_each_and_both_one_time_in_twenty() -> None:
    found = frequencies(DropoutPolicy(reference_only=0.05, captions_only=0.05, both=0.05))
    expected = {"nothing": 0.85, "reference": 0.05, "captions": 0.05, "both": 0.05}
    # four standard deviations of a share of 0.85 in 20,000 draws
    assert found == pytest.approx(expected, abs=4 * (0.85 * 0.15 / DRAWS) ** 0.5)


def test_multi_shot_hides_only_both_together() -> None:
    found = frequencies(DropoutPolicy(both=0.05))
    assert found["reference"] == found["captions"] == 0
    assert found["both"] == pytest.approx(0.05, abs=0.007)


def test_hiding_one_leaves_the_other() -> None:
    whole = sequence("a fox", "a tree")
    assert hide(whole, "reference").captions == whole.captions
    assert (hide(whole, "captions").reference == whole.reference).all()
    assert hide(whole, "nothing") is whole


def test_probabilities_over_one_are_refused() -> None:
    with pytest.raises(ValidationError, match="disjoint"):
        DropoutPolicy(reference_only=0.5, captions_only=0.4, both=0.2)
