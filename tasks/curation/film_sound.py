"""A stretch of the sound of a film that is known to have some."""

from pathlib import Path
from typing import Literal

from pegbar.errors import TruncatedMediaError
from pegbar.media import AudioTrack, read_audio
from pegbar.media.container import MediaLimits


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
