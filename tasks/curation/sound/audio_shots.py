"""The audio subset of a film: stories of effects alone, parted where picture and sound change (A.3, AA-01 to 04)."""

from pathlib import Path

from pydantic import Field

from models.clients import Calls
from models.sound_annotators import ScriptSoundConfig, SoundAnnotatorConfig
from pegbar.artifacts import Artifacts, Manifest
from pegbar.config import Config
from pegbar.media import MediaInfo, SandboxLimits, run_sandboxed
from pegbar.media.container import MediaLimits
from pegbar.steps import Facts, Step
from tasks.curation.annotate import AnnotatedFilm
from tasks.curation.sound.film_sound import sound_path, write_sounds
from tasks.curation.sound.hearing import ListenConfig
from tasks.curation.sound.listen import listen
from tasks.curation.sound.notes import noted, stretches_of
from tasks.curation.sound.stories import AudioShotSet, AudioStoriesConfig, parted
from tasks.curation.sound.traits import TraitsConfig
from tasks.curation.sources.source_film import SourceFilm, local_copy
from tasks.curation.story_media import FilmStoryMedia, StoryClipsConfig

__all__ = ["OUTPUT", "STEP", "AudioShotsConfig", "SoundFileConfig", "find_audio_shots", "sound_path"]

STEP = Step(name="audio_shots", version=1)
OUTPUT = "audio_shots.json"


class SoundFileConfig(Config):
    """What the sound of an audio shot is kept as: at its own rate, up to `max_rate` hertz; mono, or mixed to stereo."""

    max_rate: int = Field(default=48_000, ge=8_000)
    limits: MediaLimits = MediaLimits()
    sandbox: SandboxLimits = SandboxLimits()


class AudioShotsConfig(Config):
    """What is listened to, which stories pass, how their shots are joined, and who tells their sounds."""

    listen: ListenConfig = ListenConfig()
    stories: AudioStoriesConfig = AudioStoriesConfig()
    traits: TraitsConfig = TraitsConfig()
    annotator: SoundAnnotatorConfig = Field(default=ScriptSoundConfig())
    clips: StoryClipsConfig = StoryClipsConfig()
    sound: SoundFileConfig = SoundFileConfig()


def find_audio_shots(
    artifacts: Artifacts, sha256: str, film: SourceFilm, info: MediaInfo, surveyed: Manifest, sifted: Manifest,
    told: AnnotatedFilm, config: AudioShotsConfig, calls: Calls,
) -> tuple[Manifest, AudioShotSet]:  # fmt: skip
    """Find a film's audio shots, or find that done. Every kept story gets its gates' decisions.

    Args:
        told: the annotation with every shot decided, as the artifact `sifted` holds it.

    Raises:
        MediaError: the film no longer decodes. ProviderError, CallBudgetError: see `SoundAnnotator`.
    """
    heard, track, table = listen(artifacts, film, sha256, info, config.listen)
    annotator = config.annotator.build(calls)

    def make(folder: Path) -> Facts:
        parts = parted(told, track, table, config.stories)
        media = FilmStoryMedia(artifacts, film, sha256, surveyed, stretches_of(parts.audio_shots), config.clips)
        found = noted(parts, told, table, annotator, media, config.traits)
        if found.audio_shots and track.sample_rate is not None:
            path, rate = local_copy(artifacts, film, sha256), min(track.sample_rate, config.sound.max_rate)
            run_sandboxed(
                write_sounds, path, folder, found.audio_shots, rate, config.sound.limits,
                limits=config.sound.sandbox, subject=path,
            )  # fmt: skip
        (folder / OUTPUT).write_bytes(found.to_json())
        return {"num_audio_shots": len(found.audio_shots)}

    inputs = {
        "film": sha256,
        "sound": heard.digest,
        "sifted": sifted.digest,
        "annotator": f"{annotator.name}-{annotator.version}",
    }
    manifest, _ = artifacts.run(STEP, inputs, config, make)
    return manifest, AudioShotSet.from_json((artifacts.fetch(manifest) / OUTPUT).read_bytes())
