"""A film's shots as an artifact, decided from its survey: another threshold costs no decoding."""

from pathlib import Path

from pegbar.artifacts import Artifacts, Manifest
from pegbar.config import Config
from pegbar.media import MediaInfo
from pegbar.records import Record
from pegbar.steps import Facts, Step
from tasks.curation.detection.segments import SegmentConfig, segments_of
from tasks.curation.detection.shots import ShotList, ShotsConfig, shots_of
from tasks.curation.frame_table import FrameTable
from tasks.curation.survey import FRAMES

STEP = Step(name="detect", version=2)
OUTPUT = "detection.json"


class DetectConfig(Config):
    """How shots are decided, and which part stands for a long one."""

    shots: ShotsConfig = ShotsConfig()
    segment: SegmentConfig = SegmentConfig()


class SegmentSpan(Record):
    """The part of a shot that stands for it, in film seconds."""

    start_seconds: float
    end_seconds: float


class Detection(Record):
    """What a film is, where its shots lie, and the segment of each; none where a shot is no longer than one."""

    info: MediaInfo
    shot_list: ShotList
    segments: tuple[SegmentSpan | None, ...]


def detect(
    artifacts: Artifacts, surveyed: Manifest, info: MediaInfo, config: DetectConfig
) -> tuple[Manifest, Detection]:
    """Find a surveyed film's shots, or find that done."""

    def make(folder: Path) -> Facts:
        table = FrameTable.read(artifacts.fetch(surveyed) / FRAMES)
        found = shots_of(table, info, config.shots)
        spans = tuple(
            SegmentSpan(start_seconds=segment.start_seconds, end_seconds=segment.end_seconds) if segment else None
            for segment in segments_of(found.shots, table, config.segment)
        )
        (folder / OUTPUT).write_bytes(Detection(info=info, shot_list=found, segments=spans).to_json())
        return {"num_shots": len(found.shots)}

    manifest, _ = artifacts.run(STEP, {"survey": surveyed.digest}, config, make)
    return manifest, load_detection(artifacts, manifest)


def load_detection(artifacts: Artifacts, detected: Manifest) -> Detection:
    """Read what `detect` left behind."""
    return Detection.from_json((artifacts.fetch(detected) / OUTPUT).read_bytes())
