"""Films of an S3-compatible bucket: what is listed under a prefix. Keys are untrusted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import boto3
from botocore.config import Config as ClientConfig
from botocore.exceptions import ClientError

from pegbar.digests import digest_of
from pegbar.errors import (
    DiskFullError,
    InputError,
    NotFoundError,
    PegbarError,
    ReadOnlyError,
    ServiceError,
    SourceError,
)
from pegbar.files import write_bytes
from pegbar.media.names import check_key
from pegbar.store.s3_errors import CUT_SHORT, code_of, s3_errors
from tasks.curation.sources.candidates import (
    BucketConfig,
    Candidate,
    SourceConfig,
    is_claimed,
    name_problem,
    shown,
)
from tasks.curation.sources.sidecars import sidecar_names

MAX_SIDECAR_BYTES = 8 << 20
CHANGED = ("412", "PreconditionFailed")
ARCHIVED = "InvalidObjectState"
READ_REMEDIES = {
    "AccessDenied": "allow them s3:ListBucket and s3:GetObject there, or set others, then: pegbar resume",
    "403": "allow them s3:ListBucket and s3:GetObject there, or set others, then: pegbar resume",
}
Listed = dict[str, Any]


@dataclass(frozen=True)
class Bucket:
    """A bucket as a source: its client, and where what it sends is kept while it is on its way."""

    name: str
    client: Any
    config: BucketConfig
    scratch: Path

    @classmethod
    def open(cls, name: str, config: BucketConfig, scratch: Path) -> "Bucket":
        """Make a client for a bucket; credentials and address come from the environment alone.

        Raises:
            SourceError: no credentials can be had, or the environment names no address.
        """
        settings = ClientConfig(
            connect_timeout=config.connect_timeout_seconds,
            read_timeout=config.read_timeout_seconds,
            retries={"total_max_attempts": config.max_attempts, "mode": "standard"},
            max_pool_connections=2 * config.num_threads,
        )
        with source_errors(f"s3://{name}", name):
            return cls(name, boto3.session.Session().client("s3", config=settings), config, scratch)

    def list(self, prefix: str) -> dict[str, Listed]:
        """Return every object under a prefix, by key.

        Raises:
            SourceError: no such bucket, no permission, or no answer.
        """
        with source_errors(f"s3://{self.name}/{prefix}", self.name):
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
            return {item["Key"]: item for page in pages for item in page.get("Contents", [])}

    def read(self, item: Listed, start: int, size: int) -> bytes:
        """Return a range of an object that is still the one that was listed.

        Raises:
            ServiceError: it changed meanwhile. NotFoundError: it is gone. InputError: it lies in an archive.
            SourceError: the bucket refuses, or does not answer.
        """
        url = f"s3://{self.name}/{item['Key']}"
        with source_errors(url, self.name):
            for attempt in range(1, self.config.max_attempts + 1):
                try:
                    answer = self.client.get_object(
                        Bucket=self.name,
                        Key=item["Key"],
                        IfMatch=item["ETag"],
                        Range=f"bytes={start}-{start + size - 1}",
                    )
                    content: bytes = answer["Body"].read()
                except CUT_SHORT:  # the client's own retries stop at the first byte
                    if attempt == self.config.max_attempts:
                        raise
                    continue
                if len(content) == size:
                    return content
        raise ServiceError(
            f"{shown(url)} is not as long as it was listed", remedy="run the command again", subject=shown(url)
        )


def bucket_candidates(bucket: Bucket, prefix: str, config: SourceConfig) -> Iterator[Candidate]:
    """Yield the claimed films under a prefix, by key; an object that is named exactly is always one, and the only one.

    Raises:
        SourceError: no such bucket, no permission, or no answer.
    """
    from tasks.curation.sources.bucket_object import fetch_object

    objects = bucket.list(prefix)
    keys = sorted(key for key in objects if is_claimed(PurePosixPath(key).name, config))
    if prefix in objects and not prefix.endswith("/"):
        objects |= bucket.list(prefix.removesuffix(PurePosixPath(prefix).suffix) + ".")
        keys = [prefix]
    for key in keys:
        label = f"s3://{bucket.name}/{key}"
        yield Candidate(
            name=PurePosixPath(key).name,
            label=shown(label),
            subject=label,
            fetch=partial(fetch_object, bucket, objects[key]),
            open_sidecar=partial(_sidecar, bucket, objects, PurePosixPath(key)),
            problem=name_problem(check_key, key),
        )


def object_file(bucket: Bucket, key: str) -> Path:
    """Bring one small object that is named exactly, such as a script, into a local file.

    Raises:
        NotFoundError: there is none. InputError: it is too large. SourceError: as for a whole bucket.
    """
    label = shown(f"s3://{bucket.name}/{key}")
    item = bucket.list(key).get(key)
    if item is None:
        raise NotFoundError(f"there is no {label}", remedy="correct its address in the list", subject=label)
    if item["Size"] > MAX_SIDECAR_BYTES:
        raise InputError(f"{label} is too large for a script", remedy="name a script", subject=label)
    return _small(bucket, item)


def _sidecar(bucket: Bucket, objects: dict[str, Listed], path: PurePosixPath, suffix: str) -> Path | None:
    for name in sidecar_names(path.name, suffix):
        item = objects.get((path.parent / name).as_posix())
        if item is not None and item["Size"] <= MAX_SIDECAR_BYTES:
            return _small(bucket, item)
    return None


def _small(bucket: Bucket, item: Listed) -> Path:
    """Return an object of at most a few MB as a local file, which stays as long as the object does not change."""
    identity = digest_of([bucket.name, item["Key"], item["ETag"], item["Size"]])
    target = bucket.scratch / "ingest" / "beside" / identity / PurePosixPath(item["Key"]).name
    if not target.is_file():
        write_bytes(target, bucket.read(item, 0, item["Size"]) if item["Size"] else b"")
    return target


@contextmanager
def source_errors(url: str, bucket: str) -> Iterator[None]:
    """Tell apart what is an object's own fault and what is wrong with the bucket as a source, which stops the run."""
    label = shown(url)
    try:
        with s3_errors(bucket, label):
            yield
    except (DiskFullError, ReadOnlyError, SourceError):
        raise
    except NotFoundError as error:
        raise NotFoundError(f"{label} is not there any more", remedy="run the command again", subject=label) from error
    except PegbarError as error:
        code = code_of(error.__cause__) if isinstance(error.__cause__, ClientError) else ""
        if code in CHANGED:
            changed = f"{label} changed while it was read"
            raise ServiceError(changed, remedy="run the command again", subject=label) from error
        if code == ARCHIVED:
            raise InputError(f"{label} lies in an archive", remedy="restore it first", subject=label) from error
        raise SourceError(
            f"{label} cannot be read: {error.what}", remedy=READ_REMEDIES.get(code, error.remedy), subject=label
        ) from error
