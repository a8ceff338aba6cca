"""A film's shots: one decode feeds every detector and every sink, then one rule decides."""

from collections.abc import Sequence
from pathlib import Path

from pegbar import progress
from pegbar.config import Config
from pegbar.media import DecodeConfig, Frame, FrameReader, FrameSink, probe
from pegbar.records import Record, Transition
from pegbar.steps import Step
from tasks.curation.boundary import Boundary
from tasks.curation.frame_scores import DetectorsConfig, FrameScorer, FrameScores
from tasks.curation.fusion import FusionConfig, fuse

STEP = Step(name="shots", version=1)
DETECTOR = "scenedetect-0.7.2"


class ShotsConfig(Config):
    """How shots are found: decoding, detectors, and the thresholds of the fusion."""

    decode: DecodeConfig = DecodeConfig()
    detectors: DetectorsConfig = DetectorsConfig()
    fusion: FusionConfig = FusionConfig()


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

    `cuts` keeps what each detector said by itself; `detector` and `fusion_version` say who decided.
    """

    film: str
    fps: float
    num_frames: int
    duration_seconds: float
    shots: tuple[DetectedShot, ...]
    cuts: dict[str, tuple[int, ...]]
    detector: str = DETECTOR
    fusion_version: int = 1


def detect_shots(
    path: Path,
    config: ShotsConfig = ShotsConfig(),  # noqa: B008 - frozen
    sinks: Sequence[FrameSink] = (),
) -> ShotList:
    """Decode a film once and return its shots; every sink sees every frame on the way.

    Raises:
        NotFoundError, HostileNameError, MediaError: see `pegbar.media.probe` and `FrameReader`.
    """
    info = probe(path, config.decode.limits)
    scores = score_frames(path, config, [*sinks, _ProgressSink(path.name, info.num_frames)])
    boundaries = fuse(scores, info.fps, config.fusion)
    end_seconds = max(info.duration_seconds, float(scores.seconds[-1]) + 0.5 / info.fps)
    return ShotList(
        film=path.name,
        fps=info.fps,
        num_frames=scores.num_frames,
        duration_seconds=end_seconds,
        shots=shots_between(boundaries, scores.seconds.tolist(), end_seconds),
        cuts=scores.cuts,
        fusion_version=config.fusion.version,
    )


def score_frames(path: Path, config: ShotsConfig, sinks: Sequence[FrameSink] = ()) -> FrameScores:
    """Decode a film once and return what the fusion needs; errors as in `FrameReader`."""
    scorer = FrameScorer(config.detectors)
    for frame in FrameReader(path, config.decode):
        for sink in (scorer, *sinks):
            sink.accept(frame)
    return scorer.scores()


class _ProgressSink:
    """Reports how far the decode is, about a hundred times a film."""

    def __init__(self, film: str, num_frames: int) -> None:
        self._label = f"shots of {film}"
        self._num_frames = num_frames
        self._step = max(1, num_frames // 100)

    def accept(self, frame: Frame) -> None:
        done = frame.index + 1
        if done % self._step == 0 or done >= self._num_frames:
            progress.report(self._label, done, self._num_frames)


def shots_between(boundaries: list[Boundary], seconds: list[float], end_seconds: float) -> tuple[DetectedShot, ...]:
    """Return the shots that boundaries cut a film into; `seconds` holds every frame's film time."""
    start = Boundary(0, "start", 0, -1, 0.0)
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
            transition_frames=0 if boundary.kind in ("start", "cut") else boundary.last - boundary.first + 1,
        )
        for index, boundary in enumerate(starts)
    )
