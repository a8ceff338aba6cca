"""Films from an S3-compatible bucket: keys are untrusted, a download that was finished is not repeated."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import boto3
from botocore.config import Config as ClientConfig

from pegbar.digests import digest_file, digest_of
from pegbar.errors import DiskFullError, PegbarError, ReadOnlyError, SourceError
from pegbar.files import write_text, written_aside
from pegbar.media.names import check_key, printable
from pegbar.store.s3_errors import s3_errors
from tasks.curation.sources.candidates import Candidate, SourceConfig, is_claimed, name_problem, sidecar_name

MAX_SIDECAR_BYTES = 8 << 20
CLIENT = ClientConfig(connect_timeout=10, read_timeout=60, retries={"max_attempts": 5, "mode": "standard"})


def bucket_candidates(url: str, config: SourceConfig, scratch: Path) -> list[Candidate]:
    """List the claimed films under ``s3://bucket/prefix``, by key.

    Raises:
        SourceError: not such a URL, no such bucket, or no permission.
    """
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    if not bucket:
        raise SourceError(f"{url!r} names no bucket", remedy="name it as s3://bucket/prefix", subject=url)
    with _source_errors(url, bucket):
        client = boto3.client("s3", config=CLIENT)
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        objects = {item["Key"]: item for page in pages for item in page.get("Contents", [])}
    keys = sorted(key for key in objects if is_claimed(PurePosixPath(key).name, config))
    return [_candidate(client, bucket, objects, key, scratch) for key in keys]


def _candidate(client: Any, bucket: str, objects: dict[str, Any], key: str, scratch: Path) -> Candidate:
    url = f"s3://{bucket}/{key}"

    def open_sidecar(suffix: str) -> Path | None:
        path = PurePosixPath(key)
        sidecar = (path.parent / sidecar_name(path.name, suffix)).as_posix()
        if sidecar not in objects or objects[sidecar]["Size"] > MAX_SIDECAR_BYTES:
            return None
        return _download(client, bucket, objects[sidecar], scratch)

    return Candidate(
        name=PurePosixPath(key).name,
        label=printable(url)[1:-1],
        open_file=partial(_download, client, bucket, objects[key], scratch),
        open_sidecar=open_sidecar,
        problem=name_problem(check_key, key),
    )


def _download(client: Any, bucket: str, item: dict[str, Any], scratch: Path) -> Path:
    """Bring an object into scratch, or find it there with the digest it had when it was finished."""
    identity = digest_of([bucket, item["Key"], item["ETag"], item["Size"]])
    target = scratch / "ingest" / identity / PurePosixPath(item["Key"]).name
    proof = target.parent / "sha256.json"
    if target.is_file() and proof.is_file() and json.loads(proof.read_text()) == digest_file(target):
        return target
    url = f"s3://{bucket}/{item['Key']}"
    with _source_errors(url, bucket), written_aside(target) as aside:
        client.download_file(bucket, item["Key"], str(aside))
        if aside.stat().st_size != item["Size"]:
            raise SourceError(
                f"{printable(url)} changed while it was read", remedy="run the command again", subject=printable(url)
            )
    write_text(proof, json.dumps(digest_file(target)))
    return target


@contextmanager
def _source_errors(url: str, bucket: str) -> Iterator[None]:
    try:
        with s3_errors(bucket, printable(url)):
            yield
    except (DiskFullError, ReadOnlyError, SourceError):
        raise
    except PegbarError as error:
        raise SourceError(
            f"{printable(url)} cannot be read: {error.what}",
            remedy="check the bucket's name and AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL",
            subject=printable(url),
        ) from error
