"""A dataset read from a store by its digest: no workspace, and nothing copied but what is asked for."""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from pegbar.artifacts import Manifest, Output
from pegbar.dataset import Dataset
from pegbar.dataset.artifact import dataset_key
from pegbar.dataset.files import CARD_NAME, Range
from pegbar.dataset.member_cache import MemberCache
from pegbar.errors import IntegrityError, NotFoundError
from pegbar.known_digests import KnownDigests
from pegbar.store import S3StoreConfig, Store, StoreConfig


def stored_dataset(store: StoreConfig, digest: str, cache: MemberCache | None = None) -> Dataset:
    """Open a published dataset.

    Args:
        digest: the dataset's name, as `Dataset.digest` and the card have it.
        cache: keeps on this machine what was read; worth having where the store is across a network.

    Raises:
        NotFoundError: the store has no such dataset. IntegrityError: what it has under this name is another one.
        StorageError: the store cannot be reached.
    """
    dataset = Dataset(StoreFiles(store, digest, published_members(store.build(), digest)), cache)
    if dataset.digest != digest:
        raise IntegrityError(
            f"the store's dataset {digest[:12]} has the card of {dataset.digest[:12]}",
            remedy="curate again where the dataset was made, or read another version",
            subject=digest,
        )
    return dataset


def published_members(store: Store, digest: str) -> dict[str, Output]:
    """Return path -> member of a published dataset, its card included.

    Raises:
        NotFoundError: it is not there.
    """
    content = store.read_manifest(dataset_key(digest))
    if content is None:
        raise NotFoundError(
            f"the store has no dataset {digest[:12]}",
            remedy="pegbar data versions in the workspace it was made in, then pegbar curate SOURCE to publish it",
            subject=digest,
        )
    return {output.path: output for output in Manifest.from_json(content).outputs}


class StoreFiles:
    """The files of a published dataset, as members of a store.

    It travels between processes as plain data; each opens the store with its first read (a client that lived through a
    fork would share its connections with the parent's).
    """

    def __init__(self, config: StoreConfig, digest: str, members: Mapping[str, Output]) -> None:
        self.config = config
        self.digest = digest
        self.members = members
        self._opened: tuple[int, Store] | None = None

    @property
    def source(self) -> str:
        """Return the store and the dataset's key in it."""
        if isinstance(self.config, S3StoreConfig):
            folder = f"s3://{self.config.bucket}/{self.config.prefix}".rstrip("/")
        else:
            folder = str(self.config.root)
        return f"{folder}/manifests/{dataset_key(self.digest)}.json"

    def card(self) -> bytes:
        """Return the card."""
        return self.read(CARD_NAME)

    def read(self, path: str) -> bytes:
        """Return a whole member."""
        return self._read(self._store(), path, 0, self._member(path).size_bytes)

    def read_ranges(self, ranges: Sequence[Range]) -> list[tuple[bytes, str | None]]:
        """Return the bytes of each range: one request each, those to a bucket several at once."""
        num_threads = min(len(ranges), self.config.num_threads) if isinstance(self.config, S3StoreConfig) else 1
        read = partial(self._read, self._store())
        if num_threads < 2:
            return [(read(*one), None) for one in ranges]
        with ThreadPoolExecutor(num_threads) as threads:
            return [(content, None) for content in threads.map(read, *zip(*ranges, strict=True))]

    def is_whole(self, path: str, sha256: str, known: KnownDigests | None) -> bool:
        """Let the store read all of a member, unless it is known under its present stamp."""
        if self._member(path).sha256 != sha256:
            return False
        stamp = self._store().stamp_member(sha256)
        if stamp is None:
            raise _damaged(path, "is missing")
        if known is not None and known.recall(sha256, stamp) == sha256:
            return True
        is_whole = self._store().verify_member(sha256)
        if is_whole and known is not None:
            known.remember(sha256, stamp, sha256)
        return is_whole

    def listed(self) -> Iterator[str]:
        """Yield every published file beside the card."""
        yield from sorted(path for path in self.members if path != CARD_NAME)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the connection behind."""
        return self.__dict__ | {"_opened": None}

    def _store(self) -> Store:
        if self._opened is None or self._opened[0] != os.getpid():
            self._opened = (os.getpid(), self.config.build())
        return self._opened[1]

    def _member(self, path: str) -> Output:
        if path not in self.members:
            raise _damaged(path, "is not published")
        return self.members[path]

    def _read(self, store: Store, path: str, offset: int, size: int) -> bytes:
        member = self._member(path)
        left = member.size_bytes - offset
        if left < size:
            raise _damaged(path, f"is short: {max(left, 0)} of {size} bytes at {offset}")
        try:
            return store.read_range(member.sha256, offset, size)
        except NotFoundError as error:
            raise _damaged(path, "is missing") from error


def _damaged(path: str, how: str) -> IntegrityError:
    return IntegrityError(f"{path} {how} in the store", remedy="pegbar resume", subject=path)
