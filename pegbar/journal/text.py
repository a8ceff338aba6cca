"""What both databases can hold: names are refused when hostile, messages are made harmless."""

from typing import Any

from pegbar.digests import canonical_json
from pegbar.errors import HostileNameError, InputError

MAX_NAME_CHARACTERS = 500
MAX_MESSAGE_CHARACTERS = 20_000


def checked_name(name: str, what: str) -> str:
    """Return an id that can be stored, printed and searched.

    Raises:
        HostileNameError: empty, too long, or with control characters or lone surrogates.
    """
    if not name or len(name) > MAX_NAME_CHARACTERS or not name.isprintable():
        raise HostileNameError(
            f"{name[:80]!r} cannot be the name of a {what}",
            remedy=f"use 1 to {MAX_NAME_CHARACTERS} printable characters",
            subject=name[:80],
        )
    return name


def harmless(message: str) -> str:
    """Return a message both databases accept: NULs and lone surrogates escaped, cut where too long."""
    whole = message.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()
    return whole if len(whole) <= MAX_MESSAGE_CHARACTERS else f"{whole[:MAX_MESSAGE_CHARACTERS]} [cut]"


def as_json(value: dict[str, Any], what: str) -> str:
    """Return the canonical JSON of a record kept whole in one column.

    Raises:
        InputError: it holds NaN, infinity, or something JSON has no form for.
    """
    try:
        return canonical_json(value).decode()
    except (ValueError, TypeError) as error:
        raise InputError(f"the {what} has no JSON form: {error}", remedy=f"correct the {what}") from error
