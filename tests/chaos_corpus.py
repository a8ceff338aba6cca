"""The chaos corpus: a folder of films that are broken, hostile or odd, and what must become of each.

Built by script from a few kilobytes of drawing; `EXPECTED` says outcome, gate and reason per file as data.
"""

import os
import socket
import struct
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from media_corpus import build_bad, damage, tone, write_film

from pegbar.records import Outcome

HOURS_100 = 360_000  # seconds
BOMB_SIDE = 16_000  # the largest square that FFmpeg itself takes
MAX_FRAMES = 400  # what the corpus's run allows a film


@dataclass(frozen=True)
class Expected:
    """The decision on one file: at which gate it ends, how, and words of the reason."""

    outcome: Outcome
    gate: str
    reason: str


def unread(reason: str) -> Expected:
    return Expected("failed_permanent", "ingest", reason)


def unreadable(reason: str) -> Expected:
    return Expected("failed_permanent", "probe", reason)


GOOD = Expected("kept", "probe", "")

EXPECTED: dict[str, Expected] = {
    # not even bytes
    "empty.mp4": unread("zero bytes"),
    "pipe.mp4": unread("not a regular file"),
    "socket.mp4": unread("not a regular file"),
    "device.mp4": unread("not a regular file"),
    "dangling.mp4": unread("not a regular file"),
    "-rf.mp4": unread("starts with '-'"),
    "two\nlines.mp4": unread("control character"),
    "gpj\u202e4pm.mp4": unread("disguises"),
    # no film
    "text.mp4": unreadable("is not a video"),
    "picture.mp4": unreadable("is not a video"),
    "playlist.mp4": unreadable("is not a video"),
    "concat.mp4": unreadable("is not a video"),
    "elsewhere.mp4": unreadable("not one frame can be decoded"),
    "sound.mp4": unreadable("no video stream: it holds no pictures"),
    "cover.mp4": unreadable("a cover picture and sound"),
    "rare codec.avi": unreadable("video codec wmv2, which is not decoded here"),
    # less than it says
    "no index.mp4": unreadable("its index is missing"),
    "cut off.mp4": unreadable("more bytes than the file holds"),
    "cut off.mkv": unreadable("more bytes than the file holds"),
    "cut off.avi": unreadable("more bytes than the file holds"),
    "damaged.mp4": unreadable("or one near it cannot be decoded"),
    "zero frames.mp4": unreadable("not one frame can be decoded"),
    "zero frames.mkv": unreadable("its index is missing or broken"),
    # more than is allowed
    "100 hours.mkv": unreadable(f"{HOURS_100} seconds; 21600 are allowed"),
    "last frame never ends.mp4": unreadable("seconds; 21600 are allowed"),
    "bomb.mov": unreadable(f"pictures of {BOMB_SIDE}x{BOMB_SIDE}"),
    "bomb inside.mov": unreadable(f"pictures of {BOMB_SIDE}x{BOMB_SIDE}"),
    "many frames.mp4": unreadable(f"over {MAX_FRAMES} frames"),
    # odd, and welcome
    "100 hours.mp4": GOOD,  # only its header says so: its index, which is believed, says one second
    "an mkv named.mp4": GOOD,
    "variable rate.mkv": GOOD,
    "no sound.mp4": GOOD,
    "10 bit.mp4": GOOD,
    "one frame.mp4": GOOD,
    "odd size.avi": GOOD,
    "two pixels.mkv": GOOD,
    "turned.mp4": GOOD,
    "long sound.mp4": GOOD,
    "before zero.mkv": GOOD,
    "changes size.mp4": GOOD,
    'лиса 狐 🦊 "$(fox)"; 100%d.mp4': GOOD,
}


def build_chaos(folder: Path) -> None:
    """Write every file that `EXPECTED` names into `folder`."""
    scratch = folder.parent / f"{folder.name} scratch"
    folder.mkdir(parents=True, exist_ok=True)
    bad = build_bad(scratch)
    renamed = {"sound.m4a": "sound.mp4", "sound with cover.m4a": "cover.mp4"}
    for name, path in bad.items():
        if renamed.get(name, name) in EXPECTED:
            path.rename(folder / renamed.get(name, name))
    for build in (_no_files, _too_little, _too_much, _odd):
        build(folder, scratch)
    missing = {name for name in EXPECTED if not os.path.lexists(folder / name)}
    assert not missing, missing


def _no_files(folder: Path, scratch: Path) -> None:
    os.mkfifo(folder / "pipe.mp4")
    here = Path.cwd()
    os.chdir(folder)  # a socket's path is short
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("socket.mp4")
    finally:
        os.chdir(here)
    (folder / "device.mp4").symlink_to("/dev/zero")
    (folder / "dangling.mp4").symlink_to(folder / "nowhere.mp4")
    for name in ("-rf.mp4", "two\nlines.mp4", "gpj\u202e4pm.mp4"):
        (folder / name).write_bytes(b"never opened")
    _write_elsewhere(write_film(scratch / "whole.mp4"), folder / "elsewhere.mp4")
    write_film(folder / "rare codec.avi", codec="wmv2")


def _too_little(folder: Path, scratch: Path) -> None:
    damage(write_film(scratch / "whole.mp4", num_frames=96), folder / "damaged.mp4")
    for suffix in ("mp4", "mkv"):
        options = {"movflags": "empty_moov"} if suffix == "mp4" else {}
        with av.open(str(folder / f"zero frames.{suffix}"), "w", options=options) as container:
            stream = container.add_stream("mpeg4", rate=24)
            stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
            container.start_encoding()


def _too_much(folder: Path, scratch: Path) -> None:
    coarse = {"video_track_timescale": "24"}
    content = bytearray(write_film(scratch / "whole.mp4", container_options=coarse).read_bytes())
    for box, offset in ((b"mvhd", 12), (b"mdhd", 12), (b"tkhd", 20)):  # version 0: scale, then length
        start = content.index(box) + 4 + offset
        ticks = int.from_bytes(content[start : start + 4]) if box != b"tkhd" else 1000
        length = start + 4 if box != b"tkhd" else start
        content[length : length + 4] = (HOURS_100 * ticks).to_bytes(4)
    (folder / "100 hours.mp4").write_bytes(content)
    content = bytearray(write_film(scratch / "whole.mkv").read_bytes())
    start = content.index(b"\x44\x89\x88") + 3  # Duration, a double of milliseconds
    content[start : start + 8] = struct.pack(">d", 1000.0 * HOURS_100)
    (folder / "100 hours.mkv").write_bytes(content)
    write_film(folder / "last frame never ends.mp4", ticks=[*range(23), 24 * HOURS_100], container_options=coarse)
    _write_bomb(folder / "bomb.mov", folder / "bomb inside.mov")
    black = np.zeros((64, 96, 3), np.uint8)
    write_film(folder / "many frames.mp4", num_frames=MAX_FRAMES + 1, picture=lambda *_: black)


def _odd(folder: Path, scratch: Path) -> None:
    write_film(scratch / "film.mkv", with_audio=True).rename(folder / "an mkv named.mp4")
    write_film(folder / "variable rate.mkv", ticks=[index + 2 * (index // 5) for index in range(24)])
    write_film(folder / "no sound.mp4")
    write_film(folder / "10 bit.mp4", pixel_format="yuv420p10le")
    write_film(folder / "one frame.mp4", num_frames=1)
    write_film(folder / "odd size.avi", size=(321, 241), codec="mpeg4")
    write_film(folder / "two pixels.mkv", size=(2, 2), codec="ffv1", pixel_format="bgr0")
    write_film(folder / "turned.mp4", rotation=90)
    write_film(folder / 'лиса 狐 🦊 "$(fox)"; 100%d.mp4', num_frames=25)
    with av.open(str(folder / "long sound.mp4"), "w") as container:
        _encode(container, range(24), sound_seconds=4.0)
    with av.open(str(folder / "before zero.mkv"), "w", options={"avoid_negative_ts": "disabled"}) as container:
        _encode(container, range(-12, 12), sound_seconds=1.0)
    parts = [write_film(scratch / f"{side}.ts", size=(side, 64), num_frames=12) for side in (96, 192)]
    (folder / "changes size.mp4").write_bytes(b"".join(part.read_bytes() for part in parts))


def _encode(container: "av.container.OutputContainer", ticks: range, sound_seconds: float) -> None:
    video = container.add_stream("libx264", rate=24, options={"threads": "1", "bf": "0"})
    video.width, video.height, video.pix_fmt = 96, 64, "yuv420p"
    sound = container.add_stream("aac", rate=22050, layout="mono")
    for tick in ticks:
        frame = av.VideoFrame.from_ndarray(np.full((64, 96, 3), 100 + tick, np.uint8), format="rgb24")
        frame.pts, frame.time_base = tick, Fraction(1, 24)
        container.mux(video.encode(frame))
    container.mux(video.encode(None))
    container.mux(sound.encode(tone(sound_seconds)))
    container.mux(sound.encode(None))


def _write_bomb(path: Path, disguised: Path) -> None:
    """Write a picture of 256 million pixels in some 30 kB, and the same under a header that says 64x64."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = BOMB_SIDE, BOMB_SIDE, "monob"
        frame = av.VideoFrame(BOMB_SIDE, BOMB_SIDE, "monob")
        for index in range(2):
            frame.pts, frame.time_base = index, Fraction(1)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    size = struct.pack(">HH", BOMB_SIDE, BOMB_SIDE)
    disguised.write_bytes(path.read_bytes().replace(size, struct.pack(">HH", 64, 64)))


def _write_elsewhere(film: Path, target: Path) -> None:
    """Write a film whose pictures are said to lie in another file, by a QuickTime alias."""
    content = film.read_bytes()
    start = content.index(b"url \0\0\0\1") - 4
    secret = b"/etc/passwd"
    alias = bytearray(150)
    alias[2:4] = (2).to_bytes(2)
    alias += (2).to_bytes(2) + len(secret).to_bytes(2) + secret + bytes(len(secret) % 2)
    alias += (18).to_bytes(2) + len(secret).to_bytes(2) + secret + bytes(len(secret) % 2) + b"\xff\xff\0\0"
    box = (12 + len(alias)).to_bytes(4) + b"alis" + bytes(4) + bytes(alias)
    grown = len(box) - 12
    sized = bytearray(content)
    for name in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        place = content.index(name) - 4
        sized[place : place + 4] = (int.from_bytes(content[place : place + 4]) + grown).to_bytes(4)
    target.write_bytes(bytes(sized[:start]) + box + bytes(sized[start + 12 :]))
