"""A store in an S3-compatible bucket: ``<prefix>/objects/ab/<sha256>`` and ``<prefix>/manifests/<key>.json``.

No lock, no conditional PUT and no ETag is relied upon: S3-compatible servers differ in all three.
Bytes are checked by our own sha256 alone.
"""

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config as ClientConfig
from botocore.exceptions import ClientError

from pegbar.digests import digest_bytes, digest_file
from pegbar.errors import IntegrityError, NotFoundError
from pegbar.faults import fault_point
from pegbar.files import written_aside
from pegbar.store.base import StoredMember
from pegbar.store.keys import (
    changed_source,
    checked_key,
    checked_range,
    checked_source,
    damaged_member,
    is_key,
    manifest_keys,
)
from pegbar.store.s3 import S3StoreConfig
from pegbar.store.s3_errors import CUT_SHORT, code_of, has_no_reason, is_missing, s3_errors
from pegbar.store.s3_upload import Uploads


class S3Store:
    """Members and manifests as objects; one client, shared by threads."""

    def __init__(self, config: S3StoreConfig) -> None:
        self.config = config
        self._prefix = f"{config.prefix}/" if config.prefix else ""
        with s3_errors(config.bucket, "its client"):
            self._client = _client(config)
        self._transfer = TransferConfig(
            multipart_threshold=config.part_bytes,
            multipart_chunksize=config.part_bytes,
            max_concurrency=config.num_threads,
        )
        self._uploads = Uploads(
            self._client, config.bucket, f"{self._prefix}objects/", config.part_bytes, config.num_threads
        )
        self._damaged: set[str] = set()

    def put_member(self, path: Path, *, give_up: bool = False) -> str:
        """Store a file under its sha256, big ones in parts that a later try continues; the file itself is never kept.

        An object of the right name and size is taken as it is, unless this store saw its bytes fail.
        """
        sha256 = digest_file(checked_source(path))
        key = self._member(sha256)
        with self._errors(sha256):
            if sha256 not in self._damaged and self._is_whole(key, sha256, path.stat().st_size):
                return sha256
            if path.stat().st_size > self.config.part_bytes:
                self._put_in_parts(path, key, sha256)
            else:
                self._put_at_once(path, key, sha256)
        self._damaged.discard(sha256)
        return sha256

    def has_member(self, sha256: str) -> bool:
        """Tell whether the member is there (its bytes are not read)."""
        with self._errors(sha256):
            return self._head(self._member(sha256)) is not None

    def verify_member(self, sha256: str) -> bool:
        """Read all of the member's bytes and compare them with its name; missing is False."""
        sink = _DigestSink()
        try:
            self._download(sha256, sink)
            whole = sink.hexdigest() == sha256
        except NotFoundError:
            return False
        except IntegrityError:  # by the server's own checksum
            whole = False
        if not whole:
            self._damaged.add(sha256)
        return whole

    def stamp_member(self, sha256: str) -> str | None:
        """Return the object's ETag, size and time of modification; missing is None."""
        with self._errors(sha256):
            head = self._head(self._member(sha256))
        return None if head is None else f"{head['ETag']}:{head['ContentLength']}:{head['LastModified'].isoformat()}"

    def stamp_members(self, sha256s: Iterable[str]) -> dict[str, str]:
        """Return the stamps of those members that are there: one request each, many at once."""
        wanted = list(dict.fromkeys(sha256s))
        with ThreadPoolExecutor(2 * self.config.num_threads) as pool:
            stamps = dict(zip(wanted, pool.map(self.stamp_member, wanted), strict=True))
        return {sha256: stamp for sha256, stamp in stamps.items() if stamp is not None}

    def fetch_member(self, sha256: str, destination: Path) -> None:
        """Copy a member to a file, atomically and checked against its digest."""
        checked_key(sha256)
        with written_aside(destination) as aside:
            with aside.open("wb") as sink:
                self._download(sha256, sink)
            found = digest_file(aside)
            if found != sha256:
                self._damaged.add(sha256)
                raise damaged_member(sha256, f"its sha256 is {found[:12]}")

    def read_range(self, sha256: str, offset: int, size: int) -> bytes:
        """Return `size` bytes of a member from `offset`."""
        checked_range(offset, size)
        key = self._member(sha256)
        if size == 0:
            return b""
        with self._errors(sha256):
            try:
                content = self._get(key, Range=f"bytes={offset}-{offset + size - 1}")
            except ClientError as error:
                if code_of(error) not in ("416", "InvalidRange"):
                    raise
                content = b""
        if len(content) != size:
            raise damaged_member(sha256, f"{len(content)} of {size} bytes at {offset}")
        return content

    def put_manifest(self, key: str, content: bytes) -> None:
        """Write a manifest whole or not at all; the last act of a step."""
        name = self._manifest(key)
        with self._errors(key):
            self._client.put_object(
                Bucket=self.config.bucket, Key=name, Body=content, Metadata={"sha256": digest_bytes(content)}
            )

    def read_manifest(self, key: str) -> bytes | None:
        """Return a manifest's bytes, or None."""
        name = self._manifest(key)
        try:
            with self._errors(key):
                return self._get(name)
        except NotFoundError:
            return None

    def list_manifests(self) -> Iterator[str]:
        """Yield every manifest key, in order."""
        folder = f"{self._prefix}manifests/"
        with self._errors("the manifests"):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.config.bucket, Prefix=folder)
            names = [item["Key"].removeprefix(folder) for page in pages for item in page.get("Contents", [])]
        yield from manifest_keys(sorted(names))

    def list_members(self) -> Iterator[StoredMember]:
        """Yield every member, in order of its digest; its age is by the server's own clock."""
        folder = f"{self._prefix}objects/"
        with self._errors("the members"):
            for page in self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.config.bucket, Prefix=folder
            ):
                now = parsedate_to_datetime(page["ResponseMetadata"]["HTTPHeaders"]["date"])
                for item in page.get("Contents", []):
                    name = item["Key"].rpartition("/")[2]
                    if is_key(name):
                        age = (now - item["LastModified"]).total_seconds()
                        yield StoredMember(name, item["Size"], max(0.0, age))

    def delete_manifest(self, key: str) -> None:
        """Remove a manifest; missing is fine."""
        self._delete(self._manifest(key), key)

    def delete_member(self, sha256: str) -> None:
        """Remove a member; missing is fine."""
        self._delete(self._member(sha256), sha256)

    def abort_stale_uploads(self, older_than_seconds: float) -> int:
        """Abort the multipart uploads of killed writers: invisible, but paid for."""
        with self._errors("unfinished uploads"):
            return self._uploads.abort_stale(older_than_seconds)

    def _errors(self, subject: str) -> AbstractContextManager[None]:
        return s3_errors(self.config.bucket, subject)

    def _member(self, sha256: str) -> str:
        return f"{self._prefix}objects/{checked_key(sha256)[:2]}/{sha256}"

    def _manifest(self, key: str) -> str:
        return f"{self._prefix}manifests/{checked_key(key)}.json"

    def _head(self, key: str) -> dict[str, Any] | None:
        try:
            answer: dict[str, Any] = self._client.head_object(Bucket=self.config.bucket, Key=key)
        except ClientError as error:
            if is_missing(error):
                return None
            self._ask_why(error, key)
            raise
        return answer

    def _ask_why(self, error: ClientError, key: str) -> None:
        """Raise a refusal with its reason: the answer to HEAD has no room for one, that to GET has."""
        if has_no_reason(error):
            self._client.get_object(Bucket=self.config.bucket, Key=key, Range="bytes=0-0")

    def _is_whole(self, key: str, sha256: str, size_bytes: int) -> bool:
        head = self._head(key)
        return head is not None and head["ContentLength"] == size_bytes and head["Metadata"].get("sha256") == sha256

    def _put_at_once(self, path: Path, key: str, sha256: str) -> None:
        content = path.read_bytes()
        if digest_bytes(content) != sha256:
            raise changed_source(path)
        fault_point("store:before_put")
        self._client.put_object(Bucket=self.config.bucket, Key=key, Body=content, Metadata={"sha256": sha256})

    def _put_in_parts(self, path: Path, key: str, sha256: str) -> None:
        try:
            self._uploads.upload(path, key, {"sha256": sha256})
        except ClientError as error:
            if not is_missing(error):
                raise
            # another writer of the same bytes completed the upload that we shared, or a sweep aborted it
            if not self._is_whole(key, sha256, path.stat().st_size):
                self._uploads.upload(path, key, {"sha256": sha256})

    def _get(self, key: str, **options: str) -> bytes:
        """Read an object (or a range) into memory; the client's own retries stop at the first byte."""
        for _ in range(self.config.max_attempts - 1):
            with suppress(*CUT_SHORT):
                return self._get_once(key, **options)
        return self._get_once(key, **options)

    def _get_once(self, key: str, **options: str) -> bytes:
        answer = self._client.get_object(Bucket=self.config.bucket, Key=key, **options)
        content: bytes = answer["Body"].read()
        return content

    def _download(self, sha256: str, sink: Any) -> None:
        key = self._member(sha256)
        with self._errors(f"member {sha256[:12]}"):
            try:
                self._client.download_fileobj(self.config.bucket, key, sink, Config=self._transfer)
            except ClientError as error:
                self._ask_why(error, key)
                raise

    def _delete(self, name: str, subject: str) -> None:
        with self._errors(subject):
            self._client.delete_object(Bucket=self.config.bucket, Key=name)


class _DigestSink:
    """A write-only stream that keeps nothing but the sha256 of what went by."""

    def __init__(self) -> None:
        self._state = hashlib.sha256()

    def write(self, chunk: bytes) -> int:
        self._state.update(chunk)
        return len(chunk)

    def hexdigest(self) -> str:
        return self._state.hexdigest()


def _client(config: S3StoreConfig) -> Any:
    return boto3.session.Session().client(
        "s3",
        endpoint_url=config.endpoint_url,
        region_name=config.region,
        config=ClientConfig(
            retries={"mode": "standard", "total_max_attempts": config.max_attempts},
            connect_timeout=config.connect_timeout_seconds,
            read_timeout=config.read_timeout_seconds,
            max_pool_connections=2 * config.num_threads,
            s3={"addressing_style": "path" if config.endpoint_url else "auto"},
        ),
    )
