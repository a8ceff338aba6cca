"""A film's shots, decided from its table of frames: by the fusion, or by a model that read the frames."""

from pathlib import Path
from typing import Literal

import numpy as np

from pegbar.config import Config
from pegbar.errors import ConfigurationError
from pegbar.media import DecodeConfig, MediaInfo, probe
from pegbar.records import Record, Transition
from tasks.curation.detection.boundary import Boundary
from tasks.curation.detection.detector_cuts import DetectorCutsConfig, detector_cuts, model_transitions
from tasks.curation.detection.detector_scores import DetectorsConfig
from tasks.curation.detection.fusion import FusionConfig, fuse
from tasks.curation.frame_table import FrameTable
from tasks.curation.looking import ProgressSink, look_at

DETECTOR = "scenedetect-0.7.2"
MAX_CUT_FRAMES = 2  # a model's run this short is a cut

Decider = Literal["fusion", "transnet", "content", "adaptive", "histogram", "threshold"]


class ShotsConfig(Config):
    """Who decides, the thresholds of the fusion, and those of the detectors' own lists.

    Args:
        decided_by: "fusion", or the list of one detector by itself; "transnet" wants a table whose `transnet`
            column a model filled.
    """

    decided_by: Decider = "fusion"
    fusion: FusionConfig = FusionConfig()
    cuts: DetectorCutsConfig = DetectorCutsConfig()


class DetectedShot(Record):
    """One shot. `end_frame` is exclusive and `end_seconds` the next shot's start; times are film times.

    `transition_frames` is how many frames the transition into this shot takes, half before its start.
    """

    index: int
    start_frame: int
    end_frame: int
    start_seconds: float
    end_seconds: float
    transition_in: Transition
    transition_frames: int = 0


class ShotList(Record):
    """The shots of one film: contiguous, in order, from its first frame to its last.

    `cuts` keeps what each detector said by itself; `decided_by`, `fusion_version` and `cuts_version` say
    who decided, and by which thresholds.
    """

    film: str
    fps: float
    num_frames: int
    duration_seconds: float
    shots: tuple[DetectedShot, ...]
    cuts: dict[str, tuple[int, ...]]
    detector: str = DETECTOR
    decided_by: Decider = "fusion"
    fusion_version: int = 1
    cuts_version: int = 1


def shots_of(table: FrameTable, info: MediaInfo, config: ShotsConfig) -> ShotList:
    """Decide a film's shots; nothing is decoded.

    Raises:
        ConfigurationError: a model is to decide, but none has read the film.
    """
    boundaries = decided_boundaries(table, config)
    end_seconds = max(info.duration_seconds, float(table.seconds[-1]) + 0.5 / info.fps)
    return ShotList(
        film=info.name,
        fps=info.fps,
        num_frames=table.num_frames,
        duration_seconds=end_seconds,
        shots=shots_between(boundaries, table.seconds.tolist(), end_seconds),
        cuts=detector_cuts(table, config.cuts),
        decided_by=config.decided_by,
        fusion_version=config.fusion.version,
        cuts_version=config.cuts.version,
    )


def decided_boundaries(table: FrameTable, config: ShotsConfig) -> list[Boundary]:
    """Return a film's boundaries in order; its start is none. Errors as in `shots_of`."""
    if config.decided_by == "fusion":
        return fuse(table, config.fusion)
    if config.decided_by != "transnet":
        cuts = detector_cuts(table, config.cuts)[config.decided_by]
        return [Boundary(frame, "cut", frame, frame, 0.0) for frame in cuts]
    if np.isnan(table.transnet).any():
        raise ConfigurationError(
            "TransNetV2 is to decide, but has not read the film",
            remedy="survey the film with detectors.shot_model set to TransNetConfig()",
        )
    return model_boundaries(table, config.cuts)


def model_boundaries(table: FrameTable, config: DetectorCutsConfig) -> list[Boundary]:
    """Return what a model found; it knows no kinds, so that whatever takes longer than a cut is a dissolve."""
    return [
        Boundary(first_after, "cut", first_after, first_after, 0.0)
        if end - start <= MAX_CUT_FRAMES
        else Boundary(first_after, "dissolve", start, end, 0.0)
        for start, end, first_after in model_transitions(table.transnet, config.transnet)
    ]


def shots_between(boundaries: list[Boundary], seconds: list[float], end_seconds: float) -> tuple[DetectedShot, ...]:
    """Return the shots that boundaries cut a film into; `seconds` holds every frame's film time."""
    start = Boundary(0, "start", 0, 0, 0.0)
    starts = [start, *boundaries]
    frames = [*(boundary.frame for boundary in starts), len(seconds)]
    times = [*(seconds[boundary.frame] for boundary in starts), end_seconds]
    return tuple(
        DetectedShot(
            index=index,
            start_frame=frames[index],
            end_frame=frames[index + 1],
            start_seconds=times[index],
            end_seconds=times[index + 1],
            transition_in=boundary.kind,
            transition_frames=boundary.end - boundary.start,
        )
        for index, boundary in enumerate(starts)
    )


def detect_shots(
    path: Path,
    config: ShotsConfig = ShotsConfig(),  # noqa: B008 - frozen
    detectors: DetectorsConfig = DetectorsConfig(),  # noqa: B008 - frozen
    decode: DecodeConfig = DecodeConfig(),  # noqa: B008 - frozen
) -> ShotList:
    """Decode a film once and return its shots.

    Raises:
        NotFoundError, HostileNameError, MediaError: see `pegbar.media.probe` and `FrameReader`.
        MissingExtraError: the model's package is not installed.
    """
    info = probe(path, decode.limits)
    return shots_of(score_frames(path, detectors, decode), info, config)


def score_frames(
    path: Path,
    detectors: DetectorsConfig = DetectorsConfig(),  # noqa: B008 - frozen
    decode: DecodeConfig = DecodeConfig(),  # noqa: B008 - frozen
) -> FrameTable:
    """Decode a film once and return what its shots are decided from; errors as in `detect_shots`."""
    num_frames = probe(path, decode.limits).num_frames
    columns = look_at(path, detectors.build(), decode, [ProgressSink(path.name, num_frames)])
    unmeasured = np.full(len(columns["seconds"]), np.nan)
    return FrameTable(**columns, change=unmeasured, change_peak=unmeasured, motion=unmeasured)
