"""Stretches of the sound of a film that is known to have some, read and kept as FLAC."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pegbar.errors import TruncatedMediaError
from pegbar.media import AudioTrack, read_audio
from pegbar.media.container import MediaLimits
from pegbar.media.flac import flac_bytes
from pegbar.records import AudioShot


def sound_between(
    path: Path, rate: int, start_seconds: float, end_seconds: float, limits: MediaLimits,
    num_channels: Literal[1, 2] | None = None,
) -> AudioTrack:  # fmt: skip
    """Return the sound between two film times at `rate` hertz; see `read_audio`.

    Raises:
        TruncatedMediaError: the film has no track any more. MediaError: see `read_audio`.
    """
    track = read_audio(path, rate, start_seconds, end_seconds, num_channels, limits)
    if track is None:
        raise TruncatedMediaError(f"{path.name} has no sound any more", remedy="copy the film again", subject=path.name)
    return track


def sound_path(folder: Path, audio_shot_id: str) -> Path:
    """Return where the sound of an audio shot lies in the artifact's folder."""
    return folder / f"{audio_shot_id}.flac"


def write_sounds(path: Path, folder: Path, audio_shots: Sequence[AudioShot], rate: int, limits: MediaLimits) -> None:
    """Write ``<audio_shot_id>.flac`` of every audio shot into `folder`.

    Raises:
        MediaError: see `sound_between`.
    """
    for shot in audio_shots:
        track = sound_between(path, rate, shot.start_seconds, shot.end_seconds, limits)
        sound_path(folder, shot.audio_shot_id).write_bytes(flac_bytes(track))
