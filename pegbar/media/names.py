"""File names and keys from outside: which are safe to store, print and hand to another program."""

import shlex
import unicodedata
from pathlib import Path

from pegbar.errors import HostileNameError

MAX_NAME_BYTES = 255  # one component, on every file system in use
MAX_KEY_BYTES = 1024  # an S3 key
# They reorder or break the line they are printed on, so that one name reads as another.
DISGUISES = frozenset("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def check_name(name: str) -> str:
    """Return `name`, one component of a path, if it is safe. Spaces, quotes and any script are.

    Raises:
        HostileNameError: empty, a dot name, a separator, a control or bidirectional character, a
            leading ``-``, not UTF-8, or over 255 bytes.
    """
    problem = _problem(name)
    if problem:
        raise HostileNameError(
            f"the file name {printable(name)} {problem}",
            remedy="rename the file (letters, digits, spaces and . _ - are safe), then run the command again",
            subject=printable(name),
        )
    return name


def check_key(key: str) -> str:
    """Return `key`, a relative path with ``/`` (a bucket's key, a tar member), if no part can escape.

    Raises:
        HostileNameError: absolute, an empty or ``..`` part, over 1024 bytes, or a part `check_name` refuses.
    """
    parts = key.split("/")
    problem = next(filter(None, (_problem(part) for part in parts)), "")
    if not problem and len(key.encode()) > MAX_KEY_BYTES:
        problem = f"is over {MAX_KEY_BYTES} bytes"
    if problem:
        raise HostileNameError(
            f"the key {printable(key)} {problem}",
            remedy="copy the object to a plain key (letters, digits, spaces and . _ - /), then run the command again",
            subject=printable(key),
        )
    return key


def printable(name: str | Path) -> str:
    """Return a name in quotes with whatever could upset a terminal or a log escaped."""
    text = str(name)
    if text.isprintable() and not DISGUISES & set(text):
        return f"'{text}'"
    return "'" + "".join(char if _is_plain(char) else ascii(char)[1:-1] for char in text) + "'"


def probe_again(path: Path) -> str:
    """Return the command that probes `path`, quoted for a shell."""
    return f"pegbar films probe {shlex.quote(str(path))}"


def _is_plain(char: str) -> bool:
    return char.isprintable() and char not in DISGUISES


def _problem(name: str) -> str:
    """Say what is wrong with one component, or nothing."""
    checks = (
        (name in ("", ".", ".."), "is empty or points at a folder"),
        ("/" in name or "\\" in name, "holds a path separator"),
        (any(unicodedata.category(char) == "Cs" for char in name), "is not valid UTF-8"),
        (any(unicodedata.category(char) == "Cc" for char in name), "holds a control character"),
        (bool(DISGUISES & set(name)), "holds a character that disguises the line it is printed on"),
        (name.startswith("-"), "starts with '-' and reads as an option"),
        (len(name.encode(errors="replace")) > MAX_NAME_BYTES, f"is over {MAX_NAME_BYTES} bytes"),
    )
    return next((text for is_wrong, text in checks if is_wrong), "")
