"""The network's own: blocks do not change an answer, and weights that cannot be used are said to be so."""

from pathlib import Path

import numpy as np
import pytest

import models.voice_detectors.silero as silero
from models.voice_detectors import SileroConfig
from pegbar.errors import IntegrityError


def test_the_length_of_a_block_does_not_change_an_answer() -> None:
    noise = np.random.default_rng(1).normal(0, 0.2, 512 * 40).astype(np.float32)
    whole = SileroConfig().build().voice(noise)
    pieces = SileroConfig(block_windows=7).build().voice(noise)
    assert pieces == pytest.approx(whole, abs=1e-5)


def test_missing_weights_are_named() -> None:
    with pytest.raises(IntegrityError, match=r"nothing\.onnx cannot be used: its package lacks them"):
        SileroConfig(weights="nothing.onnx").build()


def test_damaged_weights_are_said_to_be_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no network" * 100)
    monkeypatch.setattr(silero, "_weights", lambda name: broken)
    with pytest.raises(IntegrityError, match="they do not load"):
        SileroConfig().build()


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silero, "PACKAGE", "silero_vad_that_is_not_there")
    with pytest.raises(IntegrityError, match="not installed") as caught:
        SileroConfig().build()
    assert "silero-vad" in caught.value.remedy
