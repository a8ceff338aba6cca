"""Configurations: frozen, closed, and varied only by fields that exist."""

from typing import Literal

import pytest
from pydantic import ValidationError

from pegbar.config import Config
from pegbar.errors import ConfigurationError


class Inner(Config):
    rate: float = 0.5


class Outer(Config):
    mode: Literal["a", "b"] = "a"
    count: int = 1
    inner: Inner = Inner()


def test_but_changes_one_field_and_keeps_the_rest() -> None:
    varied = Outer(count=3).but(mode="b")
    assert (varied.mode, varied.count) == ("b", 3)


@pytest.mark.parametrize("change", [{"coutn": 2}, {"mode": "c"}, {"inner": {"rat": 1}}, {"count": "many"}])
def test_but_refuses_misspelt_and_wrong_fields(change: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(change))):
        Outer().but(**change)


def test_a_configuration_is_frozen_and_closed() -> None:
    with pytest.raises(ValidationError):
        Outer(other=1)  # type: ignore[call-arg]
    with pytest.raises(ValidationError):
        Outer().count = 2  # type: ignore[misc]
