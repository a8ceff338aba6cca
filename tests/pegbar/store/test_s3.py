"""What only the store in a bucket has: servers that refuse, fail, cut off or are not there."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from servers.faulty_proxy import FaultyProxy
from servers.processes import free_port
from servers.stores import PART_BYTES, S3Place

from pegbar.errors import ConfigurationError, StorageError
from pegbar.store import S3StoreConfig
from pegbar.store.s3_upload import plan_parts

MIB = 1024 * 1024


@pytest.fixture
def impatient(place: S3Place, proxy: FaultyProxy) -> S3StoreConfig:
    """Give the settings of a store behind the proxy that tries everything three times."""
    return place.config.but(endpoint_url=proxy.endpoint_url, max_attempts=3, read_timeout_seconds=5.0)


@pytest.fixture
def member(tmp_path: Path) -> Path:
    path = tmp_path / "member"
    path.write_bytes(b"0123456789" * 1000)
    return path


def test_two_refusals_are_outlasted(impatient: S3StoreConfig, proxy: FaultyProxy, member: Path) -> None:
    store = impatient.build()
    proxy.fail_next("PUT", "503", "503")
    sha256 = store.put_member(member)
    assert store.verify_member(sha256)
    assert proxy.faults == []


def test_a_storm_of_refusals_is_an_error_with_a_remedy(
    impatient: S3StoreConfig, proxy: FaultyProxy, member: Path
) -> None:
    store = impatient.build()
    proxy.fail_next("PUT", *(("503",) * 9))
    with pytest.raises(StorageError, match="did not answer") as caught:
        store.put_member(member)
    assert "pegbar resume" in caught.value.remedy
    assert len(proxy.faults) == 9 - 3
    assert not store.has_member(caught.value.subject)


def test_answers_cut_in_the_middle_are_asked_for_again(
    impatient: S3StoreConfig, proxy: FaultyProxy, member: Path, tmp_path: Path
) -> None:
    store = impatient.build()
    sha256 = store.put_member(member)
    proxy.fail_next("GET", "cut", "cut")
    assert store.read_range(sha256, 5, 5000) == member.read_bytes()[5:5005]
    proxy.fail_next("GET", "cut", "cut")
    store.fetch_member(sha256, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == member.read_bytes()


def test_a_member_that_never_arrives_whole_is_unreachable_not_damaged(
    impatient: S3StoreConfig, proxy: FaultyProxy, member: Path
) -> None:
    store = impatient.build()
    sha256 = store.put_member(member)
    proxy.fail_next("GET", *(("cut",) * 50))
    with pytest.raises(StorageError, match="did not answer"):
        store.verify_member(sha256)
    with pytest.raises(StorageError, match="did not answer"):
        store.read_range(sha256, 0, 5000)


def test_a_server_that_is_not_there_is_named_by_its_bucket(place: S3Place, member: Path) -> None:
    gone = place.config.but(endpoint_url=f"http://127.0.0.1:{free_port()}", max_attempts=1).build()
    with pytest.raises(StorageError, match=place.config.bucket):
        gone.put_member(member)


def test_a_missing_bucket_is_never_an_empty_store(place: S3Place, member: Path) -> None:
    store = place.config.but(bucket="no-such-bucket").build()
    for call in (lambda: store.put_member(member), lambda: store.read_manifest("0" * 64), store.list_manifests):
        with pytest.raises(ConfigurationError, match="no-such-bucket") as caught:  # never taken for a missing member
            list(call() or ())
        assert "aws s3 mb s3://no-such-bucket" in caught.value.remedy


def test_no_credentials_at_all_says_which_to_set(
    place: S3Place, monkeypatch: pytest.MonkeyPatch, member: Path, tmp_path: Path
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(StorageError, match="no usable S3 credentials"):
        place.build().put_member(member)


def uploads_of(store: Any) -> list[int]:
    """Count the parts that a store sends from now on."""
    sent: list[int] = []
    store._client.meta.events.register(
        "provide-client-params.s3.UploadPart", lambda params, **_: sent.append(params["PartNumber"])
    )
    return sent


def half_sent(place: S3Place, content: bytes, sha256: str, part_bytes: int) -> None:
    """Leave an upload whose first part only has arrived."""
    name = {"Bucket": place.config.bucket, "Key": f"{place.config.prefix}/objects/{sha256[:2]}/{sha256}"}
    upload = place.client.create_multipart_upload(**name, Metadata={"sha256": sha256})["UploadId"]
    place.client.upload_part(**name, UploadId=upload, PartNumber=1, Body=content[:part_bytes])


@pytest.mark.parametrize(("part_bytes", "expected"), [(PART_BYTES, [2, 3]), (PART_BYTES + MIB, [1, 2, 3])])
def test_only_parts_cut_like_ours_are_reused(
    place: S3Place, tmp_path: Path, part_bytes: int, expected: list[int]
) -> None:
    big = tmp_path / "big"
    big.write_bytes(bytes(range(256)) * 48 * 1024)
    store = place.build()
    sha256 = store.put_member(big)
    store.delete_member(sha256)
    half_sent(place, big.read_bytes(), sha256, part_bytes)
    sent = uploads_of(store)
    store.put_member(big)
    assert sorted(sent) == expected
    assert store.verify_member(sha256)
    assert place.num_unfinished() == 0


@given(st.integers(1, 10**7), st.integers(1, 10**4))
def test_parts_cover_a_file_without_gaps(size_bytes: int, part_bytes: int) -> None:
    parts = plan_parts(size_bytes, part_bytes)
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert [part.offset for part in parts[1:]] == [part.offset + part.size for part in parts[:-1]]
    assert (parts[0].offset, sum(part.size for part in parts)) == (0, size_bytes)
    assert len(parts) <= 10_000


@pytest.mark.parametrize(
    "fields",
    [
        {"endpoint_url": "https://key:secret@s3.example"},
        {"endpoint_url": "file:///etc/passwd"},
        {"endpoint_url": "s3.example"},
        {"prefix": "../other"},
        {"prefix": "/absolute"},
        {"prefix": "folder/"},
        {"bucket": "ab"},
        {"bucket": "Not A Bucket"},
        {"part_bytes": 5 * MIB - 1},
        {"secret_key": "in a file"},
    ],
)
def test_settings_that_cannot_work_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(fields))):
        S3StoreConfig.model_validate({"bucket": "films", **fields})


def test_boto3_is_not_imported_before_a_store_is_built() -> None:
    code = "import sys, pegbar.store; pegbar.store.S3StoreConfig(bucket='films'); print('boto3' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
