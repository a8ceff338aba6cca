"""Both engines, for tests that are run over each. Ray is not imported here: its engine has to do that itself."""

import importlib.util

import pytest

from pegbar.engine import EngineConfig, PoolConfig, RayConfig

ENGINES: dict[str, EngineConfig] = {"pool": PoolConfig(num_workers=2), "ray": RayConfig(num_workers=2)}


def skip_without(kind: str) -> None:
    """Skip the test where the engine's package is not installed."""
    if kind == "ray" and importlib.util.find_spec("ray") is None:
        pytest.skip("ray is not installed")
