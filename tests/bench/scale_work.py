"""Work for the scale benchmark: clips that are all different, and one real step over each; workers import it."""

import time
from fractions import Fraction
from pathlib import Path

import numpy as np

from pegbar.config import Config
from pegbar.digests import digest_file
from pegbar.media import EncodeConfig, FrameReader, write_video
from pegbar.steps import Facts, Step
from tasks.context import RunContext

SIDE, FPS, NUM_FRAMES = 128, 12, 24  # two seconds
STEP = Step(name="bench-scale", version=1)


class CutConfig(Config):
    """How the step encodes."""

    encode: EncodeConfig = EncodeConfig()


def draw_clip(item: tuple[Path, int]) -> None:
    """Draw clip number `seed`: a scenery of its own, and a figure of its own that walks through it."""
    path, seed = item
    random = np.random.default_rng(seed)
    coarse = random.integers(40, 216, (8, 8, 3))
    ground = np.kron(coarse, np.ones((SIDE // 8, SIDE // 8, 1))).astype(np.uint8)
    colour, top, step = random.integers(0, 256, 3), int(random.integers(0, SIDE - 48)), int(random.integers(1, 4))

    def frame(index: int) -> np.ndarray:
        pixels = ground.copy()
        left = step * index
        pixels[top : top + 48, left : left + 32] = colour
        return pixels

    path.parent.mkdir(parents=True, exist_ok=True)
    write_video(path, (frame(index) for index in range(NUM_FRAMES)), Fraction(FPS))


def curate_clip(context: RunContext, clip: Path) -> tuple[str, float]:
    """Decode every frame, measure its light, cut a quarter off, encode the rest, and commit it.

    Returns the artifact's digest, and the processor seconds spent in here.
    """
    started = time.process_time()
    config = CutConfig()

    def make(folder: Path) -> Facts:
        pixels = [frame.rgb for frame in FrameReader(clip)]
        num_frames = write_video(folder / "clip.mp4", (picture[:, 16:-16] for picture in pixels), Fraction(FPS))
        light = np.array([picture.mean() for picture in pixels])
        np.save(folder / "light.npy", light)
        return {"num_frames": num_frames, "mean_light": round(float(light.mean()), 3)}

    with context.open() as artifacts:
        manifest, _ = artifacts.run(STEP, {"clip": digest_file(clip)}, config, make)
    return manifest.digest, time.process_time() - started
