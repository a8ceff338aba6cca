"""A tiny dataset written by hand, without films: for readers and gates."""

from pathlib import Path
from typing import Any

from pegbar.dataset import Dataset, DatasetCard
from pegbar.digests import digest_file, digest_of
from pegbar.records import Character, Decision, Film, Reference, Scene, Shot, Story
from pegbar.shards import ShardWriter
from pegbar.tables import Row, TableName, row_of, write_rows

GROUP = "ab"
FILM_ID = "ab" + "0" * 14
NUM_STORIES, NUM_SHOTS, SHOT_SECONDS, FPS = 2, 3, 2.0, 8


def small_rows(num_stories: int = NUM_STORIES) -> dict[TableName, list[Row]]:
    """Every table's rows without members: one film, two stories of three shots, one character and scene each."""
    per_story = NUM_SHOTS * SHOT_SECONDS
    film = Film(
        film_id=FILM_ID, name="tiny.mp4", source="tiny.mp4", owner="tests", licence="CC0-1.0", sha256="a" * 64,
        size_bytes=10, width=64, height=48, fps=FPS, num_frames=int(num_stories * per_story * FPS),
        duration_seconds=num_stories * per_story, rotation_degrees=0, is_variable_frame_rate=False, has_audio=False,
        video_codec="h264", crop_left=0, crop_top=0, crop_width=64, crop_height=48,
    )  # fmt: skip
    rows: dict[TableName, list[Row]] = {"films": [row_of(film)], "decisions": []}
    for name in ("stories", "shots", "characters", "scenes", "references"):
        rows[name] = []
    rows["decisions"].append(row_of(Decision(item_id=FILM_ID, item_kind="film", gate="probe", outcome="kept")))
    for number in range(num_stories):
        _add_story(rows, f"{FILM_ID}-s{number:03d}", number)
    return rows


def _add_story(rows: dict[TableName, list[Row]], story_id: str, number: int) -> None:
    begin = number * NUM_SHOTS * SHOT_SECONDS
    end = begin + NUM_SHOTS * SHOT_SECONDS
    story = Story(
        story_id=story_id, film_id=FILM_ID, index=number, start_seconds=begin, end_seconds=end, num_shots=NUM_SHOTS,
        storyline="A fox walks.", is_annotated=True,
    )  # fmt: skip
    rows["stories"].append(row_of(story))
    rows["decisions"].append(row_of(Decision(item_id=story_id, item_kind="story", gate="annotate", outcome="kept")))
    character = Character(character_id=f"{story_id}-c0", story_id=story_id, name="Fox", appearance="A red fox.")
    scene = Scene(scene_id=f"{story_id}-p0", story_id=story_id, name="Wood", environment="A green wood.")
    rows["characters"].append(row_of(character))
    rows["scenes"].append(row_of(scene))
    for index in range(NUM_SHOTS):
        start = begin + index * SHOT_SECONDS
        shot = Shot(
            shot_id=f"{story_id}-{index:04d}", story_id=story_id, film_id=FILM_ID, index=index,
            start_frame=int(start * FPS), end_frame=int((start + SHOT_SECONDS) * FPS), start_seconds=start,
            end_seconds=start + SHOT_SECONDS, story_start_seconds=start - begin,
            story_end_seconds=start - begin + SHOT_SECONDS, transition_in="cut" if start else "start",
            scene_id=scene.scene_id, character_ids=(character.character_id,), plot="It walks.", caption="A fox walks.",
        )  # fmt: skip
        rows["shots"].append(row_of(shot))
        kept = Decision(item_id=shot.shot_id, item_kind="shot", gate="shots", outcome="kept")
        rows["decisions"].append(row_of(kept))
    reference = Reference(
        reference_id=f"{character.character_id}-r0", character_id=character.character_id, story_id=story_id,
        shot_id=f"{story_id}-0000", frame=int(begin * FPS) + 4, film_seconds=begin + 0.5,
        mask_area_share=0.2, score=0.8, backend="classical", backend_version=1,
    )  # fmt: skip
    rows["references"].append(row_of(reference))


def write_small_dataset(root: Path, rows: dict[TableName, list[Row]] | None = None) -> Dataset:
    """Write rows (by default `small_rows`) with one shard and a card that is true."""
    rows = small_rows() if rows is None else rows
    (root / "shards").mkdir(parents=True)
    with ShardWriter(root / "shards" / f"{GROUP}-0000.tar", f"{GROUP}-0000.tar") as writer:
        for row in rows["shots"]:
            row |= _member(writer, "clip", f"{row['shot_id']}.mp4")
        for row in rows["references"]:
            row |= _member(writer, "image", f"{row['reference_id']}.png")
            row |= _member(writer, "mask", f"{row['reference_id']}.mask.png")
    for name, content in rows.items():
        write_rows(root / "tables" / name / f"{GROUP}.parquet", name, content)
    write_card(root, {name: len(content) for name, content in rows.items()})
    return Dataset(root)


def write_card(root: Path, counts: dict[Any, int], **statistics: float) -> None:
    """Write a card that lists the files as they are now."""
    files = {
        path.relative_to(root).as_posix(): digest_file(path)
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name != "card.json"
    }
    card = DatasetCard(
        files=files, counts=counts, funnel={"probe": {"kept": 1}}, licences={"CC0-1.0": 1},
        statistics={"mean_shot_seconds": SHOT_SECONDS, "kept_share": 1.0} | statistics, config={},
        config_digest=digest_of({}), code_version="0",
    )  # fmt: skip
    (root / "card.json").write_bytes(card.to_json())


def _member(writer: ShardWriter, prefix: str, name: str) -> Row:
    member = writer.add(name, f"bytes of {name}".encode())
    return {f"{prefix}_{column}": value for column, value in member.model_dump().items()}
