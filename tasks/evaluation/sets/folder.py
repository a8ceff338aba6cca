"""An evaluation set as a folder: ``evaluation_set.json``, and per character its pictures, clips and prompts."""

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from pegbar.dataset import Dataset
from pegbar.errors import InputError
from pegbar.files import disk_errors, write_bytes, write_text
from pegbar.tables import Row, TableName, member_of
from tasks.curation.references.cutouts import mask_of_cutout, png_bytes
from tasks.evaluation.sets.building import EvaluationIP, EvaluationSet
from tasks.evaluation.stories import decode_picture

RECORD = "evaluation_set.json"


def write_evaluation_set(found: EvaluationSet, dataset: Dataset, folder: Path) -> Path:
    """Write ``<ip>/reference.png``, ``reference.mask.png``, ``clips/<n>.mp4`` and ``prompts.json``; the record last.

    The mask is the picture's foreground, of its size. ``prompts.json`` has the form of AnimeShooter's figure 11,
    ``{"prompts": [[s1, s2, s3, s4], ...]}``. A set that lay there before is replaced, whole.

    Returns:
        The record's path.

    Raises:
        InputError: the folder holds something else. IntegrityError: a shard is damaged.
        DiskFullError, ReadOnlyError: the folder cannot be written.
    """
    if folder.exists() and not (folder / RECORD).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(
            f"{folder} is there already and holds no evaluation set",
            remedy="name a folder that is new or empty",
            subject=str(folder),
        )
    folder = folder.absolute()
    aside = folder.with_name(f".{folder.name}.part")
    with disk_errors(folder):
        shutil.rmtree(aside, ignore_errors=True)
        for ip in found.ips:
            _write_ip(ip, dataset, aside / ip.ip_id)
        write_bytes(aside / RECORD, found.to_json())
        if folder.exists():
            shutil.rmtree(folder)
        aside.rename(folder)
    return folder / RECORD


def _write_ip(ip: EvaluationIP, dataset: Dataset, folder: Path) -> None:
    reference = _row(dataset, "references", "reference_id", ip.reference_id)
    image, mask = member_of(reference, "image"), member_of(reference, "mask")
    picture = dataset.read_member(image)
    side = decode_picture(picture, image.name).shape[0]
    frame_mask = decode_picture(dataset.read_member(mask), mask.name)[..., 0] > 127
    write_bytes(folder / "reference.png", picture)
    write_bytes(folder / "reference.mask.png", png_bytes(mask_of_cutout(frame_mask, side).astype(np.uint8) * 255))
    for clip in ip.clips:
        row = _row(dataset, "shots", "shot_id", clip.shot_id)
        write_bytes(folder / clip.file, dataset.read_member(member_of(row, "clip")))
    prompts = {"prompts": [list(prompt.scenes) for prompt in ip.prompts]}
    write_text(folder / "prompts.json", json.dumps(prompts, ensure_ascii=False, indent=2) + "\n")


def _row(dataset: Dataset, table: TableName, key: str, item_id: str) -> Row:
    row: Row = dataset.table(table).filter(pc.field(key) == item_id).to_pylist()[0]
    return row
