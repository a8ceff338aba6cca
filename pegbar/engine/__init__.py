"""Engines: what runs many items at once, each with an outcome of its own. One file per crew of workers."""

from typing import Annotated

from pydantic import Field

from pegbar.engine.base import FailureBudget, ItemResult
from pegbar.engine.engine import Engine
from pegbar.engine.pool import PoolConfig
from pegbar.engine.ray import RayConfig
from pegbar.engine.running import running_engine

EngineConfig = Annotated[PoolConfig | RayConfig, Field(discriminator="kind")]

__all__ = ["Engine", "EngineConfig", "FailureBudget", "ItemResult", "PoolConfig", "RayConfig", "running_engine"]
