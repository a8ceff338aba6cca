"""The files of a dataset's version that is not checked out: read one by one from DVC's cache, or from a remote."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from pegbar.dataset.files import CARD_NAME, damaged
from pegbar.digests import digest_file
from pegbar.known_digests import KnownDigests
from pegbar.versions.objects import WHOLE, bring_objects, objects_of, sizes_of_objects

TABLES_FOLDER = "tables"


class VersionFiles:
    """The files of one version, for a `Dataset`. A table comes near with the first of its files, a shard by itself.

    Args:
        root: the workspace. revision: the version's commit.

    Raises:
        NotFoundError: there is no such version. IntegrityError: its pointer or list is damaged.
        StorageError: its list is neither in the cache nor in a remote.
    """

    def __init__(self, root: Path, revision: str) -> None:
        self.root = root
        self.revision = revision
        self.objects = objects_of(root, revision)
        del self.objects[WHOLE]
        self._near: dict[str, Path] = {}

    @property
    def source(self) -> str:
        """Return the workspace and the commit."""
        return f"{self.root}@{self.revision}"

    def bring(self, paths: Iterable[str]) -> None:
        """Have these files on this machine, all those that are missing at once.

        Raises:
            IntegrityError: the version has no such file. StorageError: it is neither in the cache nor in a remote.
        """
        wanted = {path: self._name(path) for path in paths if path not in self._near}
        found = bring_objects(self.root, sorted(set(wanted.values())))
        self._near |= {path: found[name] for path, name in wanted.items()}

    def sizes(self, paths: Iterable[str]) -> dict[str, int]:
        """Return path -> bytes of these files, none of which is fetched.

        Raises:
            IntegrityError: the version has no such file. StorageError: it is neither in the cache nor in a remote.
        """
        wanted = {path: self._name(path) for path in paths}
        found = sizes_of_objects(self.root, sorted(set(wanted.values())))
        return {path: found[name] for path, name in wanted.items()}

    def card(self) -> bytes:
        """Return the card."""
        return self.read(CARD_NAME)

    def read(self, path: str) -> bytes:
        """Return a whole file."""
        return self._found(path).read_bytes()

    def read_ranges(self, ranges: Sequence[tuple[str, int, int]]) -> list[tuple[bytes, str | None]]:
        """Return the bytes of each (path, offset, size); the digests of the whole files are not known."""
        self.bring({path for path, _, _ in ranges})
        return [(self._range(*one), None) for one in ranges]

    def is_whole(self, path: str, sha256: str, known: KnownDigests | None) -> bool:
        """Compare a file's digest with `sha256`."""
        found = self._found(path)
        return (known.of_file(found) if known is not None else digest_file(found)) == sha256

    def listed(self) -> Iterator[str]:
        """Yield every file beside the card."""
        yield from sorted(path for path in self.objects if path != CARD_NAME)

    def _range(self, path: str, offset: int, size: int) -> bytes:
        with self._found(path).open("rb") as stream:
            stream.seek(offset)
            content = stream.read(size)
        if len(content) != size:
            raise damaged(path, f"is short: {len(content)} of {size} bytes at {offset}")
        return content

    def _found(self, path: str) -> Path:
        if path not in self._near:
            folder = PurePosixPath(path).parent
            is_table = folder.parts[:1] == (TABLES_FOLDER,)
            self.bring(
                [other for other in self.objects if PurePosixPath(other).parent == folder] if is_table else [path]
            )
        if path not in self._near or not self._near[path].is_file():
            raise damaged(path, "is missing")
        return self._near[path]

    def _name(self, path: str) -> str:
        if path not in self.objects:
            raise damaged(path, "is missing")
        return self.objects[path]
