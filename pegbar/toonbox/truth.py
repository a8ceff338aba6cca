"""The ground truth beside a film: script, shot boundaries, and who is where in every frame."""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pegbar.toonbox.config import WORLD_VERSION, ToonboxConfig
from pegbar.toonbox.overlays import Overlay
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
    """Return where shots meet, what only looks like it, and how the film begins and ends.

    A transition changes the frames from `start_frame` to `end_frame` (exclusive), a cut none; `frame` is the
    first one of the new shot, which is the middle of what is gradual. `seconds` are the frames' presentation
    times where the rate varies.
    """
    joints = [(shot.start_frame, shot.transition_in) for shot in plan.shots[1:]]
    return {
        "world_version": WORLD_VERSION,
        "num_frames": plan.num_frames,
        "fps": plan.fps,
        "drawn_on": plan.drawn_on,
        "held": plan.held,
        "boundaries": [
            {
                "frame": frame,
                "transition": joint.kind,
                "start_frame": frame - joint.before,
                "end_frame": frame + joint.after,
            }
            for frame, joint in joints
        ],
        "distractors": [
            {"kind": happening.kind, "start_frame": happening.start_frame, "end_frame": happening.end_frame}
            for shot in plan.shots
            for happening in shot.happenings
        ],
        "fade_in": None if plan.fade_in is None else [0, plan.fade_in.after],
        "fade_out": None if plan.fade_out is None else [plan.num_frames - plan.fade_out.before, plan.num_frames],
        "seconds": None if plan.blemishes.ticks is None else [_shown(plan, frame) for frame in range(plan.num_frames)],
    }


def text_of(plan: FilmPlan, config: ToonboxConfig) -> dict[str, Any]:
    """Return every text that is drawn, and what else lies over the pictures; boxes are [x, y, width, height]."""
    overlay, logo = Overlay(plan, config), plan.blemishes.logo
    return {
        "world_version": WORLD_VERSION,
        "subtitles": [
            {
                "start_frame": one.start_frame,
                "end_frame": one.end_frame,
                "lines": list(one.lines),
                "box": list(overlay.subtitle_box(one)),
            }
            for one in plan.blemishes.subtitles
        ],
        "logo": logo
        and {
            "box": list(overlay.logo_box or ()),
            "kind": logo.kind,
            "text": logo.text,
            "corner": logo.corner,
            "opacity": round(logo.opacity / 256, 3),
        },
        "cards": [
            {
                "kind": shot.card.kind,
                "start_frame": shot.start_frame,
                "end_frame": shot.end_frame,
                "lines": list(shot.card.lines),
            }
            for shot in plan.shots
            if shot.card is not None
        ],
        "letterbox": asdict(plan.blemishes.bars),
    }


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


def clock(seconds: float) -> str:
    """Return a time as MM:SS.mmm."""
    milliseconds = round(1000 * seconds)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _shot_entry(plan: FilmPlan, shot: ShotPlan) -> dict[str, Any]:
    return {
        "start time": clock(plan.seconds_at(shot.start_frame)),
        "end time": clock(plan.seconds_at(shot.end_frame)),
        "is_prologue_or_epilogue": shot.card is not None,
        "main characters": [plan.members[index].name for index in sorted(role.member for role in shot.roles)],
        "scene": "" if shot.card is not None else plan.scenes[shot.scene].name,
        "plot": shot.words.plot,
        "caption": shot.words.caption,
        "camera": shot.words.camera,
    }


def _shown(plan: FilmPlan, frame: int) -> float:
    return round(plan.seconds_at(frame), 6)


def _put(archive: zipfile.ZipFile, name: str, array: NDArray[Any]) -> None:
    content = io.BytesIO()
    np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
    entry = zipfile.ZipInfo(name, ZIP_EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content.getvalue())
