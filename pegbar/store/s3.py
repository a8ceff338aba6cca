"""Settings of the store in an S3-compatible bucket; boto3 is imported when it is built."""

import re
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from pegbar.config import Config

if TYPE_CHECKING:
    from pegbar.store.s3_store import S3Store

MIN_PART_BYTES = 5 * 1024 * 1024  # the protocol's own limit
_ENDPOINT = re.compile(r"https?://[^@/?#\s]+(/[^@?#\s]*)?")
_PREFIX = re.compile(r"([A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)?")


class S3StoreConfig(Config):
    """Settings of `S3Store`. Credentials come only from the environment, a profile or the machine's role."""

    kind: Literal["s3"] = "s3"
    bucket: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
    prefix: str = ""
    """Path inside the bucket, without a slash at either end; empty: the bucket's root."""
    endpoint_url: str | None = None
    """None: AWS, or what ``AWS_ENDPOINT_URL`` says."""
    region: str = "us-east-1"
    part_bytes: int = Field(default=16 * 1024 * 1024, ge=MIN_PART_BYTES)
    """Files larger than this are sent in parts of this size."""
    num_threads: int = Field(default=4, ge=1)
    max_attempts: int = Field(default=5, ge=1)
    connect_timeout_seconds: float = Field(default=10.0, gt=0)
    read_timeout_seconds: float = Field(default=60.0, gt=0)

    @model_validator(mode="after")
    def _check_addresses(self) -> Self:
        if self.endpoint_url is not None and not _ENDPOINT.fullmatch(self.endpoint_url):
            raise ValueError("endpoint_url is http(s)://host[:port] without credentials in it")
        if not _PREFIX.fullmatch(self.prefix):
            raise ValueError("prefix is folder names joined by '/', none of them starting with a dot")
        return self

    def build(self) -> "S3Store":
        """Construct the store; nothing is sent yet."""
        from pegbar.store.s3_store import S3Store

        return S3Store(self)
