"""The sound of a film, heard once, in a process of its own."""

from pathlib import Path

from pegbar.artifacts import Artifacts, Manifest
from pegbar.digests import digest_of
from pegbar.media import MediaInfo, run_sandboxed
from pegbar.steps import Facts, Step
from tasks.curation.hearing import OUTPUT, TABLE, ListenConfig, Track, listen_to, name_of
from tasks.curation.sound_table import SoundTable
from tasks.curation.source_film import SourceFilm, local_copy

STEP = Step(name="listen", version=1)


def listen(
    artifacts: Artifacts, film: SourceFilm, sha256: str, info: MediaInfo, config: ListenConfig
) -> tuple[Manifest, Track, SoundTable]:
    """Listen to a film in a process of its own, or find that done.

    Raises:
        MediaError: see `open_film` and `run_sandboxed`; nothing is left behind.
    """
    detector = name_of(config.detector.build())

    def make(folder: Path) -> Facts:
        path = local_copy(artifacts, film, sha256)
        run_sandboxed(listen_to, path, folder, info.duration_seconds, config, limits=config.sandbox, subject=path)
        track = Track.from_json((folder / OUTPUT).read_bytes())
        return {"sample_rate": track.sample_rate, "num_channels": track.num_channels}

    inputs = {"film": sha256, "duration": digest_of({"seconds": info.duration_seconds}), "detector": detector}
    manifest, _ = artifacts.run(STEP, inputs, config, make)
    folder = artifacts.fetch(manifest)
    return manifest, Track.from_json((folder / OUTPUT).read_bytes()), SoundTable.read(folder / TABLE)
