"""Whose a film is and what was said of it: by a row of a list, by files beside it, or for all films of a run.

A row wins over the file beside the film, and that over what the command says for all. Nobody's word is "unknown".
"""

import base64
import binascii
import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from pydantic import Field, field_validator

from pegbar.config import Config
from pegbar.errors import HostileNameError, InputError
from pegbar.media.names import check_name
from tasks.curation.sources.sidecars import DIGEST_SUFFIX, LICENCE_SUFFIX, VERDICT_SUFFIX
from tasks.curation.sources.source_film import MediaVerdict

MAX_RIGHTS_LENGTH = 200
_HEX = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
OpenSidecar = Callable[[str], Path | None]


class Said(Config):
    """What a row of a list says of a film.

    Args:
        source_id: what tables call its source. name: of the film, where its address has none.
        sha256: of its bytes, in hex.
    """

    source_id: str | None = Field(default=None, max_length=MAX_RIGHTS_LENGTH)
    licence: str | None = Field(default=None, max_length=MAX_RIGHTS_LENGTH)
    owner: str | None = Field(default=None, max_length=MAX_RIGHTS_LENGTH)
    sha256: str | None = None
    name: str | None = None

    @field_validator("source_id", "licence", "owner")
    @classmethod
    def _is_printable(cls, value: str | None) -> str | None:
        if value is not None and not value.isprintable():
            raise ValueError("it holds control characters")
        return value

    @field_validator("name")
    @classmethod
    def _is_safe(cls, value: str | None) -> str | None:
        try:
            return value if value is None else check_name(value)
        except HostileNameError as error:
            raise ValueError(error.what) from error

    @field_validator("sha256")
    @classmethod
    def _is_digest(cls, value: str | None) -> str | None:
        if value is not None and not _HEX.fullmatch(value):
            raise ValueError("a sha256 is 64 hexadecimal digits")
        return value.lower() if value else value


def rights_of(said: Said, open_sidecar: OpenSidecar, licence: str, owner: str) -> tuple[str, str]:
    """Return (licence, owner): the row's, else the first and second line of ``NAME.licence``, else as given.

    Raises:
        InputError: the file beside the film does not hold such lines.
    """
    if said.licence is not None and said.owner is not None:
        return said.licence, said.owner
    sidecar = open_sidecar(LICENCE_SUFFIX)
    lines = sidecar.read_bytes()[: 4 * MAX_RIGHTS_LENGTH].decode(errors="replace").splitlines() if sidecar else []
    beside = [line.strip() for line in lines[:2] if line.strip()]
    if sidecar is not None and any(len(line) > MAX_RIGHTS_LENGTH or not line.isprintable() for line in beside):
        raise _unreadable(sidecar, "does not hold a licence and an owner, one a line")
    return (
        said.licence or (beside[0] if beside else licence),
        said.owner or (beside[1] if len(beside) > 1 else owner),
    )


def verdict_of(open_sidecar: OpenSidecar) -> MediaVerdict | None:
    """Return what a person wrote in ``NAME.verdict`` beside the film.

    Raises:
        InputError: no such verdict.
    """
    sidecar = open_sidecar(VERDICT_SUFFIX)
    if sidecar is None:
        return None
    text = sidecar.read_bytes()[:MAX_RIGHTS_LENGTH].decode(errors="replace").strip().lower()
    known: tuple[MediaVerdict, ...] = get_args(MediaVerdict)
    for verdict in known:
        if text == verdict:
            return verdict
    raise _unreadable(sidecar, f"holds neither {' nor '.join(known)}")


def digests_said(said: Said, open_sidecar: OpenSidecar) -> dict[str, str]:
    """Return what the film's sha256 should be, by who says so: its row, and ``NAME.sha256`` (as sha256sum writes it).

    Raises:
        InputError: the file beside the film holds no digest.
    """
    found = {"its row": said.sha256} if said.sha256 else {}
    sidecar = open_sidecar(DIGEST_SUFFIX)
    if sidecar is not None:
        words = sidecar.read_bytes()[:MAX_RIGHTS_LENGTH].decode(errors="replace").split()
        if not words or not _HEX.fullmatch(words[0]):
            raise _unreadable(sidecar, "does not start with a sha256 of 64 hexadecimal digits")
        found[sidecar.name] = words[0].lower()
    return found


def digest_in(text: str) -> str | None:
    """Return a sha256 as hex that is written as hex or, as S3 does, as base64; None where it is neither."""
    if _HEX.fullmatch(text):
        return text.lower()
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded.hex() if len(decoded) == 32 else None


def _unreadable(sidecar: Path, why: str) -> InputError:
    return InputError(
        f"{sidecar.name} {why}",
        remedy=f"correct {sidecar.name}, then run: pegbar curate SOURCE",
        subject=sidecar.name,
    )
