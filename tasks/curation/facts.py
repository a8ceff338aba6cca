"""What a film is, before a picture of it is kept: probed in the sandbox, so that the cheap gates come first."""

from pathlib import Path

from pegbar.artifacts import Artifacts, Manifest
from pegbar.config import Config
from pegbar.media import MediaInfo, SandboxLimits, probe, run_sandboxed
from pegbar.media.container import MediaLimits
from pegbar.steps import Facts, Step
from tasks.curation.scores import Score
from tasks.curation.sources.source_film import SourceFilm, local_copy

STEP = Step(name="probe", version=1)
OUTPUT = "facts.json"


class FactsConfig(Config):
    """The largest film that is read, and what its reader may use."""

    limits: MediaLimits = MediaLimits()
    sandbox: SandboxLimits = SandboxLimits()


def facts_of(artifacts: Artifacts, film: SourceFilm, sha256: str, config: FactsConfig) -> tuple[Manifest, MediaInfo]:
    """Probe a film, or find that done; its name is left out, since the same bytes may have two.

    Raises:
        MediaError: see `probe` and `run_sandboxed`; nothing is left behind.
    """

    def make(folder: Path) -> Facts:
        path = local_copy(artifacts, film, sha256)
        info: MediaInfo = run_sandboxed(probe, path, config.limits, limits=config.sandbox, subject=path)
        (folder / OUTPUT).write_bytes(info.model_copy(update={"name": ""}).to_json())
        return {"num_frames": info.num_frames}

    manifest, _ = artifacts.run(STEP, {"film": sha256}, config, make)
    return manifest, MediaInfo.from_json((artifacts.fetch(manifest) / OUTPUT).read_bytes())


def facts_scores(info: MediaInfo) -> tuple[Score, ...]:
    """Return what is scored before a film is decoded: its length (AnimeShooter, section 3.1)."""
    return (Score(gate="duration", item_kind="film", value=info.duration_seconds),)
