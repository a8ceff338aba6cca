"""A static page and its pictures: it opens from disk, without a server, and asks for nothing outside its folder."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from pegbar.errors import IntegrityError
from pegbar.files import write_text

TEMPLATES = Path(__file__).parent
JPEG_QUALITY = 82


class Assets:
    """The files beside a page, each copied once, under numbers: no name from outside reaches the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "assets"
        self._names: dict[Path, str] = {}
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)

    def copied(self, path: Path | None) -> str | None:
        """Copy a file and return its address in the page; None for None."""
        if path is None:
            return None
        if path not in self._names:
            self._names[path] = self._next(path.suffix)
            shutil.copyfile(path, self._folder / self._names[path])
        return f"assets/{self._names[path]}"

    def shrunken(self, path: Path | None, side: int) -> str | None:
        """Copy a picture as a JPEG whose longer side is at most `side` pixels; None for None.

        Raises:
            IntegrityError: it is no picture.
        """
        from PIL import Image, UnidentifiedImageError

        if path is None:
            return None
        if path not in self._names:
            try:
                with Image.open(path) as picture:
                    small = picture.convert("RGB")
            except (UnidentifiedImageError, OSError) as error:
                raise IntegrityError(
                    f"picture {path.name} cannot be read: {error}", remedy="pegbar resume", subject=str(path)
                ) from error
            small.thumbnail((side, side))
            self._names[path] = self._next(".jpg")
            small.save(self._folder / self._names[path], quality=JPEG_QUALITY)
        return f"assets/{self._names[path]}"

    def _next(self, suffix: str) -> str:
        return f"{len(self._names):04d}{suffix}"


def write_page(path: Path, template: str, view: Mapping[str, object]) -> Path:
    """Fill a template of this folder, everything escaped, and return the page's path."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    write_text(path, environment.get_template(template).render(view))
    return path
