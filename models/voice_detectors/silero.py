"""Silero VAD 6 on onnxruntime, with the weights its package brings (MIT); the package itself imports torchaudio."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field

from models.voice_detectors.base import Samples, windows_of
from pegbar.config import Config
from pegbar.errors import IntegrityError

CONTEXT_SAMPLES = 64  # of the window before, put in front of each
STATE_SHAPE = (1, 1, 128)
PACKAGE = "silero_vad"


class SileroConfig(Config):
    """How sound goes to the network.

    Args:
        weights: a file in the package's own folder; nothing is ever downloaded.
        block_windows: windows a call; memory follows it, answers do not.
    """

    kind: Literal["silero"] = "silero"
    weights: str = "silero_vad_16k_sequence.onnx"
    block_windows: int = Field(default=512, ge=1)

    def build(self) -> "SileroDetector":
        """Load the network.

        Raises:
            IntegrityError: its package is not installed, lacks these weights, or they do not load.
        """
        return SileroDetector(self)


class SileroDetector:
    """A small recurrent network over windows of 32 ms; its state is carried from block to block."""

    name = "silero"
    version = 6  # of the network

    def __init__(self, config: SileroConfig) -> None:
        self._config = config
        self._session = _session(_weights(config.weights))

    def voice(self, samples: Samples) -> Samples:
        """Return one probability per window; see `VoiceDetector`."""
        windows = windows_of(samples)
        before = np.zeros((len(windows), CONTEXT_SAMPLES), np.float32)
        before[1:] = windows[:-1, -CONTEXT_SAMPLES:]
        hidden, cell = np.zeros(STATE_SHAPE, np.float32), np.zeros(STATE_SHAPE, np.float32)
        found = [np.zeros(0, np.float32)]
        for start in range(0, len(windows), self._config.block_windows):
            block = slice(start, start + self._config.block_windows)
            heard = np.concatenate((before[block], windows[block]), axis=1)
            answer, hidden, cell = self._session.run(
                ["speech_probs", "hn", "cn"], {"input": heard, "h": hidden, "c": cell}
            )
            found.append(np.asarray(answer, np.float32).reshape(-1))
        return np.concatenate(found)


def _weights(name: str) -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise IntegrityError(
            "silero-vad, whose weights hear speech, is not installed",
            remedy="pip install -c constraints.txt silero-vad",
            subject=PACKAGE,
        )
    path = Path(spec.origin).parent / "data" / name
    if not path.is_file():
        raise _broken(name, "its package lacks them")
    return path


def _session(weights: Path) -> Any:
    import onnxruntime
    from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph, InvalidProtobuf

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what goes wrong is raised
    try:
        return onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
    except (Fail, InvalidGraph, InvalidProtobuf) as error:
        raise _broken(weights.name, "they do not load") from error


def _broken(name: str, why: str) -> IntegrityError:
    return IntegrityError(
        f"silero-vad's weights {name} cannot be used: {why}",
        remedy="pip install --force-reinstall -c constraints.txt silero-vad",
        subject=name,
    )
