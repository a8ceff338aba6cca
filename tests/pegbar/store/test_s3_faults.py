"""Object stores as they fail: storms, cuts at a part, altered bytes, credentials that ended, clocks that differ.

A real server stands behind a proxy that fails; what the server itself must refuse (a signature, a digest, a clock, a
right), OpenStack Swift refuses.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from servers.faulty_proxy import Fault, FaultyProxy, faulty_proxy
from servers.s3 import S3Server
from servers.stores import S3Place, s3_place

from pegbar.errors import IntegrityError, StorageError
from pegbar.store import S3StoreConfig, Store

MAX_ATTEMPTS = 3


def behind(proxy: FaultyProxy, place: S3Place) -> S3StoreConfig:
    return place.config.but(endpoint_url=proxy.endpoint_url, max_attempts=MAX_ATTEMPTS, read_timeout_seconds=5.0)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry at once: how long the client waits in between is its own business."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.0)


@pytest.fixture
def store(place: S3Place, proxy: FaultyProxy) -> Store:
    return behind(proxy, place).build()


@pytest.fixture
def swift(swift_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Place:
    for name, value in swift_server.environment().items():
        monkeypatch.setenv(name, value)
    return s3_place(swift_server, "swift")


@pytest.fixture
def member(tmp_path: Path) -> Path:
    path = tmp_path / "member"
    path.write_bytes(b"0123456789" * 1000)
    return path


@pytest.fixture
def big(tmp_path: Path) -> Path:
    """Give a file of 12 MB: two whole parts and a smaller one."""
    path = tmp_path / "big"
    path.write_bytes(bytes(range(250)) * 48_000)
    return path


def test_a_storm_shorter_than_the_patience_is_outlasted(store: Store, proxy: FaultyProxy, member: Path) -> None:
    proxy.fail_next("PUT", *(["SlowDown"] * (MAX_ATTEMPTS - 1)))
    sha256 = store.put_member(member)
    proxy.fail_next("GET", *(["SlowDown"] * (MAX_ATTEMPTS - 1)))
    assert store.verify_member(sha256)
    assert proxy.requests["PUT"] == MAX_ATTEMPTS


@pytest.mark.parametrize("fault", ["SlowDown", "503", "cut off"])
def test_a_longer_storm_is_an_error_that_says_what_to_do_after_it(
    store: Store, proxy: FaultyProxy, member: Path, tmp_path: Path, fault: Fault
) -> None:
    sha256 = store.put_member(member)
    proxy.always = fault
    for call in (
        lambda: store.put_member(member), lambda: store.has_member(sha256), lambda: store.stamp_member(sha256),
        lambda: store.verify_member(sha256), lambda: store.fetch_member(sha256, tmp_path / "out"),
        lambda: store.read_manifest(sha256), lambda: store.put_manifest(sha256, b"{}"),
    ):  # fmt: skip
        with pytest.raises(StorageError, match="did not answer") as caught:
            call()
        assert caught.value.remedy == "when the object store is back: pegbar resume"
    proxy.always = None
    assert store.verify_member(sha256) and store.read_manifest(sha256) is None
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("part", [1, 2, 3])
def test_an_upload_cut_at_a_part_sends_that_part_again(
    store: Store, proxy: FaultyProxy, big: Path, tmp_path: Path, part: int
) -> None:
    proxy.fail_next("PUT", *(["pass"] * (part - 1)), "cut off")
    sha256 = store.put_member(big)
    assert proxy.requests["PUT"] == 3 + 1
    store.fetch_member(sha256, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == big.read_bytes()


def test_an_upload_cut_for_good_goes_on_at_its_part(
    place: S3Place, store: Store, proxy: FaultyProxy, big: Path, tmp_path: Path
) -> None:
    proxy.fail_next("PUT", "pass", *(["cut off"] * MAX_ATTEMPTS))
    with pytest.raises(StorageError, match="did not answer"):
        store.put_member(big)
    assert place.num_unfinished() == 1
    proxy.requests.clear()
    sha256 = store.put_member(big)
    assert proxy.requests["PUT"] == 2  # the first part had arrived
    store.fetch_member(sha256, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == big.read_bytes()
    assert place.num_unfinished() == 0


@pytest.mark.parametrize("part", [1, 2, 3])
def test_a_download_cut_at_a_part_still_gives_the_bytes(
    store: Store, proxy: FaultyProxy, big: Path, tmp_path: Path, part: int
) -> None:
    sha256 = store.put_member(big)
    proxy.requests.clear()
    proxy.fail_next("GET", *(["pass"] * (part - 1)), "cut")
    store.fetch_member(sha256, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == big.read_bytes()
    proxy.fail_next("GET", *(["pass"] * (part - 1)), "cut")
    assert store.verify_member(sha256)
    assert proxy.requests["GET"] == 2 * (3 + 1)


def test_bytes_altered_on_their_way_back_are_never_taken(
    store: Store, proxy: FaultyProxy, member: Path, tmp_path: Path
) -> None:
    sha256 = store.put_member(member)
    proxy.always = "altered"
    with pytest.raises(IntegrityError, match=sha256[:12]) as caught:
        store.fetch_member(sha256, tmp_path / "out")
    assert caught.value.remedy == "pegbar resume"
    assert not (tmp_path / "out").exists()
    assert not store.verify_member(sha256)
    proxy.always = None
    assert store.verify_member(sha256)


def test_a_server_that_checks_refuses_what_was_altered_on_its_way(swift: S3Place, member: Path) -> None:
    with faulty_proxy(str(swift.config.endpoint_url)) as proxy:
        store = behind(proxy, swift).build()
        proxy.fail_next("PUT", "altered sent")
        with pytest.raises(IntegrityError, match="altered on its way") as caught:
            store.put_member(member)
        assert "pegbar resume" in caught.value.remedy
        assert not store.has_member(caught.value.subject)
        assert store.verify_member(store.put_member(member))


def test_what_a_server_that_does_not_check_took_is_found_and_healed(
    store: Store, proxy: FaultyProxy, member: Path
) -> None:
    proxy.fail_next("PUT", "altered sent")
    sha256 = store.put_member(member)
    assert not store.verify_member(sha256)
    store.put_member(member)
    assert store.verify_member(sha256)


@pytest.mark.parametrize(("fault", "remedy"), [("ExpiredToken", "AWS_SESSION_TOKEN"), ("AccessDenied", "s3:GetObject")])
def test_credentials_that_end_or_may_not_are_told_apart(
    store: Store, proxy: FaultyProxy, member: Path, fault: Fault, remedy: str
) -> None:
    sha256 = store.put_member(member)
    proxy.always = fault
    for call in (lambda: store.put_member(member), lambda: store.stamp_member(sha256), store.list_manifests):
        with pytest.raises(StorageError, match=fault) as caught:
            list(call() or ())
        assert remedy in caught.value.remedy
        assert "pegbar resume" in caught.value.remedy


def test_a_wrong_signature_is_refused_without_the_secret_in_the_words(
    swift: S3Place, monkeypatch: pytest.MonkeyPatch, member: Path
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-the-secret")
    with pytest.raises(StorageError, match="SignatureDoesNotMatch") as caught:
        swift.build().put_member(member)
    assert "AWS_SECRET_ACCESS_KEY" in caught.value.remedy
    assert "not-the-secret" not in str(caught.value)


def test_somebody_without_rights_is_told_which(swift: S3Place, monkeypatch: pytest.MonkeyPatch, member: Path) -> None:
    sha256 = swift.build().put_member(member)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "studio:guest")
    store = swift.build()
    for call in (lambda: store.verify_member(sha256), lambda: store.put_manifest(sha256, b"{}")):
        with pytest.raises(StorageError, match="AccessDenied") as caught:
            call()
        assert "PutObject" in caught.value.remedy


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_off_is_named_as_that(
    swift: S3Place, monkeypatch: pytest.MonkeyPatch, member: Path, hours: int
) -> None:
    store = swift.build()

    def skewed(*_: object, **__: object) -> datetime:
        return datetime.now(UTC) + timedelta(hours=hours)

    monkeypatch.setattr("botocore.auth.get_current_datetime", skewed)
    with pytest.raises(StorageError, match="RequestTimeTooSkewed") as caught:
        store.put_member(member)
    assert "clock" in caught.value.remedy


def test_an_object_altered_behind_our_back_has_another_stamp(place: S3Place, store: Store, member: Path) -> None:
    sha256 = store.put_member(member)
    stamp = store.stamp_member(sha256)
    content = bytearray(member.read_bytes())
    content[0] ^= 1
    place.overwrite(sha256, bytes(content))
    assert store.stamp_member(sha256) not in (None, stamp)
