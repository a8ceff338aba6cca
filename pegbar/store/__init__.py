"""Where artifacts lie: one protocol, a folder or an S3-compatible bucket behind it."""

from typing import Annotated

from pydantic import Field

from pegbar.store.base import Store, StoredMember
from pegbar.store.local import LocalStore, LocalStoreConfig
from pegbar.store.s3 import S3StoreConfig

StoreConfig = Annotated[LocalStoreConfig | S3StoreConfig, Field(discriminator="kind")]

__all__ = ["LocalStore", "LocalStoreConfig", "S3StoreConfig", "Store", "StoreConfig", "StoredMember"]
