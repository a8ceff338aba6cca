"""The ground truth beside a film: script, shot boundaries, and who is where in every frame."""

import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pegbar.toonbox.pen import Labels
from pegbar.toonbox.plan import FilmPlan, ShotPlan

ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date zip can hold; a real one would change the bytes


def script_of(plan: FilmPlan) -> dict[str, Any]:
    """Return the script in the AnimeShooter form (its keys have spaces); times are MM:SS.mmm."""
    return {
        "storyline": plan.storyline,
        "main characters": [{"ID": member.name, "appearance": member.appearance} for member in plan.members],
        "main scenes": [{"ID": scene.name, "environment": scene.environment} for scene in plan.scenes],
        "shots": [_shot_entry(plan, shot) for shot in plan.shots],
    }


def cuts_of(plan: FilmPlan) -> dict[str, Any]:
    """Return the boundaries: first frame of each new shot, its transition, and the frames that blend both shots.

    Blended frames run from `start_frame` to `end_frame` (exclusive); a cut has none. A dissolve's
    `frame` is its middle.
    """
    boundaries = []
    for shot in plan.shots[1:]:
        half = shot.dissolve_frames // 2
        boundaries.append(
            {
                "frame": shot.start_frame,
                "transition": shot.transition_in,
                "start_frame": shot.start_frame - half,
                "end_frame": shot.start_frame + half,
            }
        )
    return {"num_frames": plan.num_frames, "fps": plan.fps, "boundaries": boundaries}


def json_bytes(value: dict[str, Any]) -> bytes:
    """Return readable JSON with its keys in the order given."""
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def masks_bytes(labels: Sequence[Labels], names: Sequence[str]) -> bytes:
    """Return an npz of `labels` uint8 (frames, height, width) and `characters`, byte-identical for equal input.

    Label k (from 1) is `characters[k - 1]`; 0 is scenery. Read it with `numpy.load`.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        _put(archive, "labels.npy", np.stack(labels))
        _put(archive, "characters.npy", np.array(names, dtype=np.str_))
    return packed.getvalue()


def clock(frame: int, fps: int) -> str:
    """Return a frame's time as MM:SS.mmm."""
    milliseconds = round(1000 * frame / fps)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _shot_entry(plan: FilmPlan, shot: ShotPlan) -> dict[str, Any]:
    return {
        "start time": clock(shot.start_frame, plan.fps),
        "end time": clock(shot.end_frame, plan.fps),
        "is_prologue_or_epilogue": shot.is_prologue,
        "main characters": [plan.members[index].name for index in sorted(role.member for role in shot.roles)],
        "scene": plan.scenes[shot.scene].name,
        "plot": shot.words.plot,
        "caption": shot.words.caption,
        "camera": shot.words.camera,
    }


def _put(archive: zipfile.ZipFile, name: str, array: NDArray[Any]) -> None:
    content = io.BytesIO()
    np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
    entry = zipfile.ZipInfo(name, ZIP_EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content.getvalue())
