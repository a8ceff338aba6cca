"""Every version that the workspace ever had, on any branch, and the films that each one held."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pegbar.dataset import CARD_NAME
from pegbar.dataset.artifact import STEP as DATASET_STEP
from pegbar.digests import digest_of
from pegbar.lineage import Lineage
from pegbar.records import Film
from pegbar.store import Store
from pegbar.tables import read_tables, records_of
from pegbar.versions.commands import Git
from pegbar.versions.objects import POINTER, WHOLE, bring_objects, objects_of
from pegbar.versions.tombstones import Tombstone, Tombstones
from pegbar.workspace import TRAILER
from tasks.curation.edits.adopt import group_of
from tasks.curation.sources.source_film import GROUP_DIGITS

FILMS = "tables/films/"
FORM = f"--format=%H%x00%(trailers:key={TRAILER},valueonly)%x01"


@dataclass(frozen=True)
class PastVersion:
    """A commit that points at a dataset.

    Args:
        dataset_digest: empty where the commit does not tell it.
        objects: path in the dataset -> md5 of each of its files, and of their list.
    """

    revision: str
    dataset_digest: str
    objects: Mapping[str, str]

    @property
    def pointer(self) -> str:
        """The md5 by which DVC knows the whole dataset; empty where no commit names it."""
        return self.objects.get(WHOLE, "")


def past_versions(root: Path) -> list[PastVersion]:
    """Return every version of every branch and tag, newest first.

    Raises:
        StorageError: git or DVC refused, or the list of a version's files is neither here nor in the remote.
    """
    git = Git(root)
    log = git.run("log", "--all", FORM, "--", POINTER).split("\x01")
    entries = (entry.strip("\n").split("\0") for entry in log if entry.strip())
    return [
        PastVersion(revision, digest.strip(), objects_of(root, revision))
        for revision, digest in entries
        if git.says("cat-file", "-e", f"{revision}:{POINTER}")  # or it took the dataset away
    ]


def films_of(root: Path, versions: Sequence[PastVersion], tombstones: Tombstones) -> dict[str, list[Film]]:
    """Return revision -> the films that the version holds. What was taken down before is not there any more.

    Each table is read once, however many versions share it.

    Raises:
        StorageError: a table is neither here nor in the remote.
    """
    wanted = {version.revision: list(_tables(version, tombstones)) for version in versions}
    names = sorted({name for names in wanted.values() for name in names})
    films = {name: _read(path) for name, path in bring_objects(root, names).items()}
    return {revision: [film for name in names for film in films[name]] for revision, names in wanted.items()}


def published_datasets(store: Store, groups: Collection[str]) -> dict[str, list[Film]]:
    """Return digest -> the films of some groups, of every dataset in a store: also of those that no version names."""
    found: dict[str, list[Film]] = {}
    tables: dict[str, list[Film]] = {}
    for manifest in Lineage.of(store).manifests.values():
        for output in manifest.outputs if manifest.step == DATASET_STEP.name else ():
            if output.path.startswith(FILMS) and group_of(output.path) in groups and store.has_member(output.sha256):
                if output.sha256 not in tables:
                    tables[output.sha256] = _fetched(store, output.sha256)
                found.setdefault(digest_of(manifest.inputs), []).extend(tables[output.sha256])
    return found


def objects_with(versions: Iterable[PastVersion], tombstones: Iterable[Tombstone]) -> set[str]:
    """Return the objects that hold what has tombstones: of each version that held it the files of its group.

    An object that is also of a version that did not hold it does not hold it either.
    """
    gone: set[str] = set()
    clean: set[str] = set()
    for version in versions:
        groups = {
            stone.film_id[:GROUP_DIGITS]
            for stone in tombstones
            if any(held.pointer == version.pointer for held in stone.versions)
        }
        for path, name in version.objects.items():
            holds = path not in (WHOLE, CARD_NAME) and group_of(path) in groups
            (gone if holds else clean).add(name)
    return gone - clean


def _tables(version: PastVersion, tombstones: Tombstones) -> Iterator[str]:
    """Yield the objects of a version's tables of films, but for those of groups that something was taken out of."""
    buried = {stone.film_id[:GROUP_DIGITS] for stone in tombstones.of_pointer(version.pointer)}
    for path, name in version.objects.items():
        if path.startswith(FILMS) and group_of(path) not in buried:
            yield name


def _fetched(store: Store, sha256: str) -> list[Film]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "films.parquet"
        store.fetch_member(sha256, path)
        return _read(path)


def _read(path: Path) -> list[Film]:
    return records_of(read_tables([path], "films"), "films")
