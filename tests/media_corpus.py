"""Films that are bad or odd on purpose, each made by script: every reader of films is tried on them.

`build_bad` and `build_odd` fill a folder and return the paths by name; `BAD` says which error each bad
film must give when it is probed. `write_film` makes one small film to taste.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.stream import Disposition
from numpy.typing import NDArray

from pegbar.errors import EmptyFileError, MediaError, NotAVideoError, NoVideoStreamError, TruncatedMediaError

Pixels = NDArray[np.uint8]

BAD: dict[str, type[MediaError]] = {
    "empty.mp4": EmptyFileError,
    "text.mp4": NotAVideoError,
    "noise.mp4": NotAVideoError,
    "playlist.mp4": NotAVideoError,
    "concat.mp4": NotAVideoError,
    "picture.mp4": NotAVideoError,
    "page.mkv": NotAVideoError,
    "sound.m4a": NoVideoStreamError,
    "sound with cover.m4a": NoVideoStreamError,
    "no index.mp4": TruncatedMediaError,
    "cut off.mp4": TruncatedMediaError,
    "cut off.mkv": TruncatedMediaError,
    "cut off.avi": TruncatedMediaError,
    "cut off.ts": TruncatedMediaError,
    "header only.mp4": TruncatedMediaError,
}


def picture_of(index: int, width: int, height: int) -> Pixels:
    """Give an asymmetric picture: red above, black below, a blue bar on the left, a square that moves."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2] = (220, 30, 30)
    pixels[:, : width // 4] = (20, 40, 230)
    left = width // 4 + (3 * index) % max(1, width // 2)
    pixels[height // 2 : height // 2 + height // 4, left : left + width // 6] = (240, 240, 60)
    return pixels


def write_film(
    path: Path,
    num_frames: int = 24,
    size: tuple[int, int] = (96, 64),
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    fps: Fraction = Fraction(24),
    ticks: Sequence[int] | None = None,
    rotation: int | None = None,
    with_audio: bool = False,
    audio_codec: str = "aac",
    picture: Callable[[int, int, int], Pixels] = picture_of,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
) -> Path:
    """Write one film; `ticks` are presentation times in frames, `rotation` is counterclockwise degrees."""
    with av.open(str(path), "w", options=container_options or {}) as container:
        stream = container.add_stream(codec, rate=fps, options={"threads": "1", **(options or {})})
        stream.width, stream.height, stream.pix_fmt = *size, pixel_format
        if rotation is not None:
            stream.set_display_rotation(rotation)
        sound = container.add_stream(audio_codec, rate=22050, layout="mono") if with_audio else None
        if sound is not None:
            sound.bit_rate = 64_000
        for index in range(num_frames):
            frame = av.VideoFrame.from_ndarray(picture(index, *size), format="rgb24")
            frame.pts, frame.time_base = (ticks[index] if ticks else index), 1 / fps
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if sound is not None:
            container.mux(sound.encode(tone(float(num_frames / fps))))
            container.mux(sound.encode(None))
    return path


def build_bad(folder: Path) -> dict[str, Path]:
    """Write every film that `BAD` names."""
    folder.mkdir(parents=True, exist_ok=True)
    contents: dict[str, bytes] = {
        "empty.mp4": b"",
        "text.mp4": b"This is not a film. " * 50,
        "noise.mp4": np.random.default_rng(0).bytes(20_000),
        "playlist.mp4": b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
        "concat.mp4": b"ffconcat version 1.0\nfile 'good.mp4'\n",
        "page.mkv": b"<!doctype html><html><body>404</body></html>",
        "header only.mp4": b"\0\0\0\x18ftypisom\0\0\2\0isomiso2",
        **_cut_off(folder),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    av.VideoFrame.from_ndarray(picture_of(0, 96, 64), format="rgb24").save(str(folder / "picture.png"))
    (folder / "picture.png").rename(folder / "picture.mp4")
    _write_sound(folder / "sound.m4a", with_cover=False)
    _write_sound(folder / "sound with cover.m4a", with_cover=True)
    return {name: folder / name for name in BAD}


def build_odd(folder: Path) -> dict[str, Path]:
    """Write films that are unusual and must work."""
    folder.mkdir(parents=True, exist_ok=True)
    odd = (321, 241)
    held = [index + 2 * (index // 5) for index in range(24)]
    return {
        "plain": write_film(folder / "plain.mp4", with_audio=True),
        "odd size mpeg4": write_film(folder / "odd.avi", size=odd, codec="mpeg4"),
        "odd size rgb": write_film(folder / "odd rgb.mp4", size=odd, codec="libx264rgb", pixel_format="rgb24"),
        "odd size lossless": write_film(folder / "odd.mkv", size=odd, codec="ffv1", pixel_format="bgr0"),
        "variable rate": write_film(folder / "variable.mp4", ticks=held),
        "variable rate mkv": write_film(folder / "variable.mkv", ticks=held),
        "turned left": write_film(folder / "turned 90.mp4", rotation=90),
        "upside down": write_film(folder / "turned 180.mp4", rotation=180),
        "turned right": write_film(folder / "turned 270.mp4", rotation=270),
        "one frame": write_film(folder / "one.mp4", num_frames=1),
        "two pixels": write_film(folder / "tiny.mkv", size=(2, 2), codec="ffv1", pixel_format="bgr0"),
        "transport stream": write_film(folder / "stream.ts", with_audio=True),
        "webm": write_film(
            folder / "small.webm", codec="libvpx-vp9", options={"deadline": "realtime", "cpu-used": "8"}
        ),
        "unicode": write_film(folder / "лиса и 狐 — 🦊.mp4"),
        "quotes": write_film(folder / 'it\'s "$(fox)"; & `co` 100%d.mp4'),
        "looks like a protocol": write_film(folder / "http:fox.mp4"),
    }


def damage(source: Path, target: Path, share: float = 0.5, num_bytes: int = 400) -> Path:
    """Copy a film with zeros in the middle of its pictures: sizes and index stay right."""
    content = bytearray(source.read_bytes())
    start = int(len(content) * share)
    content[start : start + num_bytes] = bytes(num_bytes)
    target.write_bytes(content)
    return target


def _cut_off(folder: Path) -> dict[str, bytes]:
    index_first = {"movflags": "faststart"}
    whole = {
        "no index.mp4": write_film(folder / "whole.mp4", num_frames=48, with_audio=True),
        "cut off.mp4": write_film(folder / "whole fast.mp4", num_frames=48, container_options=index_first),
        "cut off.mkv": write_film(folder / "whole.mkv", num_frames=48, with_audio=True),
        "cut off.avi": write_film(folder / "whole.avi", num_frames=48, codec="mpeg4"),
        "cut off.ts": write_film(folder / "whole.ts", num_frames=48),
    }
    parts = {}
    for name, path in whole.items():
        content = path.read_bytes()
        parts[name] = content[: len(content) * 2 // 3 | 1]
        path.unlink()
    return parts


def _write_sound(path: Path, with_cover: bool) -> None:
    with av.open(str(path), "w", format="mp4") as container:
        sound = container.add_stream("aac", rate=22050, layout="mono")
        cover = container.add_stream("mjpeg", rate=1) if with_cover else None
        if cover is not None:
            cover.width, cover.height, cover.pix_fmt = 32, 32, "yuvj420p"
            cover.disposition = Disposition.attached_pic
            frame = av.VideoFrame.from_ndarray(picture_of(0, 32, 32), format="rgb24")
            container.mux(cover.encode(frame))
            container.mux(cover.encode(None))
        container.mux(sound.encode(tone(1.0)))
        container.mux(sound.encode(None))


def tone(seconds: float) -> av.AudioFrame:
    """Give a mono tone of 440 Hz at 22,050 Hz."""
    times = np.arange(int(22050 * seconds)) / 22050
    samples = (0.3 * np.sin(2 * np.pi * 440 * times)).astype(np.float32)[None]
    frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = 22050, 0, Fraction(1, 22050)
    return frame
