"""Multipart uploads that a killed writer's successor continues. Imported only once an S3 store is built.

The parts of an unfinished upload can be reused because the key is the sha256 of the whole file: an
upload of the same key carries the same bytes. Only the unbroken run of parts from the first, each of
the planned size, is trusted to lie at the planned offsets.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pegbar.faults import fault_point
from pegbar.store.keys import changed_source

MAX_PARTS = 10_000  # the protocol's own limit


@dataclass(frozen=True)
class Part:
    """One planned part: `number` counts from 1."""

    number: int
    offset: int
    size: int


def plan_parts(size_bytes: int, part_bytes: int) -> list[Part]:
    """Cut a file into equal parts (the last may be smaller), enlarged where 10,000 would not do."""
    part_bytes = max(part_bytes, -(-size_bytes // MAX_PARTS))
    offsets = range(0, size_bytes, part_bytes)
    return [Part(number, offset, min(part_bytes, size_bytes - offset)) for number, offset in enumerate(offsets, 1)]


@dataclass(frozen=True)
class Uploads:
    """The multipart uploads of one bucket.

    Args:
        client: a boto3 S3 client. prefix: only keys under it are ever touched.
    """

    client: Any
    bucket: str
    prefix: str
    part_bytes: int
    num_threads: int

    def upload(self, path: Path, key: str, metadata: dict[str, str]) -> None:
        """Send a file in parts, continuing the newest unfinished upload of the same key.

        Raises:
            IntegrityError: the file changed meanwhile; nothing becomes visible.
        """
        before = _signature(path)
        parts = plan_parts(path.stat().st_size, self.part_bytes)
        upload_id = (
            self._unfinished(key)
            or self.client.create_multipart_upload(Bucket=self.bucket, Key=key, Metadata=metadata)["UploadId"]
        )
        done = self._reusable(key, upload_id, parts)
        with ThreadPoolExecutor(self.num_threads) as pool:
            sent = pool.map(lambda part: self._send(path, key, upload_id, part), parts[len(done) :])
            etags = done + list(sent)
        if _signature(path) != before:
            self.client.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload_id)
            raise changed_source(path)
        fault_point("store:before_complete")
        numbered = [{"PartNumber": part.number, "ETag": etag} for part, etag in zip(parts, etags, strict=True)]
        self.client.complete_multipart_upload(
            Bucket=self.bucket, Key=key, UploadId=upload_id, MultipartUpload={"Parts": numbered}
        )

    def abort_stale(self, older_than_seconds: float) -> int:
        """Abort every unfinished upload under the prefix that began so long ago; return how many."""
        limit = datetime.now(UTC) - timedelta(seconds=older_than_seconds)
        stale = [upload for upload in self._listed(self.prefix) if upload["Initiated"] <= limit]
        for upload in stale:
            self.client.abort_multipart_upload(Bucket=self.bucket, Key=upload["Key"], UploadId=upload["UploadId"])
        return len(stale)

    def _listed(self, prefix: str) -> Iterator[dict[str, Any]]:
        pages = self.client.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket, Prefix=prefix)
        for page in pages:
            yield from page.get("Uploads", [])

    def _unfinished(self, key: str) -> str | None:
        mine = [upload for upload in self._listed(key) if upload["Key"] == key]
        newest = max(mine, key=lambda upload: (upload["Initiated"], upload["UploadId"]), default=None)
        return str(newest["UploadId"]) if newest else None

    def _reusable(self, key: str, upload_id: str, parts: list[Part]) -> list[str]:
        pages = self.client.get_paginator("list_parts").paginate(Bucket=self.bucket, Key=key, UploadId=upload_id)
        there = {part["PartNumber"]: part for page in pages for part in page.get("Parts", [])}
        etags: list[str] = []
        for part in parts:
            found = there.get(part.number)
            if found is None or found["Size"] != part.size:
                break
            etags.append(str(found["ETag"]))
        return etags

    def _send(self, path: Path, key: str, upload_id: str, part: Part) -> str:
        with path.open("rb") as stream:
            stream.seek(part.offset)
            body = stream.read(part.size)
        answer = self.client.upload_part(
            Bucket=self.bucket, Key=key, UploadId=upload_id, PartNumber=part.number, Body=body
        )
        fault_point(f"store:after_part_{part.number}")
        return str(answer["ETag"])


def _signature(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns
