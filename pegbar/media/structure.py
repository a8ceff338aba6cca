"""What a container's own headers say it holds, read without a demuxer: the test for a cut-off file."""

from pathlib import Path
from typing import BinaryIO, Literal

Family = Literal["mp4", "matroska", "avi", "mpegts"]

MP4_BOXES = frozenset(
    (b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"free", b"skip", b"wide", b"pnot", b"sidx", b"mfra")
)
EBML_HEADER = b"\x1a\x45\xdf\xa3"
MATROSKA_SEGMENT = b"\x18\x53\x80\x67"
TS_PACKET_BYTES, TS_SYNC = 188, 0x47
RIFF_UNKNOWN_SIZE = 0xFFFFFFFF  # what a writer that cannot seek back leaves


def family_of(path: Path) -> Family | None:
    """Return the container family the first bytes belong to, or None."""
    with path.open("rb") as stream:
        head = stream.read(TS_PACKET_BYTES + 1)
    if head[4:8] in MP4_BOXES:
        return "mp4"
    if head.startswith(EBML_HEADER):
        return "matroska"
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return "avi"
    if len(head) > TS_PACKET_BYTES and head[0] == head[TS_PACKET_BYTES] == TS_SYNC:
        return "mpegts"
    return None


def missing_bytes(path: Path) -> int:
    """Return how many bytes the headers promise beyond the end of the file; 0 when it is whole.

    A transport stream promises nothing but whole packets. Sources: ISO/IEC 14496-12 (boxes), RFC 8794
    (EBML), the RIFF specification, ISO/IEC 13818-1 (packets).
    """
    readers = {"mp4": _mp4_end, "matroska": _matroska_end, "avi": _avi_end, "mpegts": _ts_end}
    family = family_of(path)
    if family is None:
        return 0
    size = path.stat().st_size
    with path.open("rb") as stream:
        return max(0, readers[family](stream, size) - size)


def _mp4_end(stream: BinaryIO, size: int) -> int:
    position = 0
    while position + 8 <= size:
        stream.seek(position)
        header = stream.read(16)
        length = int.from_bytes(header[8:16]) if header[:4] == b"\0\0\0\1" else int.from_bytes(header[:4])
        is_known = header[4:8] in MP4_BOXES
        # A length of 0 runs to the end; an unknown box that is no box, or overshoots, is trailing rubbish.
        if length < 8 or (not is_known and position + length > size):
            return size
        position += length
    return position


def _matroska_end(stream: BinaryIO, size: int) -> int:
    stream.seek(len(EBML_HEADER))
    length = _ebml_length(stream)
    if length is None:
        return size
    stream.seek(length, 1)
    if stream.read(len(MATROSKA_SEGMENT)) != MATROSKA_SEGMENT:
        return size
    length = _ebml_length(stream)
    return size if length is None else stream.tell() + length


def _ebml_length(stream: BinaryIO) -> int | None:
    """Read a variable-length integer; None where all its bits are set, which means unknown, or at the end."""
    first = stream.read(1)
    if not first or not first[0]:
        return None
    width = 9 - first[0].bit_length()
    value = int.from_bytes(first + stream.read(width - 1)) & ((1 << 7 * width) - 1)
    return None if value == (1 << 7 * width) - 1 else value


def _avi_end(stream: BinaryIO, size: int) -> int:
    stream.seek(4)
    length = int.from_bytes(stream.read(4), "little")
    return size if length == RIFF_UNKNOWN_SIZE else 8 + length


def _ts_end(stream: BinaryIO, size: int) -> int:
    return size + -size % TS_PACKET_BYTES
