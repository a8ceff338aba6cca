"""FLAC: every 16-bit sample comes back, at any rate, and the bytes do not depend on the day."""

from io import BytesIO

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from pegbar.media import AudioTrack
from pegbar.media.flac import flac_bytes


def decoded(content: bytes) -> tuple[NDArray[np.int16], int]:
    with av.open(BytesIO(content)) as container:
        stream = container.streams.audio[0]
        pieces = [frame.to_ndarray().reshape(-1, stream.channels).T for frame in container.decode(stream)]
        return np.concatenate(pieces, axis=1), stream.rate


@pytest.mark.parametrize(("channels", "rate", "length"), [(1, 8000, 1), (2, 44_100, 10_001), (2, 48_000, 8192)])
def test_every_sample_comes_back(channels: int, rate: int, length: int) -> None:
    whole = np.random.default_rng(0).integers(-32_768, 32_768, (channels, length)).astype(np.int16)
    track = AudioTrack(samples=whole.astype(np.float32) / 32_768, sample_rate=rate)
    content = flac_bytes(track)
    samples, found_rate = decoded(content)
    assert content[:4] == b"fLaC"
    assert found_rate == rate
    assert np.array_equal(samples, whole)
    assert flac_bytes(track) == content
    assert b"Lavf" not in content and b"Lavc" not in content  # a version of the encoder would be another byte


def test_what_is_over_full_scale_clips_and_does_not_wrap() -> None:
    samples, _ = decoded(flac_bytes(AudioTrack(samples=np.array([[2.0, -2.0, 0.5]], np.float32), sample_rate=16_000)))
    assert samples.tolist() == [[32_767, -32_768, 16_384]]
