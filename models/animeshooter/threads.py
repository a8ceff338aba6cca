"""How many CPU threads torch uses: part of a result's definition, since sums depend on it in their last bit.

One is the default everywhere: at toon-nano's sizes a second thread gains nothing, and where cores are shared it waits
for the first a thousand times a step.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def cpu_threads(count: int) -> Iterator[None]:
    """Use `count` threads inside, and as many as before afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
