"""The loop every look at a film goes through: one decode, one small picture per frame, whoever measures it."""

from collections.abc import Sequence
from pathlib import Path

from pegbar import progress
from pegbar.media import DecodeConfig, Frame, FrameReader, FrameSink
from tasks.curation.frame_table import Columns, FrameScorer, Glimpse

ANALYSIS_SIDE = 256  # longer side in pixels; PySceneDetect's own


def look_at(
    path: Path,
    scorers: Sequence[FrameScorer],
    decode: DecodeConfig,
    sinks: Sequence[FrameSink] = (),
    analysis_side: int = ANALYSIS_SIDE,
) -> Columns:
    """Decode a film once and return every scorer's columns; a later scorer's replaces an earlier one's of that name.

    Raises:
        MediaError: see `FrameReader`.
    """
    for frame in FrameReader(path, decode):
        glimpse = Glimpse(frame, frame.fitted(analysis_side))
        for scorer in scorers:
            scorer.accept(glimpse)
        for sink in sinks:
            sink.accept(frame)
    columns: Columns = {}
    for scorer in scorers:
        columns |= scorer.columns()
    return columns


class ProgressSink:
    """Reports how far the decode is, about a hundred times a film."""

    def __init__(self, film: str, num_frames: int) -> None:
        self._label = f"look at {film}"
        self._num_frames = num_frames
        self._step = max(1, num_frames // 100)

    def accept(self, frame: Frame) -> None:
        """Take note of one frame."""
        done = frame.index + 1
        if done % self._step == 0 or done >= self._num_frames:
            progress.report(self._label, done, self._num_frames)
