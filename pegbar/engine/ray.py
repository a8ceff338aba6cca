"""The cluster engine's crew: Ray's tasks, on a cluster or on this machine.

Ray itself retries nothing, so that a worker's death costs exactly one try; back-pressure is ours, for a submitted task
is a pickled item in the driver's memory. A Ray of our own listens on the loopback only, with a token and without
dashboard: whoever reaches an open Ray runs code on it (CVE-2023-48022).
"""

import os
import secrets
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from pegbar.config import Config
from pegbar.engine.base import WorkerDeath
from pegbar.engine.boundary import ONE_THREAD, answer
from pegbar.engine.engine import Engine
from pegbar.errors import MissingExtraError, ServiceError

CHECKOUT = Path(__file__).parent.parent.parent
NOT_SHIPPED = ["/.*", "/data", "/docs", "/tests"]  # in .gitignore's form; Ray heeds that file besides
QUIET = {
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",  # a dead worker is an item's decision, not a line on somebody's terminal
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_task_oom_retries": "0",
}
LOOPBACK = {
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_AUTH_MODE": "token",
}  # "no cluster" is Ray's word for 127.0.0.1
TOKEN = "RAY_AUTH_TOKEN"
CLUSTER = {"RAY_NUM_REDIS_GET_RETRIES": "2"}  # of half a minute each, where none answers
OBJECT_STORE_BYTES = 100_000_000  # results are small
ITEMS_PER_WORKER = 2


class RayConfig(Config):
    """Ray's workers, here or on a cluster.

    Args:
        address: of a cluster's head, ``auto`` on one of its nodes; None starts a Ray of our own on this machine.
        num_workers: items at once; a cluster that scales by itself grows up to this.
        cpus_per_item, gpus_per_item, memory_bytes_per_item: what Ray reserves while one item runs.
        max_item_seconds: of wall clock for one item; one that takes longer has cost its worker, and itself a try.
    """

    kind: Literal["ray"] = "ray"
    address: str | None = None
    num_workers: int = Field(default=2, ge=1)
    cpus_per_item: float = Field(default=1.0, gt=0)
    gpus_per_item: float = Field(default=0.0, ge=0)
    memory_bytes_per_item: int | None = Field(default=None, gt=0)
    max_item_seconds: float | None = Field(default=None, gt=0)

    def build(self) -> Engine:
        """Return an engine over Ray.

        Raises:
            MissingExtraError: Ray is not installed.
        """
        return Engine(RayCrew(self))


class RayCrew:
    """Ray's workers; they die with the job of the process that opened it."""

    def __init__(self, config: RayConfig) -> None:
        self._config = config
        self._ray = _import_ray(config)
        self._is_ours = False
        self._tickets: dict[Any, int] = {}
        options = {"num_cpus": config.cpus_per_item, "num_gpus": config.gpus_per_item, "max_retries": 0}
        if config.memory_bytes_per_item is not None:
            options["memory"] = config.memory_bytes_per_item
        self._answer = self._ray.remote(**options)(answer)

    @property
    def width(self) -> int:
        """Two items per worker: one at work, one on its way."""
        return ITEMS_PER_WORKER * self._config.num_workers

    def open(self) -> None:
        """Join the cluster, or start a Ray of our own; one that runs in this process already is used as it is.

        Raises:
            ServiceError: it does not start or answer.
        """
        if self._ray.is_initialized():
            return
        try:
            with _signals_kept():
                self._ray.init(**_init_arguments(self._config))
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            where = self._config.address or "this machine"
            what = f"Ray does not start on {where}: {str(error).strip().splitlines()[0]}"
            raise ServiceError(what, remedy='correct [engine] in the settings, or set its kind to "pool"') from error
        self._is_ours = True

    def give(self, ticket: int, function: bytes, item: bytes) -> None:
        """Submit one task."""
        self._tickets[self._answer.remote(function, item, self._config.max_item_seconds)] = ticket

    def take(self) -> list[tuple[int, bytes | WorkerDeath]]:
        """Wait until at least one task has ended.

        Raises:
            ServiceError: Ray itself failed, or its workers cannot import this code.
        """
        ended, _ = self._ray.wait(list(self._tickets), num_returns=1)
        return [(self._tickets.pop(task), self._answer_of(task)) for task in ended]

    def _answer_of(self, task: Any) -> bytes | WorkerDeath:
        kinds = self._ray.exceptions
        try:
            content: bytes = self._ray.get(task)
        except (kinds.WorkerCrashedError, kinds.OutOfMemoryError, kinds.NodeDiedError, kinds.ObjectLostError) as error:
            return WorkerDeath(type(error).__name__)
        except kinds.RayError as error:
            what = f"Ray cannot run items: {str(error).strip().splitlines()[-1]}"
            raise ServiceError(
                what, remedy="give Ray's workers the versions of constraints.txt, then: pegbar resume"
            ) from error
        return content

    def drop(self) -> None:
        """Kill every task that has not ended."""
        for task in self._tickets:
            self._ray.cancel(task, force=True)
        self._tickets.clear()

    def close(self) -> None:
        """Leave the cluster, or end the Ray that we started."""
        self.drop()
        if self._is_ours:
            self._ray.shutdown()
            self._is_ours = False


def _import_ray(config: RayConfig) -> Any:
    """Import Ray, which reads its environment once, then."""
    if "ray" not in sys.modules:
        os.environ.update(QUIET)
        own = LOOPBACK | {TOKEN: secrets.token_hex(32)}
        os.environ.update(own if config.address is None else CLUSTER)
    elif config.address is None and TOKEN not in os.environ:
        what = "Ray was imported before its engine was built, so that it would listen beyond this machine"
        raise ServiceError(what, remedy="build the engine before anything imports ray")
    try:
        import ray
        import ray.exceptions
    except ImportError as error:
        raise MissingExtraError.of("ray", "ray") from error
    return ray


def _init_arguments(config: RayConfig) -> dict[str, Any]:
    """Return what to start with: here, workers import what we can; on a cluster, this checkout travels to them."""
    quiet = {"log_to_driver": False, "logging_level": "error"}
    if config.address is not None:
        shipped = {"working_dir": str(CHECKOUT), "excludes": NOT_SHIPPED, "env_vars": ONE_THREAD}
        return {"address": config.address, "runtime_env": shipped, **quiet}
    here = {"env_vars": ONE_THREAD | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}}
    return {
        "address": "local",
        "num_cpus": ceil(config.num_workers * config.cpus_per_item),
        "include_dashboard": False,
        "object_store_memory": OBJECT_STORE_BYTES,
        "runtime_env": here,
        **quiet,
    }


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Keep our own answer to SIGTERM, which Ray would replace."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
