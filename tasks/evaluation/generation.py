"""Generated stories of an evaluation, staged one by one: a kill repeats at most one story."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.generators.base import StoryGenerator
from pegbar.digests import digest_of
from pegbar.errors import InputError
from pegbar.files import written_aside
from tasks.evaluation.stories import EvaluationStory

Story = NDArray[np.uint8]


def generated(generator: StoryGenerator, model_digest: str, story: EvaluationStory, seed: int, cache: Path) -> Story:
    """Return a story as frames (shots, F, H, W, 3); from the cache when the same request was generated before.

    Raises:
        InputError: the generator gives something else than one shot of equal shape per caption.
    """
    path = cache / f"{digest_of({'model': model_digest, 'request': story.digest, 'seed': seed})}.npy"
    found = _cached(path)
    if found is not None:
        return found
    shots = generator.generate(story.reference, story.captions, seed)
    frames = stacked(shots, len(story.captions))
    with written_aside(path) as aside, aside.open("wb") as stream:
        np.save(stream, frames, allow_pickle=False)
    return frames


def stacked(shots: list[NDArray[np.uint8]], num_shots: int) -> Story:
    """Return the shots as one array (shots, F, H, W, 3).

    Raises:
        InputError: not one uint8 RGB shot of equal shape per caption.
    """
    shapes = {(shot.shape, str(shot.dtype)) for shot in shots}
    shape, dtype = next(iter(shapes), ((), ""))
    if len(shots) != num_shots or len(shapes) != 1 or len(shape) != 4 or shape[-1] != 3 or dtype != "uint8":
        raise InputError(
            f"the generator gave {len(shots)} shots of {sorted(shapes)} for {num_shots} captions",
            remedy="return one uint8 array (F, H, W, 3) per caption, all of one shape",
        )
    return np.stack(shots)


def _cached(path: Path) -> Story | None:
    if not path.is_file():
        return None
    try:
        frames: Story = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError):
        return None
    return frames
