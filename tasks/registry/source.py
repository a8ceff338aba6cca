"""What a model is made of: the folders its generator is built from, and the settings beside them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from pydantic import JsonValue

from models.generators.base import StoryGenerator
from pegbar.digests import digest_file, digest_of
from pegbar.errors import InputError, NotFoundError

SAFE_SUFFIXES = frozenset({".safetensors", ".json", ".txt", ".md", ".model", ".jinja"})
PICKLE_MAGIC = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"PK\x03\x04", b"\x93NUMPY")


class GeneratorSource(Protocol):
    """A generator's configuration: paths of its folders, settings, and ``build()``."""

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Yield every field's name and value (pydantic does)."""
        ...

    def model_dump(self, *, mode: str, exclude: set[str]) -> dict[str, Any]:
        """Return the other fields as plain values (pydantic does)."""
        ...

    def build(self) -> StoryGenerator:
        """Load the weights and return the generator."""
        ...


def parts_of(source: GeneratorSource) -> dict[str, Path]:
    """Return the folders of a model, by the name of the field that holds each."""
    return {name: value for name, value in source if isinstance(value, Path)}


def settings_of(source: GeneratorSource) -> dict[str, JsonValue]:
    """Return a generator's settings, without its folders."""
    return source.model_dump(mode="json", exclude=set(parts_of(source)))


def digest_of_model(source: GeneratorSource) -> str:
    """Name a model by the bytes of its folders and its settings, wherever it lies.

    Raises:
        NotFoundError: a folder is missing or empty. InputError: it holds what may not be registered.
    """
    folders = {name: digest_of_folder(folder) for name, folder in parts_of(source).items()}
    return digest_of({"parts": folders, "settings": settings_of(source)})


def digest_of_folder(folder: Path) -> str:
    """Return the digest over every file's relative path and sha256."""
    return digest_of({path.relative_to(folder).as_posix(): digest_file(path) for path in model_files(folder)})


def model_files(folder: Path) -> list[Path]:
    """Return a model folder's files, in order; weights are safetensors and nothing can run on loading.

    Raises:
        NotFoundError: the folder is missing or empty.
        InputError: a link, or a file that is or may be a pickle.
    """
    found = sorted(path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    if not found:
        raise NotFoundError(f"no model in {folder}", remedy="pegbar train", subject=str(folder))
    for path in found:
        if path.is_symlink() or path.suffix not in SAFE_SUFFIXES or _head(path).startswith(PICKLE_MAGIC):
            raise InputError(
                f"{path.relative_to(folder)} may not be part of a model: only safetensors weights and text are",
                remedy="save it with save_pretrained(safe_serialization=True), and leave out optimizer states",
                subject=str(path),
            )
    return found


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(8)
