"""FLAC out of a shard as samples: what `flac_bytes` wrote, exactly."""

import io

import av
import numpy as np

from pegbar.errors import MediaError
from pegbar.media import AudioTrack


def read_flac(content: bytes, name: str) -> AudioTrack:
    """Return a FLAC file's samples.

    Raises:
        MediaError: it does not decode.
    """
    try:
        with av.open(io.BytesIO(content), format="flac") as container:
            stream = container.streams.audio[0]
            planar = av.AudioResampler(format="fltp", layout=stream.codec_context.layout.name)
            pieces = [part.to_ndarray() for frame in container.decode(stream) for part in planar.resample(frame)]
            return AudioTrack(np.concatenate(pieces, axis=1), stream.codec_context.sample_rate)
    except (av.error.FFmpegError, ValueError, IndexError) as error:
        raise MediaError(f"{name} does not decode: {error}", remedy="pegbar data pull", subject=name) from error
