"""What a film looks like in a few bytes: a perceptual hash of every half second."""

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import Field

from pegbar.config import Config
from pegbar.records import Record
from tasks.curation.film_view import FilmView
from tasks.curation.frame_table import Pixels

Hashes = npt.NDArray[np.uint64]

SIDE, FREQUENCIES = 32, 8
# A mirrored picture has the same cosine transform but for the sign of what is odd across.
MIRRORED = np.uint64(sum(1 << place for place in range(FREQUENCIES**2) if place % FREQUENCIES % 2))


class SignatureConfig(Config):
    """A sample whose 32x32 brightness deviates by less than `min_contrast` is flat and says nothing of a film."""

    min_contrast: float = Field(default=10.0, ge=0)


class FilmSignature(Record):
    """What `find_duplicate_films` compares.

    Args:
        width, height: of the picture without bars.
        seconds: when each hash was taken; flat samples are left out.
        hashes: 16 hexadecimal digits each, one after the other.
    """

    film_id: str
    width: int
    height: int
    duration_seconds: float
    seconds: tuple[float, ...]
    hashes: str

    def codes(self) -> Hashes:
        """Return the hashes, shape (n,)."""
        return np.frombuffer(bytes.fromhex(self.hashes), ">u8").astype(np.uint64)


def signature_of(film_id: str, view: FilmView, config: SignatureConfig = SignatureConfig()) -> FilmSignature:  # noqa: B008 - frozen
    """Return a film's signature from its samples; give a view whose crop leaves bars out."""
    hashed = list(_hashed(view, config))
    crop, info = view.crop, view.info
    return FilmSignature(
        film_id=film_id,
        width=crop.width if crop else info.width,
        height=crop.height if crop else info.height,
        duration_seconds=info.duration_seconds,
        seconds=tuple(seconds for seconds, _ in hashed),
        hashes="".join(f"{code:016x}" for _, code in hashed),
    )


def _hashed(view: FilmView, config: SignatureConfig) -> Iterator[tuple[float, int]]:
    for sample in view.samples:
        code = perceptual_hash(view.pixels(sample), config.min_contrast)
        if code is not None:
            yield round(sample.seconds, 3), code


def perceptual_hash(pixels: Pixels, min_contrast: float = 0.0) -> int | None:
    """Return 64 bits: the signs of the lowest cosines of a picture's brightness; None where it is flat.

    Signs change neither with size, nor with brightness and contrast. Bit `8 * down + across` counts half waves;
    the mean, bit 0, is left out.
    """
    grey = cv2.resize(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    if grey.std() < min_contrast:
        return None
    signs = cv2.dct(grey.astype(np.float32))[:FREQUENCIES, :FREQUENCIES].reshape(-1) > 0
    return sum(1 << place for place in range(1, len(signs)) if signs[place])
