"""Sound as FLAC: lossless at 16 bits, and the same bytes for the same samples."""

from fractions import Fraction
from io import BytesIO

import av
import numpy as np
from av.codec.context import Flags

from pegbar.media.encode import AudioTrack

FULL_SCALE = 32_768  # what a decoder divides 16-bit samples by, so that those come back as they were
CHUNK_SAMPLES = 4096


def flac_bytes(track: AudioTrack) -> bytes:
    """Return a track as a FLAC file; what is over full scale clips."""
    whole = np.rint(track.samples.astype(np.float64) * FULL_SCALE).clip(-FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
    layout = "mono" if len(whole) == 1 else "stereo"
    file = BytesIO()
    with av.open(file, "w", format="flac", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("flac", rate=track.sample_rate, layout=layout, options={"threads": "1"})
        stream.codec_context.format = av.AudioFormat("s16")
        stream.codec_context.flags |= Flags.bitexact
        for start in range(0, whole.shape[1], CHUNK_SAMPLES):
            piece = whole[:, start : start + CHUNK_SAMPLES].T.reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(piece), format="s16", layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = track.sample_rate, start, Fraction(1, track.sample_rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()
