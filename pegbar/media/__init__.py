"""Films: what they are, their frames, their sound, and writing them. Only local regular files are opened."""

from pegbar.media.audio import read_audio
from pegbar.media.container import MediaLimits
from pegbar.media.decode import DecodeConfig, Frame, FrameReader, FrameSink, frames
from pegbar.media.encode import AudioTrack, EncodeConfig, write_video
from pegbar.media.names import check_key, check_name
from pegbar.media.probe import MediaInfo, probe
from pegbar.media.sandbox import SandboxLimits, run_sandboxed

__all__ = [
    "AudioTrack",
    "DecodeConfig",
    "EncodeConfig",
    "Frame",
    "FrameReader",
    "FrameSink",
    "MediaInfo",
    "MediaLimits",
    "SandboxLimits",
    "check_key",
    "check_name",
    "frames",
    "probe",
    "read_audio",
    "run_sandboxed",
    "write_video",
]
