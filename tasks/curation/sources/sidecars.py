"""Names of the files that may lie beside a film and say something of it."""

from pathlib import PurePosixPath

SCRIPT_SUFFIX = ".script.json"
LICENCE_SUFFIX = ".licence"
VERDICT_SUFFIX = ".verdict"
DIGEST_SUFFIX = ".sha256"


def sidecar_name(name: str, suffix: str) -> str:
    """Return the sidecar's name for a film's: ``film.mp4`` has ``film.script.json``."""
    return PurePosixPath(name).stem + suffix


def sidecar_names(name: str, suffix: str) -> tuple[str, str]:
    """Return both names a sidecar may have, as ``sha256sum`` and others write ``film.mp4.sha256``."""
    return sidecar_name(name, suffix), name + suffix
