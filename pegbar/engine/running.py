"""The engine of a run: started once, and shared by all its tasks, for a worker's start costs seconds of imports."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from pegbar.engine.engine import Engine
from pegbar.engine.pool import PoolConfig
from pegbar.engine.ray import RayConfig

_running: ContextVar[tuple[PoolConfig | RayConfig, Engine] | None] = ContextVar("running_engine", default=None)


@contextmanager
def running_engine(config: PoolConfig | RayConfig) -> Iterator[Engine]:
    """Give the engine that runs around us with this configuration, or one of our own for the time being."""
    around = _running.get()
    if around is not None and around[0] == config:
        yield around[1]
        return
    with config.build() as engine:
        token = _running.set((config, engine))
        try:
            yield engine
        finally:
            _running.reset(token)
