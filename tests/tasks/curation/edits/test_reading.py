"""A patch from outside: read if it is one, and otherwise refused in words that name the place."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pegbar.errors import ConflictError, HostileNameError, InputError, NotFoundError
from tasks.curation.edits.reading import MAX_PATCH_BYTES, read_patch
from tasks.curation.references.cutouts import png_bytes

SHOT = "ab00-s000-0001"
CAPTION = {"edit": "shot", "id": SHOT, "caption": "Лиса спит. 狐が眠る 🦊"}
REFERENCE = {"edit": "reference", "id": "ab00-s000-c0-r0", "shot": SHOT, "frame": 3, "mask": "mask.png"}
BASE: dict[str, Any] = {"dataset": "a" * 64, "author": "Zoë", "reason": "Checked by eye.", "edits": [CAPTION]}


def written(folder: Path, content: Any) -> Path:
    path = folder / "patch.json"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(json.dumps(content))
    return path


def test_a_patch_is_read_with_its_masks_and_named_by_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "mask.png").write_bytes(png_bytes(np.zeros((4, 6), np.uint8)))
    path = written(tmp_path, BASE | {"edits": [CAPTION, REFERENCE | {"reason": "Blurred."}]})
    patch = read_patch(path)
    first, second = patch.signed()
    assert first.edit.changes == {"caption": "Лиса спит. 狐が眠る 🦊"}
    assert (first.why, second.why) == ("Zoë: Checked by eye.", "Zoë: Blurred.")
    assert first.mask is None and second.mask == patch.masks["mask.png"]
    path.write_text(json.dumps(json.loads(path.read_text()), indent=7))
    assert read_patch(path, patch.digest) == patch
    (tmp_path / "mask.png").write_bytes(png_bytes(np.full((4, 6), 255, np.uint8)))
    with pytest.raises(ConflictError, match="changed since its run began"):
        read_patch(path, patch.digest)


@pytest.mark.parametrize(
    "content, problem",
    [
        (b"", "is not JSON"),
        (json.dumps(BASE).encode()[:-20], "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[" * 100_000, "nested without end|is not JSON"),
        (b" " * (MAX_PATCH_BYTES + 1), "over 16 MiB"),
        (b"[]", "not a JSON object"),
        (b'{"author": "a", "author": "b"}', "'author' is there twice"),
        (b'{"author": NaN}', "NaN is no number"),
        (BASE | {"schema_version": 2}, "schema version 2, not 1"),
        (BASE | {"dataset": "latest"}, "dataset: String should match pattern"),
        (BASE | {"author": ""}, "author: String should have at least 1 character"),
        (BASE | {"reason": " \n"}, "reason: .*blank"),
        (BASE | {"author": "a\nPegbar-Dataset: x"}, "author: .*more than one line"),
        (BASE | {"reason": "\x1b[2J"}, "control character"),
        (BASE | {"reason": "half \ud83e"}, "lone surrogate"),
        (BASE | {"edits": []}, "edits: .*at least 1 item"),
        (BASE | {"edits": [CAPTION, {"edit": "redraw", "id": SHOT}]}, "edits 2: .*does not match"),
        (BASE | {"edits": [CAPTION | {"captoin": "x"}]}, "edits 1 shot captoin: Extra inputs"),
        (BASE | {"edits": [CAPTION | {"caption": 7}]}, "edits 1 shot caption: .*valid string"),
        (BASE | {"edits": [CAPTION | {"caption": "x" * 10_001}]}, "at most 10000 characters"),
        (BASE | {"edits": [CAPTION | {"kept": "yes"}]}, "edits 1 shot kept: .*boolean"),
        (BASE | {"edits": [CAPTION | {"id": "../ab"}]}, "edits 1 shot id: .*pattern"),
        (BASE | {"edits": [{"edit": "split", "id": SHOT, "frame": "12"}]}, "frame: .*valid integer"),
        (BASE | {"edits": [{"edit": "split", "id": SHOT, "frame": -1}]}, "frame: .*greater than or equal to 0"),
        (BASE | {"edits": [CAPTION, CAPTION | {"caption": "Other."}]}, "edits 1 and 2 are both on ab00-s000-0001"),
        (
            BASE | {"edits": [{"edit": "drop_reference", "id": REFERENCE["id"]}, REFERENCE]},
            "edits 1 and 2 are both on ab00-s000-c0-r0",
        ),
    ],
)
def test_what_is_no_patch_is_refused_by_name(tmp_path: Path, content: Any, problem: str) -> None:
    with pytest.raises(InputError, match=problem) as refused:
        read_patch(written(tmp_path, content))
    assert "\n  next: " in str(refused.value)


def test_a_patch_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no patch at"):
        read_patch(tmp_path / "nowhere.json")


@pytest.mark.parametrize("name", ["../secret.png", "/etc/hosts", "a/../../secret.png", "link.png"])
def test_a_mask_stays_in_the_patchs_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.png").write_bytes(png_bytes(np.zeros((4, 6), np.uint8)))
    (tmp_path / "patches").mkdir()
    (tmp_path / "patches" / "link.png").symlink_to("../secret.png")
    path = written(tmp_path / "patches", BASE | {"edits": [REFERENCE | {"mask": name}]})
    with pytest.raises(HostileNameError):
        read_patch(path)


@pytest.mark.parametrize("kind", ["missing", "empty", "truncated", "text", "transparent", "huge"])
def test_a_mask_that_is_none_is_refused(tmp_path: Path, kind: str) -> None:
    whole = png_bytes(np.random.default_rng(0).integers(0, 255, (40, 60), np.uint8))
    contents = {
        "empty": b"",
        "truncated": whole[: len(whole) // 2],
        "text": b"not a picture",
        "transparent": png_bytes(np.zeros((4, 6), np.uint8))[:25]
        + b"\x06"
        + png_bytes(np.zeros((4, 6), np.uint8))[26:],
        "huge": b"\x00" * ((4 << 20) + 1),
    }
    if kind in contents:
        (tmp_path / "mask.png").write_bytes(contents[kind])
    with pytest.raises((InputError, NotFoundError), match=r"mask\.png"):
        read_patch(written(tmp_path, BASE | {"edits": [REFERENCE]}))
