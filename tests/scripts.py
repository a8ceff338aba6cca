"""Scripts of the AnimeShooter form read from a file, as the annotator reads them."""

from pathlib import Path

from models.annotators.script_form import AnimeShooterReader, Script


def scripts_in(path: Path, fps: float) -> tuple[Script, ...]:
    """Return the scripts of a file in order."""
    reader = AnimeShooterReader(path.name)
    return reader.film(reader.load(path), fps)
