"""What one check of `pegbar doctor` found."""

from typing import Literal

from pegbar.config import Config
from pegbar.errors import PegbarError

CheckState = Literal["ok", "warning", "broken"]


class Check(Config):
    """One thing looked at: `broken` keeps pegbar from working, `warning` may; `remedy` is what to type."""

    name: str
    state: CheckState
    found: str
    remedy: str = ""


def broken_by(name: str, error: PegbarError) -> Check:
    """Report an error of the tree as a check."""
    return Check(name=name, state="broken", found=error.what, remedy=error.remedy)
