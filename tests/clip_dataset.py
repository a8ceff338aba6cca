"""The tiny dataset with real clips, sound, notes and cut-outs: for what edits them."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from small_dataset import GROUP, NUM_SHOTS, small_rows, write_card
from small_films import FPS, HEIGHT, SHOT_FRAMES, WIDTH, scene

from pegbar.dataset import Dataset
from pegbar.media import AudioTrack, write_video
from pegbar.media.flac import flac_bytes
from pegbar.records import Decision, Member, Shot, Story
from pegbar.shards import ShardWriter
from pegbar.tables import Row, TableName, row_of, write_rows
from tasks.curation.references.cutouts import on_white, png_bytes
from tasks.curation.sound.joining import audio_shot_of

RATE, SECONDS = 8000, SHOT_FRAMES / FPS
SHARD = f"{GROUP}-0000.tar"
OTHER_GROUP = "cd"  # of a film that was refused


def tone_of(shot: int) -> int:
    """The pitch of a film's shot, in hertz; no two are alike."""
    return 300 + 100 * shot


def drawn(frame: int) -> NDArray[np.uint8]:
    """The picture at a film frame."""
    return scene(frame // SHOT_FRAMES, frame % SHOT_FRAMES, ("Ruby",))[0]


def figure_mask(frame: int) -> NDArray[np.bool_]:
    """Who is seen at a film frame, bool of shape (height, width)."""
    return scene(frame // SHOT_FRAMES, frame % SHOT_FRAMES, ("Ruby",))[1]


def write_clip_dataset(root: Path, with_sounds: bool = False) -> Dataset:
    """Write `small_rows` (one film, two stories of three shots of 16 frames) with what they stand for.

    With sounds, the first story's first two shots are an audio shot, and its third is another.
    """
    rows = small_rows()
    rows["films"][0] |= {"width": WIDTH, "height": HEIGHT, "crop_width": WIDTH, "crop_height": HEIGHT}
    (root / "shards").mkdir(parents=True)
    with ShardWriter(root / "shards" / SHARD, SHARD) as writer:
        for number, row in enumerate(rows["shots"]):
            row["caption"] = f"The fox walks, shot {number}."
            note = {"shot_id": row["shot_id"], "extra": {"mood": f"mood {number}"}}
            row |= _prefixed("clip", writer.add(f"{row['shot_id']}.mp4", _clip(root / "clip.mp4", number)))
            writer.add(f"{row['shot_id']}.json", json.dumps(note).encode())
        for row in rows["references"]:
            pixels, mask = drawn(row["frame"]), figure_mask(row["frame"])
            image, grey = png_bytes(on_white(pixels, mask, 0.06)), png_bytes(mask.astype(np.uint8) * 255)
            row |= _prefixed("image", writer.add(f"{row['reference_id']}.png", image))
            row |= _prefixed("mask", writer.add(f"{row['reference_id']}.mask.png", grey))
        if with_sounds:
            rows["audio_shots"] = [_sound(writer, rows, *span) for span in ((0, 0, 1), (1, 2, 2))]
    (root / "clip.mp4").unlink()
    for name, content in rows.items():
        write_rows(root / "tables" / name / f"{GROUP}.parquet", name, content)
    other = rows["films"][0] | {"film_id": f"{OTHER_GROUP}{'0' * 14}", "kept": False}
    refused = Decision(
        item_id=other["film_id"], item_kind="film", gate="probe", outcome="rejected", reason="a trailer"
    )  # fmt: skip
    write_rows(root / "tables" / "films" / f"{OTHER_GROUP}.parquet", "films", [other])
    write_rows(root / "tables" / "decisions" / f"{OTHER_GROUP}.parquet", "decisions", [row_of(refused)])
    more = {"films": 1, "decisions": 1}
    write_card(
        root,
        {name: len(content) + more.get(name, 0) for name, content in rows.items()},
        mean_story_seconds=NUM_SHOTS * SECONDS, shots_per_story=NUM_SHOTS, annotated_share=1.0,
    )  # fmt: skip
    return Dataset(root)


def _clip(path: Path, number: int) -> bytes:
    frames = [drawn(number * SHOT_FRAMES + frame) for frame in range(SHOT_FRAMES)]
    times = np.arange(int(RATE * SECONDS)) / RATE
    tone = 0.3 * np.sin(2 * np.pi * tone_of(number) * times).astype(np.float32)
    write_video(path, frames, Fraction(FPS), AudioTrack(samples=tone[None], sample_rate=RATE))
    return path.read_bytes()


def heard(shot: int) -> NDArray[np.float32]:
    """The sound of a shot at `RATE`, as it comes back from 16 bits: a tone of its own."""
    times = np.arange(int(RATE * SECONDS)) / RATE
    return np.asarray(np.rint(8192 * np.sin(2 * np.pi * tone_of(shot) * times)) / 32768, np.float32)


def _sound(writer: ShardWriter, rows: dict[TableName, list[Row]], index: int, first: int, last: int) -> Row:
    story, shots = Story.model_validate(rows["stories"][0]), rows["shots"][first : last + 1]
    spanned = [Shot.model_validate({name: row[name] for name in Shot.model_fields}) for row in shots]
    record = audio_shot_of(story, spanned, index).model_copy(update={"sound_type": f"sound {index}"})
    samples = np.concatenate([heard(shot) for shot in range(first, last + 1)])[None]
    member = writer.add(f"{record.audio_shot_id}.flac", flac_bytes(AudioTrack(samples, RATE)))
    return row_of(record, sound=member)


def _prefixed(prefix: str, member: Member) -> Row:
    return {f"{prefix}_{column}": value for column, value in member.model_dump().items()}
