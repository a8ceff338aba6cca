"""One store of each kind behind one face, with what a contract test does behind the store's back."""

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servers.s3 import S3Server

from pegbar.store import LocalStoreConfig, S3StoreConfig, Store

PART_BYTES = 5 * 1024 * 1024
_buckets = itertools.count()


@dataclass(frozen=True)
class LocalPlace:
    """A folder that holds a store."""

    config: LocalStoreConfig
    kind: str = "local"

    def build(self) -> Store:
        """Open the store as a new process would."""
        return self.config.build()

    def overwrite(self, sha256: str, content: bytes) -> None:
        """Change a member's bytes as a failing disk would."""
        self._member(sha256).chmod(0o644)
        self._member(sha256).write_bytes(content)

    def stamp(self, sha256: str) -> object:
        """Return something that every write to the member changes."""
        return self._member(sha256).stat().st_mtime_ns

    def add_manifest_file(self, name: str) -> None:
        """Put a file that is no manifest among the manifests."""
        (self.config.root / "manifests" / name).write_bytes(b"{}")

    def num_unfinished(self) -> int:
        """Count what killed writers left."""
        return sum(1 for _ in self.config.root.rglob("*.part"))

    def _member(self, sha256: str) -> Path:
        return self.config.root / "objects" / sha256[:2] / sha256


@dataclass(frozen=True)
class S3Place:
    """A bucket that holds a store under a prefix."""

    config: S3StoreConfig
    client: Any
    kind: str

    def build(self) -> Store:
        """Open the store as a new process would."""
        return self.config.build()

    def overwrite(self, sha256: str, content: bytes) -> None:
        """Change a member's bytes and keep what the server says of it."""
        self.client.put_object(
            Bucket=self.config.bucket, Key=self._member(sha256), Body=content, Metadata={"sha256": sha256}
        )

    def stamp(self, sha256: str) -> object:
        """Return something that every write to the member changes, given a second between two."""
        return self.client.head_object(Bucket=self.config.bucket, Key=self._member(sha256))["LastModified"]

    def add_manifest_file(self, name: str) -> None:
        """Put an object that is no manifest among the manifests."""
        key = f"{self.config.prefix}/manifests/{name}"
        self.client.put_object(Bucket=self.config.bucket, Key=key, Body=b"{}")

    def num_unfinished(self) -> int:
        """Count what killed writers left."""
        return len(self.client.list_multipart_uploads(Bucket=self.config.bucket).get("Uploads", []))

    def _member(self, sha256: str) -> str:
        return f"{self.config.prefix}/objects/{sha256[:2]}/{sha256}"


Place = LocalPlace | S3Place


def s3_client(server: S3Server) -> Any:
    """Return a client of the tests' own, apart from the store's."""
    import boto3

    return boto3.session.Session(server.access_key, server.secret_key, region_name="us-east-1").client(
        "s3", endpoint_url=server.endpoint_url
    )


def s3_place(server: S3Server, kind: str) -> S3Place:
    """Make a new bucket and describe a store in it."""
    bucket = f"pegbar-{next(_buckets)}"
    client = s3_client(server)
    client.create_bucket(Bucket=bucket)
    config = S3StoreConfig(
        bucket=bucket, prefix="studio/store", endpoint_url=server.endpoint_url, part_bytes=PART_BYTES, num_threads=1
    )
    return S3Place(config, client, kind)
