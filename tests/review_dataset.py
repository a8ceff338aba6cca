"""The tiny dataset with everything a reviewer meets: real clips, hostile words, gates that said no, damage."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from picture_dataset import png
from small_dataset import GROUP, small_rows, write_card

from pegbar.dataset import Dataset
from pegbar.media import write_video
from pegbar.records import Character, Decision, Reference
from pegbar.shards import ShardWriter
from pegbar.tables import Row, TableName, row_of, write_rows

HEIGHT, WIDTH, FPS, NUM_FRAMES = 48, 64, 8, 16
HOSTILE = "</textarea><script>document.title='owned'</script> \"'&<img src=x onerror=alert(1)> \u202eשלום"
BROKEN_SHOT = 2


def reviewed_rows() -> dict[TableName, list[Row]]:
    """Two stories: one told in hostile words, its second reference refused, a character without one; one untold."""
    rows = small_rows()
    told, untold = rows["stories"]
    told["storyline"] = HOSTILE
    untold |= {"storyline": None, "is_annotated": False}
    for row in rows["shots"]:
        row |= {"caption": HOSTILE} if row["story_id"] == told["story_id"] else {"caption": None, "plot": None}
    rows["characters"] = rows["characters"][:1]
    rows["scenes"] = rows["scenes"][:1]
    rows["references"] = rows["references"][:1]
    story_id, fox = told["story_id"], rows["characters"][0]["character_id"]
    absent = Character(character_id=f"{story_id}-c1", story_id=story_id, name="Owl", appearance=HOSTILE)
    rows["characters"].append(row_of(absent))
    rows["shots"][1]["character_ids"] = (fox, absent.character_id)
    refused = Reference.model_validate({name: rows["references"][0][name] for name in Reference.model_fields})
    refused = refused.model_copy(update={"reference_id": f"{fox}-r1"})
    rows["references"].append(row_of(refused))
    rows["decisions"] += [
        row_of(
            Decision(
                item_id=refused.reference_id,
                item_kind="reference",
                gate="verify",
                outcome="rejected",
                score=0.1,
                threshold=0.5,
                reason=HOSTILE,
                backend="rules",
            )  # fmt: skip
        ),
        row_of(
            Decision(
                item_id=absent.character_id, item_kind="character", gate="references", outcome="rejected", reason="none"
            )
        ),
        *(
            row_of(
                Decision(
                    item_id=f"{one}-f000004",
                    item_kind="reference",
                    gate="verify",
                    outcome=outcome,
                    reason=f"{one[-2:]} seen",
                )
            )
            for one, outcome in ((fox, "kept"), (absent.character_id, "rejected"))
        ),
    ]
    return rows


def shot_frames(number: int) -> list[np.ndarray]:
    """Return a shot's frames: a plain ground whose brightness tells the frame."""
    return [np.full((HEIGHT, WIDTH, 3), (40 * number + 40, 10 * index, 90), np.uint8) for index in range(NUM_FRAMES)]


def square_mask() -> np.ndarray:
    """Return the mask of the references: a square in a frame twice as large as the clip's."""
    mask = np.zeros((2 * HEIGHT, 2 * WIDTH), np.uint8)
    cv2.rectangle(mask, (40, 20), (80, 70), 255, -1)
    return mask


def write_reviewed_dataset(root: Path, clips: Path) -> Dataset:
    """Write `reviewed_rows` with clips that decode, but for the third."""
    rows = reviewed_rows()
    (root / "shards").mkdir(parents=True)
    shard = f"{GROUP}-0000.tar"
    with ShardWriter(root / "shards" / shard, shard) as writer:

        def add(row: Row, prefix: str, name: str, content: bytes) -> None:
            member = writer.add(name, content).model_dump()
            row |= {f"{prefix}_{column}": value for column, value in member.items()}

        for number, row in enumerate(rows["shots"]):
            clip = clips / f"{number}.mp4"
            write_video(clip, shot_frames(number), Fraction(FPS))
            content = b"no clip" if number == BROKEN_SHOT else clip.read_bytes()
            add(row, "clip", f"{row['shot_id']}.mp4", content)
        for row in rows["references"]:
            add(row, "image", f"{row['reference_id']}.png", png(np.full((32, 32, 3), 255, np.uint8)))
            add(row, "mask", f"{row['reference_id']}.mask.png", png(square_mask()))
    for name, listed in rows.items():
        write_rows(root / "tables" / name / f"{GROUP}.parquet", name, listed)
    write_card(root, {name: len(listed) for name, listed in rows.items()})
    return Dataset(root)
