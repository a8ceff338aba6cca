"""Films for an evaluation set: one character alone often enough, one hardly, one without a reference, one untold."""

from pathlib import Path

import numpy as np
from picture_dataset import picture, png
from small_dataset import small_rows, write_card

from pegbar.dataset import Dataset
from pegbar.records import Character, Film, Reference, Scene, Shot, Story
from pegbar.shards import ShardWriter
from pegbar.tables import Row, TableName, row_of, write_rows

PLACES = ("The beach", "The forest", "The bedroom (Indoor)", "Scene 7", "The toy shop")
FOX, BEAR, CAT, NOBODY = (f"a{digit}" + "0" * 14 for digit in "1234")
FOX_SHOTS = (  # place, who, seconds, plot
    (0, "0", 2.0, "Fox walks along the water."),
    (0, "0", 2.0, "Fox walks along."),
    (1, "0", 2.0, "Fox runs past the trees."),
    (1, "01", 2.0, "Fox and Owl dance."),
    (1, "0", 2.0, "Fox runs past the trees."),
    (2, "0", 2.0, "Fox jumps on the bed."),
    (2, "0", 30.0, "Fox sleeps for long."),
    (2, "0", 2.0, "Fox waves."),
    (2, "0", 0.5, "Fox blinks."),
    (2, "1", 2.0, "Owl waves."),
)
Rows = dict[TableName, list[Row]]
SHARD = "a0-0000.tar"


def write_evaluation_dataset(root: Path) -> Dataset:
    """Write the films with real reference pictures; clips are bytes of their own."""
    rows: Rows = {name: [] for name in small_rows()}
    _add_film(rows, FOX, FOX_SHOTS, ("Fox", "Owl"), referenced=(0,))
    _add_film(rows, BEAR, [(at % 5, "0", 2.0, f"Bear does thing {at}.") for at in range(5)], ("Bear",), (0,))
    _add_film(rows, CAT, [(0, "0", 2.0, "Cat sits.")] * 4, ("Cat",), (0,))
    _add_film(rows, NOBODY, [(0, "0", 2.0, "Dog sits.")] * 6, ("Dog",), ())
    (root / "shards").mkdir(parents=True)
    with ShardWriter(root / "shards" / SHARD, SHARD) as writer:
        for row in rows["shots"]:
            row |= _member(writer, "clip", f"{row['shot_id']}.mp4", row["shot_id"].encode())
        for row in rows["references"]:
            image = picture(0)
            mask = np.zeros((48, 64), np.uint8)
            mask[10:26, 20:36] = 255
            row |= _member(writer, "image", f"{row['reference_id']}.png", png(image))
            row |= _member(writer, "mask", f"{row['reference_id']}.mask.png", png(mask))
    for name, listed in rows.items():
        write_rows(root / "tables" / name / "a0.parquet", name, listed)
    write_card(root, {name: len(listed) for name, listed in rows.items()})
    return Dataset(root)


def _add_film(
    rows: Rows, film_id: str, shots: "tuple[tuple[int, str, float, str], ...] | list[tuple[int, str, float, str]]",
    cast: tuple[str, ...], referenced: tuple[int, ...],
) -> None:  # fmt: skip
    film = Film.model_validate({name: small_rows()["films"][0][name] for name in Film.model_fields})
    rows["films"].append(row_of(film.model_copy(update={"film_id": film_id, "name": f"{cast[0]}.mp4"})))
    story_id, seconds = f"{film_id}-000", 0.0
    for at, name in enumerate(cast):
        known = Character(character_id=f"{story_id}-c{at}", story_id=story_id, name=name, appearance=f"A red {name}.")
        rows["characters"].append(row_of(known))
    for at, place in enumerate(PLACES):
        scene = Scene(scene_id=f"{story_id}-p{at}", story_id=story_id, name=place, environment="There.")
        rows["scenes"].append(row_of(scene))
    for index, (place, who, length, plot) in enumerate(shots):
        shot = Shot(
            shot_id=f"{story_id}-{index:03d}", story_id=story_id, film_id=film_id, index=index,
            start_frame=int(8 * seconds), end_frame=int(8 * (seconds + length)), start_seconds=seconds,
            end_seconds=seconds + length, story_start_seconds=seconds, story_end_seconds=seconds + length,
            transition_in="cut" if index else "start", scene_id=f"{story_id}-p{place}",
            character_ids=tuple(f"{story_id}-c{one}" for one in who), plot=plot, caption=f"{plot} There.",
        )  # fmt: skip
        rows["shots"].append(row_of(shot))
        seconds += length
    story = Story(
        story_id=story_id, film_id=film_id, index=0, start_seconds=0.0, end_seconds=seconds, num_shots=len(shots),
        storyline="It happens.", is_annotated=True,
    )  # fmt: skip
    rows["stories"].append(row_of(story))
    for at in referenced:
        reference = Reference(
            reference_id=f"{story_id}-c{at}-r0", character_id=f"{story_id}-c{at}", story_id=story_id,
            shot_id=f"{story_id}-000", frame=4, film_seconds=0.5, mask_area_share=0.2, score=0.8, backend="classical",
            backend_version=1,
        )  # fmt: skip
        rows["references"].append(row_of(reference))


def _member(writer: ShardWriter, prefix: str, name: str, content: bytes) -> Row:
    return {f"{prefix}_{column}": value for column, value in writer.add(name, content).model_dump().items()}
