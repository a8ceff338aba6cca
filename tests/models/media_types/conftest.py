from pathlib import Path

import pytest
from one_thread import one_thread  # noqa: F401
from tiny_vlm import write_tiny_vlm


@pytest.fixture(scope="session")
def vlm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Qwen2.5-VL of the real classes, tiny and random, as `save_pretrained` leaves it."""
    return write_tiny_vlm(tmp_path_factory.mktemp("vlm"))
