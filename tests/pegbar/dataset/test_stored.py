"""A dataset read from a store by its digest; tests/tasks/training/reading has what it shares with one of a folder."""

import logging
import os
import pickle
from pathlib import Path

import pytest
from published import publish
from servers.faulty_proxy import faulty_proxy
from servers.limits import file_size_limit
from servers.s3 import S3Server
from servers.stores import LocalPlace, S3Place, s3_place
from small_dataset import write_card, write_small_dataset

from pegbar.dataset import Dataset
from pegbar.dataset.artifact import dataset_key
from pegbar.dataset.member_cache import MemberCache, MemberCacheConfig
from pegbar.dataset.stored import stored_dataset
from pegbar.errors import IntegrityError, NotFoundError, StorageError, UsageError
from pegbar.known_digests import KnownDigests
from pegbar.records import Member
from pegbar.store import LocalStoreConfig

SHARD = "shards/ab-0000.tar"


@pytest.fixture
def folder(tmp_path: Path) -> Dataset:
    return write_small_dataset(tmp_path / "data")


@pytest.fixture
def local(folder: Dataset, tmp_path: Path) -> LocalPlace:
    place = LocalPlace(LocalStoreConfig(root=tmp_path / "store"))
    publish(folder, place.build(), tmp_path)
    return place


@pytest.fixture
def bucket(moto_server: S3Server, folder: Dataset, tmp_path: Path) -> S3Place:
    place = s3_place(moto_server, "moto")
    publish(folder, place.build(), tmp_path)
    return place


def clip_of(dataset: Dataset) -> Member:
    return dataset.training_view()[0].shots[0].clip


def cache_of(root: Path) -> MemberCache:
    return MemberCacheConfig(root=root / "cache", max_bytes=10**6).build()


def test_a_digest_that_was_never_published_is_said_so(local: LocalPlace) -> None:
    with pytest.raises(NotFoundError, match="no dataset 000000000000"):
        stored_dataset(local.config, "0" * 64)


def test_a_store_that_has_another_dataset_under_the_name_is_found_out(
    local: LocalPlace, folder: Dataset, tmp_path: Path
) -> None:
    other = write_small_dataset(tmp_path / "other")
    (other.root / "tables/scenes/ab.parquet").unlink()
    write_card(other.root, {})
    publish(Dataset(other.root), local.build(), tmp_path)
    foreign = local.build().read_manifest(dataset_key(Dataset(other.root).digest))
    assert foreign is not None
    local.build().put_manifest(dataset_key(folder.digest), foreign)
    with pytest.raises(IntegrityError, match="has the card of"):
        stored_dataset(local.config, folder.digest)


def test_it_travels_to_another_process_without_its_connection(bucket: S3Place, folder: Dataset) -> None:
    dataset = stored_dataset(bucket.config, folder.digest)
    clip = clip_of(dataset)
    there = pickle.loads(pickle.dumps(dataset))
    assert there.files._opened is None and there._tables == {}
    assert there.read_member(clip) == f"bytes of {clip.name}".encode()
    assert there.frame("shots").equals(folder.frame("shots"))


def test_what_is_no_folder_says_so(bucket: S3Place, folder: Dataset) -> None:
    dataset = stored_dataset(bucket.config, folder.digest)
    assert (
        dataset.files.source == f"s3://{bucket.config.bucket}/studio/store/manifests/{dataset_key(folder.digest)}.json"
    )
    with pytest.raises(UsageError, match="is no folder"):
        _ = dataset.root


@pytest.mark.parametrize("damage", ["missing", "short", "other bytes"])
def test_a_damaged_shard_is_an_integrity_error_that_names_it(local: LocalPlace, folder: Dataset, damage: str) -> None:
    dataset, store = stored_dataset(local.config, folder.digest), local.build()
    clip, sha256 = clip_of(dataset), folder.card.files[SHARD]
    if damage == "missing":
        store.delete_member(sha256)
    else:
        whole = (folder.root / SHARD).read_bytes()
        local.overwrite(sha256, whole[:520] if damage == "short" else bytes(len(whole)))
    with pytest.raises(IntegrityError, match=f"{SHARD} is missing|{sha256[:12]}|{clip.name}"):
        dataset.read_member(clip)
    with pytest.raises(IntegrityError, match=SHARD):
        dataset.verify()


def test_what_did_not_change_is_not_verified_twice(local: LocalPlace, folder: Dataset, tmp_path: Path) -> None:
    known = KnownDigests(tmp_path / "known.db")
    dataset, read = stored_dataset(local.config, folder.digest), []
    store = local.build()
    dataset.files._opened = (os.getpid(), store)  # type: ignore[attr-defined]
    verify = store.verify_member
    store.verify_member = lambda sha256: read.append(sha256) or verify(sha256)  # type: ignore[method-assign]
    dataset.verify(known)
    assert sorted(read) == sorted(folder.card.files.values())
    dataset.verify(known)
    assert len(read) == len(folder.card.files)
    local.overwrite(folder.card.files[SHARD], bytes(100))
    with pytest.raises(IntegrityError, match=SHARD):
        dataset.verify(known)


def test_a_network_is_crossed_once_per_member(bucket: S3Place, folder: Dataset, tmp_path: Path) -> None:
    with faulty_proxy(bucket.config.endpoint_url or "") as proxy:
        config = bucket.config.but(endpoint_url=proxy.endpoint_url)
        dataset = stored_dataset(config, folder.digest, cache_of(tmp_path))
        clip = clip_of(dataset)
        first, asked = dataset.read_member(clip), proxy.num_requests
        assert stored_dataset(config, folder.digest, cache_of(tmp_path)).read_member(clip) == first
        assert proxy.num_requests == asked + 2  # manifest and card
        cache_of(tmp_path)._path(clip.sha256).write_bytes(b"damaged")
        assert dataset.read_member(clip) == first
        assert proxy.num_requests == asked + 3


def test_storms_and_cuts_pass_and_an_outage_is_a_storage_error(bucket: S3Place, folder: Dataset) -> None:
    with faulty_proxy(bucket.config.endpoint_url or "") as proxy:
        dataset = stored_dataset(bucket.config.but(endpoint_url=proxy.endpoint_url, max_attempts=3), folder.digest)
        clip = clip_of(dataset)
        proxy.fail_next("GET", "503", "cut", "503")
        assert dataset.read_member(clip) == f"bytes of {clip.name}".encode()
        proxy.fail_next("GET", *["503"] * 3)
        with pytest.raises(StorageError, match="retries included"):
            dataset.read_member(clip)


def test_a_full_disk_costs_the_cache_only(
    bucket: S3Place, folder: Dataset, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    dataset = stored_dataset(bucket.config, folder.digest, cache_of(tmp_path))
    clips = [shot.clip for story in dataset.training_view() for shot in story.shots]
    caplog.clear()
    with file_size_limit(10):
        for clip in clips:
            assert dataset.read_member(clip) == f"bytes of {clip.name}".encode()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_a_bucket_that_is_not_there_is_named(folder: Dataset, bucket: S3Place) -> None:
    with pytest.raises(UsageError, match="no bucket 'not-there'"):
        stored_dataset(bucket.config.but(bucket="not-there"), folder.digest)
