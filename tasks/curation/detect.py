"""A film's facts and shots as an artifact: what every later step of the film starts from."""

from pathlib import Path

from pegbar.artifacts import Artifacts, Manifest
from pegbar.media import MediaInfo, probe
from pegbar.records import Film, Record
from pegbar.steps import Facts, Step
from tasks.curation import shots
from tasks.curation.shots import ShotList, ShotsConfig, detect_shots
from tasks.curation.source_film import SourceFilm, local_copy

STEP = Step(name="detect", version=1)
OUTPUT = "detection.json"


class Detection(Record):
    """What a film is and where its shots lie; the file's name is left out, since the same bytes may have two."""

    info: MediaInfo
    shot_list: ShotList


def detect(artifacts: Artifacts, sha256: str, film: SourceFilm, config: ShotsConfig) -> tuple[Manifest, Detection]:
    """Probe a film and find its shots, or find that done.

    Raises:
        MediaError: see `pegbar.media`; nothing is left behind.
    """

    def make(folder: Path) -> Facts:
        path = local_copy(artifacts, film, sha256)
        info = probe(path, config.decode.limits).model_copy(update={"name": ""})
        found = detect_shots(path, config).model_copy(update={"film": ""})
        (folder / OUTPUT).write_bytes(Detection(info=info, shot_list=found).to_json())
        return {"num_shots": len(found.shots)}

    inputs = {"film": sha256, "shots": str(shots.STEP.version)}
    manifest, _ = artifacts.run(STEP, inputs, config, make)
    return manifest, Detection.from_json((artifacts.fetch(manifest) / OUTPUT).read_bytes())


def film_record(film: SourceFilm, sha256: str, found: Detection) -> Film:
    """Return the film's row: its rights and facts, its length as its shots measure it."""
    return Film(
        film_id=film.item_id,
        name=film.name,
        source=film.source,
        owner=film.owner,
        licence=film.licence,
        sha256=sha256,
        size_bytes=film.size_bytes,
        width=found.info.width,
        height=found.info.height,
        fps=found.info.fps,
        num_frames=found.shot_list.num_frames,
        duration_seconds=found.shot_list.duration_seconds,
        rotation_degrees=found.info.rotation_degrees,
        is_variable_frame_rate=found.info.is_variable_frame_rate,
        has_audio=found.info.has_audio,
        video_codec=found.info.video_codec,
    )
