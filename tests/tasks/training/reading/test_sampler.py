"""The order and its division among ranks, alone: exact for any ranks, batches and kills."""

from dataclasses import dataclass
from itertools import islice

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pegbar.errors import ConfigurationError, InputError
from tasks.training.reading import SampleOrder, StatefulSampler
from tasks.training.reading.sampler import Tail


@dataclass(frozen=True)
class Numbers:
    """So many samples that are nothing but their number."""

    count: int
    digest: str = "d" * 64

    def __len__(self) -> int:
        return self.count


@dataclass(frozen=True)
class Phase:
    """A life of a training: ranks and batch, how many steps it makes, and how many more it draws before it dies."""

    num_ranks: int
    batch_size: int
    num_steps: int
    num_drawn_ahead: int


PHASES = st.lists(
    st.builds(Phase, st.integers(1, 5), st.integers(1, 6), st.integers(0, 8), st.integers(0, 3)), min_size=1, max_size=6
)


def live(samples: Numbers, phase: Phase, tail: Tail, state: dict[str, int | str] | None) -> tuple[list[int], dict]:
    """Return the samples all ranks got, in order of (step, rank), and the state they all ended with."""
    steps: list[list[list[int]]] = [[] for _ in range(phase.num_steps)]
    states = []
    for rank in range(phase.num_ranks):
        sampler = StatefulSampler(samples, phase.batch_size, seed=3, rank=rank, num_ranks=phase.num_ranks, tail=tail)
        if state is not None:
            sampler.load_state_dict(state)
        step = 0
        while step < phase.num_steps:
            for batch in islice(sampler, phase.num_steps - step):
                steps[step].append(batch)
                sampler.hand_over()
                step += 1
        assert len(list(islice(sampler, phase.num_drawn_ahead))) <= phase.num_drawn_ahead
        states.append(sampler.state_dict())
    assert all(state == states[0] for state in states)
    assert all(max(map(len, ranks)) - min(map(len, ranks)) <= (tail == "short") for ranks in steps)
    assert all(len(batch) <= phase.batch_size for ranks in steps for batch in ranks)
    return [sample for ranks in steps for batch in ranks for sample in batch], states[0]


@settings(max_examples=200, deadline=None)
@given(count=st.integers(1, 40), phases=PHASES, tail=st.sampled_from(["carry", "short"]))
def test_every_epoch_has_every_sample_once_whatever_is_killed_and_resumed(
    count: int, phases: list[Phase], tail: Tail
) -> None:
    read: list[int] = []
    state: dict[str, int | str] | None = None
    for phase in phases:
        got, state = live(Numbers(count), phase, tail, state)
        read += got
    for epoch in range(len(read) // count):
        assert sorted(read[epoch * count : (epoch + 1) * count]) == list(range(count))
    begun = read[len(read) // count * count :]
    assert len(set(begun)) == len(begun)
    assert state is not None
    assert (state["epoch"], state["consumed"]) == divmod(len(read), count)
    assert read == SampleOrder(count, seed=3).between(0, len(read))


def test_the_order_is_a_function_of_seed_epoch_and_number_alone() -> None:
    order = SampleOrder(50, seed=1)
    before = torch.get_rng_state()
    first, second = order.between(0, 50), order.between(50, 100)
    assert torch.equal(torch.get_rng_state(), before)
    assert first != second
    assert SampleOrder(50, seed=1).between(25, 75) == first[25:] + second[:25]
    assert SampleOrder(50, seed=2).between(0, 50) != first


def test_a_tail_that_fills_no_batch_is_spread_over_the_ranks() -> None:
    sizes = [
        [len(batch) for batch in StatefulSampler(Numbers(13), 4, rank=rank, num_ranks=3, tail="short")]
        for rank in range(3)
    ]
    assert sizes == [[4, 0], [4, 0], [4, 1]]  # 12 places, then 1: what cannot be shared goes to the last


@pytest.mark.parametrize(("consumed", "expected"), [(0, 7), (4, 7), (12, 7), (13, 7)])
def test_an_epoch_is_as_long_after_a_resumption_as_before(consumed: int, expected: int) -> None:
    sampler = StatefulSampler(Numbers(13), 2, seed=3, tail="short")
    sampler.load_state_dict(sampler.state_dict() | {"consumed": consumed % 13, "epoch": consumed // 13})
    assert len(sampler) == expected  # 13 samples in twos
    with pytest.raises(TypeError, match="no end"):
        len(StatefulSampler(Numbers(13), 2))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"dataset": "e" * 64}, "of dataset eeee"),
        ({"seed": 4}, "of seed 4, what is read now has 3"),
        ({"consumed": 13}, "13 samples of an epoch of 13"),
        ({"consumed": -1}, "consumed"),
        ({"epoch": float("nan")}, "epoch"),
        ({"rank": 1}, "rank"),
    ],
)
def test_a_state_of_something_else_is_refused(change: dict[str, object], says: str) -> None:
    sampler = StatefulSampler(Numbers(13), 2, seed=3)
    with pytest.raises(ConfigurationError, match=says):
        sampler.load_state_dict(sampler.state_dict() | change)
    assert sampler.state_dict() == {"epoch": 0, "consumed": 0, "seed": 3, "dataset": "d" * 64}


@pytest.mark.parametrize(("batch_size", "rank", "num_ranks"), [(0, 0, 1), (1, 1, 1), (1, -1, 2), (1, 0, 0)])
def test_a_rank_that_cannot_be_is_refused(batch_size: int, rank: int, num_ranks: int) -> None:
    with pytest.raises(ConfigurationError, match=f"no rank {rank} of {num_ranks}"):
        StatefulSampler(Numbers(13), batch_size, rank=rank, num_ranks=num_ranks)


def test_nothing_to_read_is_said_so() -> None:
    with pytest.raises(InputError, match="no sample"):
        StatefulSampler(Numbers(0), 1)
