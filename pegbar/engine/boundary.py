"""The item boundary: what a worker does with one item, and the one place where any exception may be caught."""

import faulthandler
import pickle
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pegbar.engine.base import ItemResult
from pegbar.errors import (
    CallBudgetError,
    ConfigurationError,
    MissingExtraError,
    PegbarError,
    ServiceError,
    StorageError,
)

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # a worker is one core; sums add up in one order
NOBODYS_FAULT = (StorageError, CallBudgetError, ConfigurationError, MissingExtraError)


@dataclass(frozen=True)
class Stop:
    """No item is at fault: the run has to stop."""

    error: PegbarError


def answer(item_id: str, work: bytes, max_seconds: float | None) -> bytes:
    """Do the pickled (function, item) and return the pickled `ItemResult`, or `Stop`.

    Args:
        max_seconds: of wall clock, after which this process prints where it hangs and ends.
    """
    with _time_limit(max_seconds):
        try:
            function, item = pickle.loads(work)  # noqa: S301 - from our own parent, as code is
            return pickle.dumps(ItemResult(item_id, "kept", function(item)))
        except NOBODYS_FAULT as error:
            return pickle.dumps(Stop(error))
        except ServiceError as error:
            return pickle.dumps(ItemResult(item_id, "failed_retryable", reason=error.what, detail=error.remedy))
        except PegbarError as error:
            return pickle.dumps(ItemResult(item_id, "failed_permanent", reason=error.what, detail=error.remedy))
        except Exception as error:  # noqa: BLE001 - the item boundary (house style 9)
            reason = f"{type(error).__name__}: {error}"
            return pickle.dumps(ItemResult(item_id, "failed_retryable", reason=reason, detail=traceback.format_exc()))


@contextmanager
def _time_limit(seconds: float | None) -> Iterator[None]:
    if seconds is None:
        yield
        return
    faulthandler.dump_traceback_later(seconds, exit=True)  # of C, so that code that holds the interpreter ends, too
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
