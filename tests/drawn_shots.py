"""Small drawn pictures to edit into test films: scenes that differ by seed, a camera, a walking figure."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pegbar.media import write_video

Pixels = NDArray[np.uint8]
WIDTH, HEIGHT = 160, 96
WIDE = 3 * WIDTH


@cache
def scenery(seed: int) -> Pixels:
    """Draw a wide scene (HEIGHT x WIDE): sky, ground, and a row of things in the seed's colours."""
    random = np.random.default_rng(seed)
    sky, ground, *colours = random.integers(0, 256, (9, 3))
    picture = np.empty((HEIGHT, WIDE, 3), np.uint8)
    horizon = int(random.integers(HEIGHT // 3, 2 * HEIGHT // 3))
    picture[:horizon], picture[horizon:] = sky, ground
    rows, columns = np.mgrid[:HEIGHT, :WIDE]
    for _ in range(45):
        x, y, radius = random.integers(0, WIDE), random.integers(0, HEIGHT), random.integers(4, 18)
        colour = colours[random.integers(len(colours))]
        shape = (columns - x) ** 2 + (rows - y) ** 2 < radius**2
        picture[shape] = colour
        picture[shape & ((columns // 3 + rows // 3) % 2 == 0)] = colour // 2
    return picture


def still(seed: int, num_frames: int) -> list[Pixels]:
    """Hold one picture."""
    return [scenery(seed)[:, :WIDTH]] * num_frames


def pan(seed: int, num_frames: int, pixels_per_frame: float) -> list[Pixels]:
    """Move a camera over the scenery."""
    wide = scenery(seed)
    lefts = [min(WIDE - WIDTH, int(pixels_per_frame * index)) for index in range(num_frames)]
    return [wide[:, left : left + WIDTH] for left in lefts]


def walk(seed: int, num_frames: int, hold: int = 1) -> list[Pixels]:
    """Walk a figure across; a new drawing every `hold` frames."""
    frames = []
    for index in range(num_frames):
        frame = scenery(seed)[:, :WIDTH].copy()
        left = abs((4 * (index // hold) * hold + 128) % 256 - 128)  # there and back again
        frame[24:90, left : left + 32] = (250, 200, 40)
        frame[36:48, left + 8 : left + 24] = (20, 20, 20)
        frames.append(frame)
    return frames


def dissolve(one: Sequence[Pixels], other: Sequence[Pixels], num_frames: int) -> list[Pixels]:
    """Join two shots by a mix that takes the last frames of one and the first of the other."""
    shares = (np.arange(num_frames) + 1) / (num_frames + 1)
    mixed = [
        np.round((1 - share) * before + share * after).astype(np.uint8)
        for share, before, after in zip(shares, one[-num_frames:], other[:num_frames], strict=True)
    ]
    return [*one[:-num_frames], *mixed, *other[num_frames:]]


def lit(frames: Sequence[Pixels], gains: Sequence[float]) -> list[Pixels]:
    """Multiply the brightness of every frame."""
    return [np.round(frame * gain).astype(np.uint8) for frame, gain in zip(frames, gains, strict=True)]


def film_of(path: Path, frames: Sequence[Pixels], fps: Fraction = Fraction(24)) -> Path:
    """Encode frames."""
    write_video(path, frames, fps)
    return path
