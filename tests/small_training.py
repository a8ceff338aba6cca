"""A training small enough for a test: a real dataset of drawn clips, a nano base, and the four stages in few steps."""

import io
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from small_dataset import GROUP, small_rows, write_card

from models.adapters.config import LoraSettings
from models.animeshooter.base import load_base
from models.animeshooter.config import AnimeShooterConfig, VideoShape
from models.animeshooter.model import AnimeShooter
from models.animeshooter.sequence import ShotSequence
from models.animeshooter.threads import cpu_threads
from models.nano.config import NanoConfig
from pegbar.dataset import Dataset
from pegbar.media.encode import write_video
from pegbar.shards import ShardWriter
from pegbar.tables import write_rows
from tasks.training.config import StageConfig, TrainConfig, paper_stages

VIDEO = VideoShape(height=32, width=32, num_frames=9, fps=8)
NANO = NanoConfig(video=VIDEO, condition_length=16, text_dim=32)
MODEL = AnimeShooterConfig(qformer_hidden=32, qformer_heads=2, image_max_pixels=84 * 84)
PLACES = ("forest", "river", "castle", "garden", "beach", "road")


def small_training(steps: int = 4) -> TrainConfig:
    """The paper's stages, shrunk in steps, batch and ranks only."""
    stages = tuple(shrunk(stage, steps) for stage in paper_stages())
    return TrainConfig(base=NANO, model=MODEL, video=VIDEO, stages=stages)


def shrunk(stage: StageConfig, steps: int) -> StageConfig:
    """One stage of the paper with few steps and a rank of 4."""
    lora = LoraSettings(part=stage.lora.part, rank=4, alpha=8) if stage.lora else None
    return stage.but(steps=steps, batch_size=2, learning_rate=1e-3, lora=lora, checkpoint_every_steps=3)


def picture(seed: int = 0, height: int = 48, width: int = 40) -> NDArray[np.uint8]:
    """A coloured disc on white."""
    rows, columns = np.mgrid[:height, :width]
    inside = (rows - height / 2) ** 2 + (columns - width / 2) ** 2 < (min(height, width) / 3) ** 2
    colour = np.random.default_rng(seed).integers(0, 200, 3, dtype=np.uint8)
    return np.where(inside[..., None], colour, np.uint8(255)).astype(np.uint8)


def clip_bytes(folder: Path, seed: int, num_frames: int = 12, height: int = 48, width: int = 64) -> bytes:
    """An mp4 of a square that crosses a coloured background."""
    random = np.random.default_rng(seed)
    background, colour = random.integers(0, 255, (2, 3), dtype=np.uint8)
    frames = []
    for index in range(num_frames):
        frame = np.tile(background, (height, width, 1))
        left = 4 + index * (width - 24) // num_frames
        frame[16:32, left : left + 16] = colour
        frames.append(frame)
    path = folder / f"clip-{seed}.mp4"
    write_video(path, frames, Fraction(8))
    return path.read_bytes()


def write_drawn_dataset(root: Path) -> Dataset:
    """Write the small dataset's rows with real clips, pictures and captions of their own."""
    rows = small_rows()
    (root / "shards").mkdir(parents=True)
    with ShardWriter(root / "shards" / f"{GROUP}-0000.tar", f"{GROUP}-0000.tar") as writer:
        for seed, row in enumerate(rows["shots"]):
            row["caption"] = f"A red fox walks in the {PLACES[seed % len(PLACES)]}."
            member = writer.add(f"{row['shot_id']}.mp4", clip_bytes(root, seed))
            row |= {f"clip_{name}": value for name, value in member.model_dump().items()}
        for seed, row in enumerate(rows["references"]):
            stream = io.BytesIO()
            Image.fromarray(picture(seed)).save(stream, "PNG")
            for kind, name in (("image", "png"), ("mask", "mask.png")):
                member = writer.add(f"{row['reference_id']}.{name}", stream.getvalue())
                row |= {f"{kind}_{column}": value for column, value in member.model_dump().items()}
    for path in root.glob("clip-*.mp4"):
        path.unlink()
    for name, content in rows.items():
        write_rows(root / "tables" / name / f"{GROUP}.parquet", name, content)
    write_card(root, {name: len(content) for name, content in rows.items()})
    return Dataset(root)


@pytest.fixture(scope="session")
def base_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A nano base on disk."""
    return NANO.build(tmp_path_factory.mktemp("nano") / "base")


@pytest.fixture(scope="session")
def drawn_dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The drawn dataset on disk."""
    return write_drawn_dataset(tmp_path_factory.mktemp("drawn") / "data")


@pytest.fixture
def model(base_folder: Path) -> Iterator[AnimeShooter]:
    """A fresh model on the nano base."""
    with cpu_threads(1):
        yield AnimeShooter(load_base(base_folder), MODEL, VIDEO)


def sequence(*captions: str, seed: int = 0) -> ShotSequence:
    """A sequence of drawn pictures with the captions given."""
    frames = tuple(picture(seed + 1 + index, VIDEO.height, VIDEO.width) for index in range(len(captions) - 1))
    return ShotSequence(reference=picture(seed), captions=captions, frames=frames)
