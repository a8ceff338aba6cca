"""What was made from what: the artifacts of a store and the ways between them."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from pegbar.artifacts import Manifest
from pegbar.errors import ConfigurationError
from pegbar.store import Store

logger = logging.getLogger("pegbar.lineage")


class Lineage:
    """The manifests of a store, as they were when it was made.

    An artifact comes from another one where an input of it is that one's digest or key, or the sha256 of one of its
    members. Inputs that no artifact made (a film's sha256) are where ways begin.
    """

    def __init__(self, manifests: Mapping[str, Manifest]) -> None:
        self.manifests = dict(manifests)

    @classmethod
    def of(cls, store: Store) -> "Lineage":
        """Read every manifest of a store; one that cannot be understood is left out with a warning.

        Raises:
            StorageError: the store does not answer.
        """
        found: dict[str, Manifest] = {}
        for key in store.list_manifests():
            content = store.read_manifest(key)
            if content is None:
                continue
            try:
                found[key] = Manifest.from_json(content)
            except ConfigurationError:
                logger.warning("manifest %s cannot be read, left alone", key[:12])
        return cls(found)

    def derived_from(self, digests: Iterable[str]) -> set[str]:
        """Return the keys of all artifacts made from these digests, directly or through others.

        Args:
            digests: sha256 of members or of files that were taken in, digests or keys of manifests.
        """
        derived: set[str] = set()
        waiting = list(digests)
        while waiting:
            for key in self._users.get(waiting.pop(), set()) - derived:
                derived.add(key)
                waiting += self._names[key]
        return derived

    def needed_by(self, keys: Iterable[str]) -> set[str]:
        """Return these keys and those of every artifact they were made from."""
        needed: set[str] = set()
        waiting = [key for key in keys if key in self.manifests]
        while waiting:
            key = waiting.pop()
            if key not in needed:
                needed.add(key)
                waiting += [
                    maker for value in self.manifests[key].inputs.values() for maker in self._makers.get(value, ())
                ]
        return needed

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        """What other artifacts may call each one by: digests are dear, and every way needs all of them."""
        return {
            key: [key, manifest.digest, *(output.sha256 for output in manifest.outputs)]
            for key, manifest in self.manifests.items()
        }

    @cached_property
    def _makers(self) -> dict[str, set[str]]:
        makers: dict[str, set[str]] = defaultdict(set)
        for key, names in self._names.items():
            for name in names:
                makers[name].add(key)
        return makers

    @cached_property
    def _users(self) -> dict[str, set[str]]:
        users: dict[str, set[str]] = defaultdict(set)
        for key, manifest in self.manifests.items():
            for value in manifest.inputs.values():
                users[value].add(key)
        return users
