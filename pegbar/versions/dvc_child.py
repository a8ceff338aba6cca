"""What the DVC command line has no command for, on single objects of a workspace: brought near, or removed everywhere.

Runs as a process of its own in the workspace (``python -m pegbar.versions.dvc_child OPERATION``), so that DVC's
libraries, locks and connections are never part of ours. Objects' names (md5, with ``.dir`` for a folder's list) come as
JSON on the standard input; the answer is the last line of the standard output. Every remote is reached as DVC itself
reaches it: its endpoint, its credentials, its local settings. Whatever goes wrong ends the process with its error's own
words.
"""

import json
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from dvc.repo import Repo, lock_repo
from dvc_data.hashfile.db import get_index
from dvc_data.hashfile.hash import file_md5

DIR_SUFFIX = ".dir"
CACHE = "the cache"
STRAY_SECONDS = 60.0  # a file that somebody still writes is younger


def bring(repo: Repo, names: Sequence[str]) -> dict[str, str]:
    """Have these objects in the cache, from whichever remote has them; return the path of each that is whole."""
    cache = repo.cache.local
    failures: dict[str, BaseException] = {}
    for _, remote in _remotes(repo):
        missing = [name for name in names if not _is_whole(cache, name)]
        if not missing:
            break
        paths = [remote.oid_to_path(name) for name in missing]
        cache.add(paths, remote.fs, missing, on_error=failures.__setitem__)
    found = {name: cache.oid_to_path(name) for name in names if _is_whole(cache, name)}
    for name, failure in failures.items():
        if name not in found and not isinstance(failure, FileNotFoundError):
            raise failure
    return found


def measure(repo: Repo, names: Sequence[str]) -> dict[str, int]:
    """Return the size of each object that the cache or a remote has."""
    found: dict[str, int] = {}
    for _, objects in _places(repo):
        there = [name for name in names if name not in found]
        if not there:
            break
        for name in objects.list_oids_exists(there):
            found[name] = objects.fs.size(objects.oid_to_path(name))
    return found


def spare(repo: Repo, names: Sequence[str]) -> dict[str, str]:
    """Return the path in the cache of each object that is there and that a remote, asked now, has as well."""
    cache = repo.cache.local
    waiting = set(cache.list_oids_exists(list(names)))
    found: dict[str, str] = {}
    for _, remote in _remotes(repo):
        there = set(remote.list_oids_exists(sorted(waiting))) if waiting else set()
        found |= {name: cache.oid_to_path(name) for name in sorted(there)}
        waiting -= there
    return found


def remove(repo: Repo, names: Sequence[str]) -> dict[str, int]:
    """Delete these objects from the cache and from every remote; return place -> how many objects were there.

    What killed processes left half written beside the objects goes with them.
    """
    removed: dict[str, int] = {}
    for place, objects in _places(repo):
        there = list(objects.list_oids_exists(list(names))) if names else []
        paths = [objects.oid_to_path(name) for name in there] + _strays(objects)
        if paths:
            objects.fs.remove(paths)
        if objects.fs.protocol == "s3":
            _purge_bucket(objects.fs.fs, objects.path, {objects.oid_to_path(name) for name in names})
        get_index(objects).clear()  # DVC remembers what it pushed, and would not push it again
        removed[place] = len(there)
    return removed


OPERATIONS: dict[str, Callable[[Repo, Sequence[str]], Any]] = {
    "bring": bring,
    "measure": measure,
    "spare": spare,
    "remove": remove,
}


def _places(repo: Repo) -> Iterator[tuple[str, Any]]:
    yield CACHE, repo.cache.local
    yield from _remotes(repo)


def _remotes(repo: Repo) -> Iterator[tuple[str, Any]]:
    """Yield name and objects of every remote, the default one first."""
    default = repo.config["core"].get("remote")
    for name in sorted(repo.config["remote"], key=lambda name: (name != default, name)):
        yield name, repo.cloud.get_remote_odb(name)


def _is_whole(cache: Any, name: str) -> bool:
    """Tell whether the cache has an object with the bytes of its name; damaged, it is removed."""
    path = Path(cache.oid_to_path(name))
    if not path.is_file():
        return False
    if file_md5(str(path), cache.fs) == name.removesuffix(DIR_SUFFIX):
        return True
    path.unlink()
    return False


def _purge_bucket(bucket_files: Any, folder: str, paths: Collection[str]) -> None:
    """Remove what deleting an object leaves in a bucket: its older versions, and uploads of it that never ended."""
    bucket, prefix, _ = bucket_files.split_path(folder)
    call = bucket_files.call_s3
    keys = {bucket_files.split_path(path)[1] for path in paths}
    for upload in _pages(call, "list_multipart_uploads", ("Uploads",), ("Key", "UploadId"), bucket, f"{prefix}/"):
        if upload["Key"] in keys:
            call("abort_multipart_upload", Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    if "Status" not in call("get_bucket_versioning", Bucket=bucket):
        return
    parts, markers = ("Versions", "DeleteMarkers"), ("Key", "VersionId")
    for key in sorted(keys):
        for version in _pages(call, "list_object_versions", parts, markers, bucket, key):
            if version["Key"] == key:
                call("delete_object", Bucket=bucket, Key=key, VersionId=version["VersionId"])


def _pages(
    call: Callable[..., dict[str, Any]],
    method: str,
    parts: Sequence[str],
    markers: Sequence[str],
    bucket: str,
    prefix: str,
) -> list[dict[str, Any]]:
    """Return all entries of a listing; `markers` name where the next page begins."""
    found: list[dict[str, Any]] = []
    where: dict[str, str] = {}
    while True:
        page = call(method, Bucket=bucket, Prefix=prefix, **where)
        found += [entry for part in parts for entry in page.get(part, [])]
        if not page.get("IsTruncated"):
            return found
        where = {f"{marker}Marker": page[f"Next{marker}Marker"] for marker in markers}


def _strays(objects: Any) -> list[str]:
    """Return the temporary files of a folder of objects that nobody writes any more."""
    if objects.fs.protocol != "local":
        return []
    limit = time.time() - STRAY_SECONDS
    return [str(path) for path in Path(objects.path).glob("*/.*.tmp") if path.stat().st_mtime < limit]


if __name__ == "__main__":
    with closing(Repo()) as opened, lock_repo(opened):
        answer = OPERATIONS[sys.argv[1]](opened, json.load(sys.stdin))
    sys.stdout.write(f"\n{json.dumps(answer)}\n")
