"""Reads a patch as a stranger's file: small, strict, with nothing said twice, its masks inside its own folder."""

import base64
import json
import shlex
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pegbar.digests import canonical_json
from pegbar.errors import ConflictError, HostileNameError, InputError, NotFoundError
from pegbar.media.names import check_key, printable
from tasks.curation.edits.kinds import EditReference
from tasks.curation.edits.masks import mask_of_png
from tasks.curation.edits.patch import AcceptedPatch, Patch

MAX_PATCH_BYTES = 16 << 20
MAX_MASK_BYTES = 4 << 20
MAX_PROBLEMS = 8
FORM = "pegbar data edit --example ID shows the form"


def read_patch(path: Path, digest: str | None = None) -> AcceptedPatch:
    """Read a patch and the masks it names.

    Args:
        path: the patch's file.
        digest: what the patch read before was called; another one is refused.

    Raises:
        ConflictError: the patch or a mask changed since.
        NotFoundError: there is no such file. HostileNameError: a mask's path leaves the patch's folder.
        InputError: too large, not JSON, a key twice, an unknown field or type, edits that say a thing twice, or a
            mask that is none.
    """
    patch = _patch(_bytes(path, MAX_PATCH_BYTES, "patch"), path)
    names = sorted({edit.mask for edit in patch.edits if isinstance(edit, EditReference)})
    read = AcceptedPatch(patch=patch, masks={name: _mask(path.parent, name) for name in names})
    if digest not in (None, read.digest):
        raise ConflictError(
            f"{printable(path.name)} changed since its run began",
            remedy=f"pegbar data edit {shlex.quote(str(path))}",
            subject=str(path),
        )
    return read


def _bytes(path: Path, limit: int, what: str) -> bytes:
    if not path.is_file():
        raise NotFoundError(
            f"no {what} at {printable(path)}", remedy="check the path, then run the command again", subject=str(path)
        )
    if path.stat().st_size > limit:
        raise _refused(path, f"is over {limit >> 20} MiB", "make several patches of it")
    return path.read_bytes()


def _patch(content: bytes, path: Path) -> Patch:
    try:
        fields = json.loads(content, object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError as error:
        raise _refused(path, "is nested without end", FORM) from error
    except ValueError as error:
        raise _refused(path, f"is not JSON: {error}", FORM) from error
    if not isinstance(fields, dict):
        raise _refused(path, "is not a JSON object", FORM)
    version = fields.pop("schema_version", Patch.schema_version)
    if version != Patch.schema_version or isinstance(version, bool):
        raise _refused(path, f"is of schema version {version!r}, not {Patch.schema_version}", FORM)
    try:
        return Patch.model_validate_json(canonical_json(fields), strict=True)
    except UnicodeEncodeError as error:
        raise _refused(path, "holds half a character (a lone surrogate)", "write it as UTF-8") from error
    except ValidationError as error:
        raise _refused(path, f"is not valid: {_problems(error)}", FORM) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(key for key in keys if keys.count(key) > 1)!r} is there twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _problems(error: ValidationError) -> str:
    """Name the first few wrong fields; edits count from 1, as a person counts them."""
    told = []
    for detail in error.errors(include_url=False)[:MAX_PROBLEMS]:
        where = [str(part + 1) if isinstance(part, int) else part for part in detail["loc"]]
        told.append(f"{' '.join(where)}: {detail['msg']}" if where else detail["msg"])
    more = error.error_count() - len(told)
    return "; ".join(told) + (f"; and {more} more" if more > 0 else "")


def _mask(folder: Path, name: str) -> str:
    path = folder / check_key(name)
    if not path.resolve().is_relative_to(folder.resolve()):
        raise HostileNameError(
            f"the mask {printable(name)} leads out of the patch's folder",
            remedy="put the mask beside the patch",
            subject=name,
        )
    content = _bytes(path, MAX_MASK_BYTES, "mask")
    mask_of_png(content, name)
    return base64.b64encode(content).decode()


def _refused(path: Path, what: str, remedy: str) -> InputError:
    return InputError(f"{printable(path.name)} {what}", remedy=remedy, subject=str(path))
