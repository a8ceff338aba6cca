"""The sound of a film, heard once, in a process of its own."""

from pathlib import Path

from pegbar.artifacts import Artifacts, Manifest
from pegbar.digests import digest_of
from pegbar.errors import MediaError
from pegbar.media import MediaInfo, run_sandboxed
from pegbar.steps import Facts, Step
from tasks.curation.sound.hearing import OUTPUT, TABLE, ListenConfig, Track, listen_to, name_of, write_heard
from tasks.curation.sound.table import SoundTable
from tasks.curation.sources.source_film import SourceFilm, local_copy

STEP = Step(name="listen", version=1)


def listen(
    artifacts: Artifacts, film: SourceFilm, sha256: str, info: MediaInfo, config: ListenConfig
) -> tuple[Manifest, Track, SoundTable]:
    """Listen to a film in a process of its own, or find that done.

    A sound that cannot be read within the limits is no error of a film whose pictures can: its track has the reason.
    """
    detector = name_of(config.detector.build())

    def make(folder: Path) -> Facts:
        path = local_copy(artifacts, film, sha256)
        seconds = info.duration_seconds
        try:
            run_sandboxed(listen_to, path, folder, seconds, config, limits=config.sandbox, subject=path)
        except MediaError as error:
            problem = error.what.replace(f"{path.parent}/", "")  # a decision says the same in every home
            silent = Track(duration_seconds=seconds, detector=detector, problem=problem)
            write_heard(folder, silent, SoundTable.empty())
        track = Track.from_json((folder / OUTPUT).read_bytes())
        return {"sample_rate": track.sample_rate, "num_channels": track.num_channels}

    inputs = {"film": sha256, "duration": digest_of({"seconds": info.duration_seconds}), "detector": detector}
    manifest, _ = artifacts.run(STEP, inputs, config, make)
    folder = artifacts.fetch(manifest)
    return manifest, Track.from_json((folder / OUTPUT).read_bytes()), SoundTable.read(folder / TABLE)
