"""What DVC's caches of the workspaces here hold of old versions, and their remotes as well."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

from pegbar.errors import NotFoundError, StorageError
from pegbar.versions.objects import spare_objects
from pegbar.workspace import Workspace
from tasks.storage.scratch import ScratchEntry, entry_of

logger = logging.getLogger("pegbar.space")


def cache_entries(workspaces: Sequence[Path], num_versions: int) -> Iterator[ScratchEntry]:
    """Yield the objects that may go, under their workspace's name; the last versions and the present one keep theirs.

    A cache whose remote cannot be asked stays as it is.
    """
    for root in workspaces:
        try:
            versions = [version.revision for version in Workspace.open(root).versions()]
            spare = spare_objects(root, versions[num_versions:], [None, *versions[:num_versions]])
        except NotFoundError:  # a workspace no longer, or one without a version
            continue
        except StorageError as error:
            logger.warning("the cache of %s stays as it is: %s", root, error.what)
            continue
        yield from (entry_of(root.name, path) for path in spare)
