"""The tiny dataset with real pictures: for what shows a model a character reference."""

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from small_dataset import GROUP, small_rows, write_card

from pegbar.dataset import Dataset
from pegbar.shards import ShardWriter
from pegbar.tables import write_rows

SIDE = 32


def picture(number: int) -> NDArray[np.uint8]:
    """A character of story `number`: a square on white, red in the first story and blue in the second."""
    image = np.full((SIDE, SIDE, 3), 255, np.uint8)
    image[8:24, 8:24] = [(200, 40, 40), (40, 40, 200)][number % 2]
    return image


def png(image: NDArray[np.uint8]) -> bytes:
    """Encode as PNG."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return buffer.getvalue()


def write_picture_dataset(root: Path, *, whole_mask: bool = True) -> Dataset:
    """Write `small_rows` with a reference per story whose mask is the whole picture, or the square alone."""
    rows = small_rows()
    (root / "shards").mkdir(parents=True)
    shard = f"{GROUP}-0000.tar"
    with ShardWriter(root / "shards" / shard, shard) as writer:
        for row in rows["shots"]:
            row["caption"] = f"The fox walks, shot {row['index']}."
            row |= _prefixed("clip", writer.add(f"{row['shot_id']}.mp4", b"clip").model_dump())
        for number, row in enumerate(rows["references"]):
            image = picture(number)
            mask = np.full((SIDE, SIDE), 255, np.uint8) if whole_mask else (image[..., 1] < 128).astype(np.uint8) * 255
            row |= _prefixed("image", writer.add(f"{row['reference_id']}.png", png(image)).model_dump())
            row |= _prefixed("mask", writer.add(f"{row['reference_id']}.mask.png", png(mask)).model_dump())
    for name, content in rows.items():
        write_rows(root / "tables" / name / f"{GROUP}.parquet", name, content)
    write_card(root, {name: len(content) for name, content in rows.items()})
    return Dataset(root)


def _prefixed(prefix: str, member: dict[str, object]) -> dict[str, object]:
    return {f"{prefix}_{column}": value for column, value in member.items()}
