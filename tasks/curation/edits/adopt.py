"""Groups of the dataset on disk taken into the artifacts, where steps work on them, with the version's card."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq

from pegbar.artifacts import Artifacts
from pegbar.config import Config
from pegbar.dataset import CARD_NAME, Dataset, DatasetCard
from pegbar.digests import digest_file
from pegbar.errors import ConfigurationError, ConflictError, IntegrityError
from pegbar.records import Record
from pegbar.steps import Facts, Step
from pegbar.tables import KINDS, schema_of
from tasks.curation.edits.kinds import GROUP_DIGITS
from tasks.curation.pack import PackedGroup

STEP = Step(name="adopt", version=1)


class AdoptConfig(Config):
    """Adopting has nothing to choose."""


class Adopted(Record):
    """Some groups of a dataset version and the card of all of it; `groups` are in order of their names."""

    card: DatasetCard
    groups: tuple[PackedGroup, ...]


def group_of(path: str) -> str:
    """Return the group of a dataset's file."""
    return Path(path).name[:GROUP_DIGITS]


def adopt(artifacts: Artifacts, root: Path, dataset: str, groups: Iterable[str]) -> Adopted:
    """Take groups of the dataset `dataset` (its digest), or find that done; a group that it lacks is empty.

    Raises:
        NotFoundError: there is no dataset. ConflictError: it is another by now. IntegrityError: it is damaged.
        ConfigurationError: an older release wrote it.
    """
    packed = [_adopt(artifacts, root, dataset, group) for group in sorted(groups)]
    folder = artifacts.fetch(artifacts.load(packed[0].key))
    return Adopted(card=DatasetCard.from_json((folder / CARD_NAME).read_bytes()), groups=tuple(packed))


def _adopt(artifacts: Artifacts, root: Path, dataset: str, group: str) -> PackedGroup:
    def make(folder: Path) -> Facts:
        found = Dataset(root)
        if found.digest != dataset:
            raise stale(dataset, found.digest)
        own = {path: sha256 for path, sha256 in found.card.files.items() if group_of(path) == group}
        for path, sha256 in own.items():
            target = folder / _packed_path(path)
            target.parent.mkdir(exist_ok=True)
            _copy(root / path, target, sha256)
        for table in (folder / "tables").glob("*.parquet"):
            _check_columns(table)
        (folder / CARD_NAME).write_bytes(found.card.to_json())
        films = folder / "tables" / "films.parquet"
        return {"num_films": pq.read_metadata(films).num_rows if films.is_file() else 0}

    manifest, _ = artifacts.run(STEP, {"dataset": dataset, "group": group}, AdoptConfig(), make)
    num_films = manifest.facts["num_films"]
    return PackedGroup(
        group=group,
        key=manifest.key,
        digest=manifest.digest,
        num_films=num_films if isinstance(num_films, int) else 0,
        num_retryable=0,
        num_refused=0,
    )


def stale(wanted: str, there: str) -> ConflictError:
    """Say that a patch was written against another version."""
    return ConflictError(
        f"the patch was written against dataset {wanted[:12]}, and {there[:12]} is here now",
        remedy="pegbar data edit --example ID, for a patch against the present version",
        subject=there,
    )


def _packed_path(path: str) -> str:
    """Return where a dataset's file lies in a packed group."""
    parts = Path(path).parts
    return "shard.tar" if parts[0] == "shards" else f"tables/{parts[1]}.parquet"


def _copy(source: Path, target: Path, sha256: str) -> None:
    if source.is_file():
        shutil.copyfile(source, target)
    if not source.is_file() or digest_file(target) != sha256:
        raise IntegrityError(
            f"{source} is missing or differs from the card", remedy="pegbar data pull", subject=str(source)
        )


def _check_columns(table: Path) -> None:
    """Refuse rows of an older schema: beside the untouched groups, rows of the present one could not be read."""
    present = next(schema_of(name) for name in KINDS if name == table.stem)
    if pq.read_schema(table).names != present.names:
        raise ConfigurationError(
            f"table {table.stem} has other columns than this release writes",
            remedy="pegbar curate SOURCE, then write the patch against the new version",
            subject=table.stem,
        )
