"""Clip bytes to the frames a model takes, and picture bytes to RGB."""

import io
from fractions import Fraction

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from models.animeshooter.config import VideoShape
from pegbar.errors import InputError, MediaError, NotAVideoError, NoVideoStreamError, TruncatedMediaError

Frames = NDArray[np.uint8]
REMEDY = "pegbar data gate, then curate the film again"


def decode_clip(content: bytes, shape: VideoShape, name: str) -> Frames:
    """Return RGB frames (F, H, W, 3): uniformly spread over the clip, scaled to cover, cut at the centre.

    A clip with fewer than F frames repeats some.

    Raises:
        NotAVideoError, NoVideoStreamError, TruncatedMediaError, MediaError: `content` is no whole clip.
    """
    pictures = _decode(content, shape, name)
    wanted = np.linspace(0, len(pictures) - 1, shape.num_frames).round().astype(int)
    return np.stack([pictures[index] for index in wanted])


def _decode(content: bytes, shape: VideoShape, name: str) -> list[Frames]:
    if not content:
        raise TruncatedMediaError(f"clip {name} has zero bytes", remedy=REMEDY, subject=name)
    try:
        with av.open(io.BytesIO(content), format="mp4") as container:
            if not container.streams.video:
                raise NoVideoStreamError(f"clip {name} has no pictures", remedy=REMEDY, subject=name)
            container.streams.video[0].thread_count = 1
            pictures = [_fitted(frame, shape) for frame in container.decode(video=0)]
    except FFmpegError as error:
        raise NotAVideoError(f"clip {name} cannot be decoded: {error.strerror}", remedy=REMEDY, subject=name) from error
    if not pictures:
        raise MediaError(f"clip {name} holds no frame", remedy=REMEDY, subject=name)
    return pictures


def _fitted(frame: av.VideoFrame, shape: VideoShape) -> Frames:
    scale = max(Fraction(shape.height, frame.height), Fraction(shape.width, frame.width))
    height, width = max(shape.height, round(frame.height * scale)), max(shape.width, round(frame.width * scale))
    picture: Frames = frame.reformat(width=width, height=height, format="rgb24", interpolation="AREA").to_ndarray()
    top, left = (height - shape.height) // 2, (width - shape.width) // 2
    return picture[top : top + shape.height, left : left + shape.width]


def decode_picture(content: bytes, name: str) -> Frames:
    """Return an RGB picture (H, W, 3); what is transparent becomes white.

    Raises:
        InputError: `content` is no whole picture.
    """
    try:
        with Image.open(io.BytesIO(content)) as opened:
            picture = opened.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(f"picture {name} cannot be decoded: {error}", remedy=REMEDY, subject=name) from error
    white = Image.new("RGBA", picture.size, (255, 255, 255, 255))
    return np.asarray(Image.alpha_composite(white, picture).convert("RGB"), dtype=np.uint8)
