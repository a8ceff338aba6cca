"""The item boundary: what a worker does with one item, and the one place where any exception may be caught."""

import faulthandler
import pickle
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pegbar.engine.base import ItemResult
from pegbar.errors import (
    CallBudgetError,
    ConfigurationError,
    MissingExtraError,
    PegbarError,
    ServiceError,
    StorageError,
)
from pegbar.records import Outcome

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # a worker is one core; sums add up in one order
NOBODYS_FAULT = (StorageError, CallBudgetError, ConfigurationError, MissingExtraError)


@dataclass(frozen=True)
class Stop:
    """No item is at fault: the run has to stop."""

    error: PegbarError


def answer(function: bytes, item: bytes, max_seconds: float | None) -> bytes:
    """Do a pickled function with a pickled item and return the pickled `ItemResult`, which names no item, or `Stop`.

    Args:
        max_seconds: of wall clock, after which this process prints where it hangs and ends.
    """
    if max_seconds is not None:
        faulthandler.dump_traceback_later(max_seconds, exit=True)  # of C, so that code that holds the interpreter ends
    try:
        value = _function(function)(pickle.loads(item))  # noqa: S301 - from our own parent, as code is
        return pickle.dumps(ItemResult("", "kept", value))
    except NOBODYS_FAULT as error:
        return pickle.dumps(Stop(error))
    except ServiceError as error:
        return _failed("failed_retryable", error.what, error.remedy)
    except PegbarError as error:
        return _failed("failed_permanent", error.what, error.remedy)
    except Exception as error:  # noqa: BLE001 - the item boundary (house style 9)
        return _failed("failed_retryable", f"{type(error).__name__}: {error}", traceback.format_exc())
    finally:
        if max_seconds is not None:
            faulthandler.cancel_dump_traceback_later()


@lru_cache(maxsize=1)
def _function(pickled: bytes) -> Callable[[Any], Any]:
    """Return the function, with what is bound to it: a batch's items share them."""
    function: Callable[[Any], Any] = pickle.loads(pickled)  # noqa: S301 - from our own parent, as code is
    return function


def _failed(outcome: Outcome, reason: str, detail: str) -> bytes:
    return pickle.dumps(ItemResult("", outcome, reason=reason, detail=detail))
