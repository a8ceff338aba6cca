"""Film views without the survey: one plain decode, a sample every half second, the columns that scorers read."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pegbar.media import MediaInfo, frames, probe
from pegbar.media.decode import fitted_size
from tasks.curation.detection.shots import DetectedShot, detect_shots
from tasks.curation.film_view import FilmView, Sample, SoundSummary
from tasks.curation.frame_table import THUMBNAIL_SIDE, FrameTable

Pixels = NDArray[np.uint8]
Fitted = Callable[[int], Pixels]  # a frame, its longer side at most so many pixels

SMALL_SIDE, SAMPLE_SIDE, SAMPLE_SECONDS, JPEG_QUALITY = 256, 640, 0.5, 90


def view_of(
    film: Path,
    folder: Path,
    starts: Sequence[int] | None = None,
    columns: Mapping[str, NDArray[np.float64]] | None = None,
    sound: SoundSummary | None = None,
) -> FilmView:
    """Decode a film into `folder` and return its view.

    Shots begin at the frames `starts` (0 first), or are detected. `columns` replaces columns of the frame
    table; those that a plain decode does not give are NaN (content, adaptive, histogram, motion, transnet).
    """
    info = probe(film)
    pictures = ((frame.seconds, frame.fitted) for frame in frames(film))
    view = _view(folder, info, pictures, starts or (0,), columns, sound)
    return view if starts is not None else replace(view, shots=detect_shots(film).shots)


def view_of_pictures(
    pictures: Iterable[Pixels],
    folder: Path,
    fps: float = 8.0,
    starts: Sequence[int] = (0,),
    columns: Mapping[str, NDArray[np.float64]] | None = None,
    sound: SoundSummary | None = None,
) -> FilmView:
    """Return the view of a film that was never encoded: RGB pictures of shape (height, width, 3), one size."""
    drawn = list(pictures)
    info = _info_of(drawn, fps)
    fitted = ((index / fps, partial(_fitted, pixels)) for index, pixels in enumerate(drawn))
    return _view(folder, info, fitted, starts, columns, sound)


def shots_at(starts: Sequence[int], seconds: Sequence[float], end_seconds: float) -> tuple[DetectedShot, ...]:
    """Return shots that begin at the frames `starts`; `seconds` holds every frame's film time."""
    edges = [*starts, len(seconds)]
    times = [*(seconds[start] for start in starts), end_seconds]
    return tuple(
        DetectedShot(
            index=index, start_frame=edges[index], end_frame=edges[index + 1], start_seconds=times[index],
            end_seconds=times[index + 1], transition_in="cut" if index else "start",
        )
        for index in range(len(starts))
    )  # fmt: skip


def _view(
    folder: Path,
    info: MediaInfo,
    pictures: Iterable[tuple[float, Fitted]],
    starts: Sequence[int],
    columns: Mapping[str, NDArray[np.float64]] | None,
    sound: SoundSummary | None,
) -> FilmView:
    smalls: list[Pixels] = []
    seconds: list[float] = []
    samples = tuple(_sampled(pictures, folder, smalls, seconds))
    return FilmView(
        folder=folder,
        info=info,
        frames=_table(seconds, smalls, columns or {}),
        samples=samples,
        sound=sound or SoundSummary(has_audio=info.has_audio),
        shots=shots_at(starts, seconds, max(info.duration_seconds, seconds[-1])),
    )


def _sampled(
    pictures: Iterable[tuple[float, Fitted]], folder: Path, smalls: list[Pixels], seconds: list[float]
) -> Iterator[Sample]:
    """Keep every frame's small picture and time, and write a sample where its half second begins."""
    (folder / "samples").mkdir(parents=True, exist_ok=True)
    due = 0.0
    for index, (second, fitted) in enumerate(pictures):
        smalls.append(fitted(SMALL_SIDE))
        seconds.append(second)
        if second + 1e-6 >= due:
            due += SAMPLE_SECONDS
            path = f"samples/{index:06d}.jpg"
            picture = fitted(SAMPLE_SIDE)[:, :, ::-1]
            cv2.imwrite(str(folder / path), picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
            yield Sample(frame=index, seconds=second, path=path)


def _fitted(pixels: Pixels, side: int) -> Pixels:
    size = fitted_size(pixels.shape[1], pixels.shape[0], side)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _table(seconds: list[float], smalls: list[Pixels], columns: Mapping[str, NDArray[np.float64]]) -> FrameTable:
    count = len(seconds)
    unmeasured = np.full(count, np.nan)
    steps = [np.abs(one.astype(np.int16) - other).mean(axis=2) for one, other in zip(smalls[1:], smalls, strict=False)]
    values: dict[str, NDArray[np.float64]] = {
        "seconds": np.array(seconds),
        "content": unmeasured,
        "adaptive": unmeasured,
        "histogram": unmeasured,
        "luma": np.array([small.mean() for small in smalls]),
        "change": np.array([0.0, *(float(step.mean()) for step in steps)]),
        "change_peak": np.array([0.0, *(_peak(step) for step in steps)]),
        "motion": unmeasured,
        "transnet": unmeasured,
    }
    thumbnails = np.array([_blocks(small) for small in smalls], np.uint8).reshape(count, -1)
    detail = np.array([_detail(small) for small in smalls], np.uint8).reshape(count, -1)
    return FrameTable(**{**values, **columns}, thumbnails=thumbnails, detail=detail)


def _detail(small: Pixels) -> NDArray[np.float32]:
    luma = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    across, down = np.diff(luma, axis=1, append=luma[:, -1:]), np.diff(luma, axis=0, append=luma[-1:])
    return np.asarray(np.minimum(255, np.sqrt(_blocks(across**2 + down**2))), np.float32)


def _peak(step: NDArray[np.float64]) -> float:
    return float(_blocks(step).max())


def _blocks(picture: NDArray[Any]) -> NDArray[Any]:
    """Return the mean of each cell of a thumbnail, shape (16, 16) or (16, 16, 3)."""
    return np.asarray(cv2.resize(picture, (THUMBNAIL_SIDE, THUMBNAIL_SIDE), interpolation=cv2.INTER_AREA))


def _info_of(drawn: list[Pixels], fps: float) -> MediaInfo:
    height, width = drawn[0].shape[:2]
    return MediaInfo(
        name="drawn", size_bytes=0, container="none", video_codec="none", pixel_format="rgb24", width=width,
        height=height, coded_width=width, coded_height=height, sample_aspect_ratio="1:1", rotation_degrees=0, fps=fps,
        fps_exact=f"{fps:g}", num_frames=len(drawn), duration_seconds=len(drawn) / fps, start_seconds=0.0,
        is_variable_frame_rate=False, has_audio=False, sample_rate=None,
    )  # fmt: skip
