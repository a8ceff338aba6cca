"""A group edited: tables, clips, sound, notes and pictures say what the patch says, and nothing else changes."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clip_dataset import RATE, SECONDS, drawn, figure_mask, tone_of, write_clip_dataset
from edited_group import FRAME, MASK, STORY, Edited, shot
from small_films import artifacts_of

from pegbar.artifacts import Artifacts
from pegbar.dataset import Dataset
from pegbar.errors import ConflictError
from pegbar.media import read_audio
from tasks.curation.edits.adopt import adopt
from tasks.curation.edits.group import no_group
from tasks.curation.pack import PackedGroup
from tasks.curation.references.cutouts import on_white, png_bytes

FOX = f"{STORY}-c0"


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return write_clip_dataset(tmp_path_factory.mktemp("clips") / "data")


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Artifacts]:
    with artifacts_of(tmp_path_factory.mktemp("home")) as opened:
        yield opened


@pytest.fixture(scope="module")
def group(artifacts: Artifacts, dataset: Dataset) -> PackedGroup:
    (packed,) = adopt(artifacts, dataset.root, dataset.digest, ["ab"]).groups
    return packed


def is_like(picture: Any, frame: int) -> bool:
    return float(np.abs(picture.astype(int) - drawn(frame)).mean()) < 4


def test_words_are_corrected_and_clips_stay_as_they_lie(artifacts: Artifacts, group: PackedGroup) -> None:
    before = Edited(artifacts, group, {"edit": "story", "id": STORY, "kept": False})
    after = Edited(
        artifacts, group,
        {"edit": "story", "id": STORY, "storyline": "A fox goes home."},
        {"edit": "shot", "id": shot(1), "caption": "狐が走る。", "kept": False, "reason": "It runs."},
        {"edit": "character", "id": FOX, "name": "Vixen"},
        {"edit": "scene", "id": f"{STORY}-p0", "environment": "A birch wood."},
    )  # fmt: skip
    assert after.refused == ()
    assert after.rows("stories")[STORY].storyline == "A fox goes home."
    assert (after.rows("shots")[shot(1)].caption, after.rows("shots")[shot(1)].kept) == ("狐が走る。", False)
    assert after.rows("characters")[FOX].name == "Vixen"
    assert after.rows("scenes")[f"{STORY}-p0"].environment == "A birch wood."
    note = json.loads(after.files[f"{shot(1)}.json"])
    assert (note["caption"], note["extra"]) == ("狐が走る。", {"mood": "mood 1"})
    assert {name for name in after.files if after.files[name] != before.files[name]} == {f"{shot(1)}.json"}
    assert after.decisions() == {
        STORY: ("kept", f"Ann: By eye. (storyline); Ann: By eye. (environment of {STORY}-p0)"),
        shot(1): ("rejected", "Ann: It runs. (caption, kept)"),
        FOX: ("kept", "Ann: By eye. (name)"),
    }


def test_a_split_and_a_merge_cut_pictures_sound_and_notes(
    artifacts: Artifacts, group: PackedGroup, tmp_path: Path
) -> None:
    after = Edited(
        artifacts, group,
        {"edit": "split", "id": shot(1), "frame": FRAME},
        {"edit": "merge", "id": shot(0), "next": shot(1)},
        {"edit": "shot", "id": f"{shot(1)}-2", "caption": "It stops."},
    )  # fmt: skip
    assert [row.shot_id for row in after.rows("shots").values()][:3] == [shot(0), f"{shot(1)}-2", shot(2)]
    merged = after.pictures(f"{shot(0)}.mp4", tmp_path)
    second = after.pictures(f"{shot(1)}-2.mp4", tmp_path)
    assert (len(merged), len(second)) == (FRAME, 32 - FRAME)
    assert all(is_like(picture, number) for number, picture in enumerate([*merged, *second]))
    sound = read_audio(tmp_path / f"{shot(0)}.mp4", RATE, 0.0, FRAME / 8)
    assert sound is not None
    for start, pitch in ((0.2, tone_of(0)), (SECONDS + 0.1, tone_of(1))):
        piece = sound.samples[0, int(start * RATE) : int((start + 0.4) * RATE)]
        assert np.argmax(np.abs(np.fft.rfft(piece))) / 0.4 == pytest.approx(pitch, abs=3)
    assert json.loads(after.files[f"{shot(0)}.json"])["extra"] == {"mood": "mood 0"}
    assert json.loads(after.files[f"{shot(1)}-2.json"])["caption"] == "It stops."
    assert f"{shot(1)}.mp4" not in after.files
    assert {item: outcome for item, (outcome, _) in after.decisions().items()} == {
        shot(0): "kept", shot(1): "rejected", f"{shot(1)}-2": "kept",
    }  # fmt: skip
    keys = [name.partition(".")[0] for name in after.files]
    assert [key for key, before in zip(keys, ["", *keys], strict=False) if key != before] == list(dict.fromkeys(keys))


def test_a_clip_of_one_picture_is_cut_and_joined_again(
    artifacts: Artifacts, group: PackedGroup, tmp_path: Path
) -> None:
    one = Edited(artifacts, group, {"edit": "split", "id": shot(0), "frame": 15})
    assert len(one.pictures(f"{shot(0)}-2.mp4", tmp_path)) == 1
    whole = Edited(artifacts, one.group, {"edit": "merge", "id": f"{shot(0)}-2", "next": shot(1)})
    pictures = whole.pictures(f"{shot(0)}-2.mp4", tmp_path)
    assert len(pictures) == 17
    assert all(is_like(picture, 15 + number) for number, picture in enumerate(pictures))


def test_a_reference_is_cut_by_a_persons_mask_and_another_is_added(artifacts: Artifacts, group: PackedGroup) -> None:
    place = {"shot": shot(1), "frame": FRAME, "mask": "m.png"}
    after = Edited(
        artifacts, group,
        {"edit": "reference", "id": f"{FOX}-r0", **place},
        {"edit": "reference", "id": f"{FOX}-r1", **place},
    )  # fmt: skip
    assert after.refused == ()
    new = after.rows("references")[f"{FOX}-r0"]
    assert (new.shot_id, new.frame, new.film_seconds, new.backend) == (shot(1), FRAME, FRAME / 8, "person")
    assert new.mask_area_share == pytest.approx(figure_mask(FRAME).mean())
    assert base64.b64encode(after.files[f"{FOX}-r0.mask.png"]).decode() == MASK
    import cv2

    picture = cv2.imdecode(np.frombuffer(after.files[f"{FOX}-r1.png"], np.uint8), cv2.IMREAD_COLOR_RGB)
    wanted = on_white(drawn(FRAME), figure_mask(FRAME), 0.06)
    assert picture.shape == wanted.shape
    assert float(np.abs(picture.astype(int) - wanted).mean()) < 4


def test_two_characters_that_are_one_and_a_cast_without_its_reference(artifacts: Artifacts, group: PackedGroup) -> None:
    dropped = Edited(artifacts, group, {"edit": "shot", "id": shot(0), "characters": []})
    assert f"{FOX}-r0" not in dropped.rows("references") and f"{FOX}-r0.png" not in dropped.files
    assert dropped.decisions()[f"{FOX}-r0"][0] == "rejected"
    again = Edited(artifacts, dropped.group, {"edit": "shot", "id": shot(0), "caption": "Empty."}, author="Bo")
    assert again.decisions()[shot(0)] == ("kept", "Ann: By eye. (characters); Bo: By eye. (caption)")
    other = FOX.replace("s000", "s001")
    refused = Edited(artifacts, group, {"edit": "merge_characters", "id": FOX, "other": other})
    assert "are not two characters of one story" in refused.refused[0]


@pytest.mark.parametrize(
    "edit, problem",
    [
        ({"edit": "story", "id": "ab-gone", "kept": False}, "there is no story ab-gone"),
        ({"edit": "story", "id": STORY, "kept": True}, "it changes nothing"),
        ({"edit": "shot", "id": shot(0), "scene": "ab-p9"}, "there is no scene ab-p9"),
        ({"edit": "shot", "id": shot(0), "characters": [FOX, FOX]}, "list a character twice"),
        ({"edit": "shot", "id": shot(0), "characters": [FOX.replace("s000", "s001")]}, "of another story"),
        ({"edit": "shot", "id": shot(0), "segment_start_seconds": 0.0}, "is not inside"),
        ({"edit": "drop_reference", "id": f"{FOX}-r7"}, "there is no reference"),
        ({"edit": "reference", "id": f"{FOX}-x", "shot": shot(0), "frame": 1, "mask": "m.png"}, "no reference"),
        ({"edit": "reference", "id": f"{FOX}-r0", "shot": shot(0), "frame": 16, "mask": "m.png"}, "from 0 to 15"),
    ],
)
def test_an_edit_that_does_not_fit_is_a_decision_and_changes_nothing_else(
    artifacts: Artifacts, group: PackedGroup, edit: dict[str, Any], problem: str
) -> None:
    after = Edited(artifacts, group, edit)
    (refused,) = after.refused
    assert refused.startswith(f"edit 1 ({edit['edit']} {edit['id']}): ") and problem in refused
    ((_, (outcome, reason)),) = after.decisions().items()
    assert "not applied" in reason and problem in reason
    assert outcome == ("kept" if edit["id"] in (STORY, shot(0), f"{FOX}-r0") else "rejected")
    base = artifacts.fetch(artifacts.load(group.key))
    for path in base.rglob("*"):
        if path.is_file() and path.name not in ("decisions.parquet", "card.json"):
            assert (after.folder / path.relative_to(base)).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    "mask, problem",
    [
        (np.zeros((120, 160), np.uint8), "shows nothing found"),
        (np.full((120, 160), 255, np.uint8), "is over 90% of the frame"),
        (np.full((60, 80), 255, np.uint8), "is 80x60, and the clip 160x120"),
    ],
)
def test_a_mask_that_is_empty_whole_or_of_another_size(
    artifacts: Artifacts, group: PackedGroup, mask: Any, problem: str
) -> None:
    edit = {"edit": "reference", "id": f"{FOX}-r0", "shot": shot(1), "frame": FRAME, "mask": "m.png"}
    after = Edited(artifacts, group, edit, mask=base64.b64encode(png_bytes(mask)).decode())
    assert problem in after.refused[0]


def test_an_edit_of_a_film_that_is_gone_stays_as_a_decision(artifacts: Artifacts) -> None:
    after = Edited(artifacts, no_group("cd"), {"edit": "story", "id": "cd00-000", "kept": False})
    assert after.decisions() == {"cd00-000": ("rejected", "Ann: By eye. (not applied: there is no story cd00-000)")}
    assert after.files == {} and after.rows("shots") == {}


def test_equal_edits_give_equal_bytes_in_another_home(group: PackedGroup, dataset: Dataset, tmp_path: Path) -> None:
    edits = [{"edit": "move", "id": shot(1), "frame": 12}]
    keys = []
    for name in ("one", "two"):
        with artifacts_of(tmp_path / name) as opened:
            (packed,) = adopt(opened, dataset.root, dataset.digest, ["ab"]).groups
            keys.append(Edited(opened, packed, *edits).group)
    assert keys[0] == keys[1]
    with artifacts_of(tmp_path / "two") as opened, pytest.raises(ConflictError, match="is here now"):
        adopt(opened, dataset.root, "f" * 64, ["ab"])
