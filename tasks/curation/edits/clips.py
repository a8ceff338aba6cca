"""Clips out of clips: what lies in a shard is decoded, cut anew and encoded, so that no film is needed."""

import tarfile
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from pathlib import Path

import numpy as np

from models.segmenters import Pixels
from pegbar.errors import IntegrityError, TruncatedMediaError
from pegbar.media import AudioTrack, DecodeConfig, EncodeConfig, FrameReader, MediaInfo, probe, read_audio, write_video
from pegbar.media.flac import flac_bytes
from pegbar.records import Shot
from tasks.curation.edits.boundaries import Piece
from tasks.curation.edits.sound import read_flac

DECODE = DecodeConfig(num_threads=1)


class ShardFiles:
    """The files of a group's shard by their names; a group without shots has none.

    Args:
        shard: the tar; it may be missing.
        scratch: an empty folder for clips that are decoded.
        shots: the shots as they lie in the shard.
    """

    def __init__(self, shard: Path, scratch: Path, shots: Mapping[str, Shot]) -> None:
        self._shard = shard
        self._scratch = scratch
        self._shots = shots
        self._places: dict[str, tuple[int, int]] = {}
        if shard.is_file():
            with tarfile.open(shard) as tar:
                self._places = {member.name: (member.offset_data, member.size) for member in tar}

    def names(self) -> list[str]:
        """Return every file's name, in the order of the shard."""
        return list(self._places)

    def has(self, name: str) -> bool:
        """Tell whether the shard has a file."""
        return name in self._places

    def read(self, name: str) -> bytes:
        """Return one file's bytes.

        Raises:
            IntegrityError: the shard has no such file.
        """
        if not self.has(name):
            raise IntegrityError(f"{self._shard.name} lacks {name}", remedy="pegbar data pull", subject=name)
        offset, size = self._places[name]
        with self._shard.open("rb") as stream:
            stream.seek(offset)
            return stream.read(size)

    def picture(self, piece: Piece, frame: int) -> Pixels:
        """Return the picture that a clip shows at a film frame, RGB uint8 of shape (height, width, 3).

        Raises:
            MediaError: the clip does not decode.
        """
        path, info = self._clip(piece.source)
        wanted = self._tick(piece.source, info, frame)
        shown = next(islice(FrameReader(path, DECODE), wanted, None), None)
        if shown is None:
            raise TruncatedMediaError(
                f"{path.name} ends before frame {frame}", remedy="pegbar data pull", subject=piece.source
            )
        return shown.rgb

    def cut(self, pieces: Sequence[Piece], encode: EncodeConfig) -> bytes:
        """Return the pieces as one clip, pictures and sound; a whole clip by itself is returned as it lies.

        Raises:
            MediaError: a clip does not decode.
        """
        if len(pieces) == 1 and self._is_whole(pieces[0]):
            return self.read(f"{pieces[0].source}.mp4")
        rate = max((self._clip(piece.source)[1] for piece in pieces), key=lambda info: info.num_frames).fps_exact
        target = self._scratch / "cut" / "clip.mp4"
        target.parent.mkdir(exist_ok=True)
        write_video(target, self._pictures(pieces), Fraction(rate), self._sound(pieces, Fraction(rate)), encode)
        return target.read_bytes()

    def sound(self, heard: Sequence[tuple[str, float, float]], start_seconds: float, end_seconds: float) -> bytes:
        """Return a stretch of film time as FLAC, out of FLACs of the shard: their names, starts and ends in order.

        Raises:
            MediaError: one does not decode.
        """
        tracks = []
        for name, start, end in heard:
            if start < end_seconds and end > start_seconds:
                track = read_flac(self.read(name), name)
                first, last = (round((seconds - start) * track.sample_rate) for seconds in (start_seconds, end_seconds))
                tracks.append(AudioTrack(track.samples[:, max(0, first) : last], track.sample_rate))
        samples = np.concatenate([track.samples for track in tracks], axis=1)
        return flac_bytes(AudioTrack(samples, tracks[0].sample_rate))

    def _is_whole(self, piece: Piece) -> bool:
        shot = self._shots[piece.source]
        return (piece.start, piece.end) == (shot.start_frame, shot.end_frame)

    def _pictures(self, pieces: Sequence[Piece]) -> Iterator[Pixels]:
        for piece in pieces:
            path, start, end = self._ticks(piece)
            for frame in islice(FrameReader(path, DECODE), start, end):
                yield frame.rgb

    def _sound(self, pieces: Sequence[Piece], fps: Fraction) -> AudioTrack | None:
        """Return the pieces' sound, silence where one of several has none; None where none has any."""
        tracks: list[tuple[AudioTrack | None, float]] = []
        for piece in pieces:
            path, start, end = self._ticks(piece)
            rate = self._clip(piece.source)[1].sample_rate
            seconds = (float(start / fps), float(end / fps))
            tracks.append((read_audio(path, rate, *seconds) if rate else None, seconds[1] - seconds[0]))
        known = next((track for track, _ in tracks if track is not None), None)
        if known is None:
            return None
        channels, rate = known.samples.shape[0], known.sample_rate
        samples = [
            track.samples if track is not None else np.zeros((channels, round(seconds * rate)), np.float32)
            for track, seconds in tracks
        ]
        return AudioTrack(samples=np.concatenate(samples, axis=1), sample_rate=rate)

    def _ticks(self, piece: Piece) -> tuple[Path, int, int]:
        path, info = self._clip(piece.source)
        return path, self._tick(piece.source, info, piece.start), self._tick(piece.source, info, piece.end)

    def _tick(self, source: str, info: MediaInfo, frame: int) -> int:
        """Return the place of a film frame in a clip: clips are steady where the film's rate varies."""
        shot = self._shots[source]
        return round((frame - shot.start_frame) * info.num_frames / (shot.end_frame - shot.start_frame))

    def _clip(self, source: str) -> tuple[Path, MediaInfo]:
        path = self._scratch / f"{source}.mp4"
        if not path.is_file():
            path.write_bytes(self.read(path.name))
        return path, probe(path)
