"""One film of a bucket: fetched in ranged parts, several at once, each of the very object that was listed."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from pegbar.digests import digest_of
from pegbar.errors import EmptyFileError, InputError, MediaLimitError
from pegbar.parted_file import PartedFile, parted_file
from tasks.curation.sources.bucket import Bucket, Listed, source_errors
from tasks.curation.sources.candidates import Fetched, Recall, shown
from tasks.curation.sources.rights import digest_in

METADATA = "sha256"


@contextmanager
def fetch_object(bucket: Bucket, item: Listed, recall: Recall) -> Iterator[Fetched]:
    """Hold an object's bytes in scratch, unless it is the one it was when it was taken in.

    Raises:
        InputError: it is empty, too large, or states a digest that is none. See `Bucket.read` for the rest.
    """
    stamp = json.dumps([item["ETag"], item["Size"], item["LastModified"].isoformat()])
    known = recall(stamp)
    if known is not None:
        yield Fetched(item["Size"], stamp, sha256=known)
        return
    _check_size(bucket, item)
    stated = _stated(bucket, item)
    with parted_file(bucket.scratch / "ingest" / digest_of([bucket.name, item["Key"]])) as parts:
        _fill(bucket, item, parts)
        yield Fetched(item["Size"], stamp, parts.path, stated=stated)


def _fill(bucket: Bucket, item: Listed, parts: PartedFile) -> None:
    size, part_bytes = item["Size"], bucket.config.part_bytes
    identity = json.dumps([item["ETag"], size, part_bytes])
    if parts.identity != identity:
        parts.begin(identity)
    sizes = {offset: min(part_bytes, size - offset) for offset in range(0, size, part_bytes)}
    missing = [offset for offset in sizes if offset not in parts.sizes]

    def fetch(offset: int) -> None:
        parts.write(offset, bucket.read(item, offset, sizes[offset]))

    with ThreadPoolExecutor(bucket.config.num_threads) as threads:
        try:
            for future in [threads.submit(fetch, offset) for offset in missing]:
                future.result()
        finally:
            threads.shutdown(cancel_futures=True)  # one that failed ends all that have not begun


def _check_size(bucket: Bucket, item: Listed) -> None:
    label = shown(f"s3://{bucket.name}/{item['Key']}")
    if item["Size"] == 0:
        raise EmptyFileError(f"{label} is empty: zero bytes", remedy="upload the film again", subject=label)
    if item["Size"] > bucket.config.max_object_bytes:
        raise MediaLimitError(
            f"{label} has {item['Size']} bytes; {bucket.config.max_object_bytes} are allowed",
            remedy="raise source.bucket.max_object_bytes in the recipe, or leave the film out",
            subject=label,
        )


def _stated(bucket: Bucket, item: Listed) -> dict[str, str]:
    """Return what the bucket says the object's sha256 is: its metadata, and a checksum of the whole object."""
    label = f"s3://{bucket.name}/{item['Key']}"
    with source_errors(label, bucket.name):
        head = bucket.client.head_object(
            Bucket=bucket.name, Key=item["Key"], IfMatch=item["ETag"], ChecksumMode="ENABLED"
        )
    stated = {}
    if METADATA in head["Metadata"]:
        stated["its metadata"] = head["Metadata"][METADATA]
    checksum = head.get("ChecksumSHA256", "")
    if checksum and head.get("ChecksumType", "FULL_OBJECT") == "FULL_OBJECT" and "-" not in checksum:
        stated["its checksum"] = checksum
    found = {who: digest_in(text) for who, text in stated.items()}
    for who, digest in found.items():
        if digest is None:
            raise InputError(f"{who} of {shown(label)} is no sha256", remedy="correct it", subject=shown(label))
    return {who: digest for who, digest in found.items() if digest is not None}
