"""Films of a bucket: in parts, gone on with after every end, of the very object that was listed, or a clear reason."""

import base64
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from servers.faulty_proxy import FaultyProxy, faulty_proxy
from servers.s3 import S3Server
from taken_films import FILM_BYTES, PART_BYTES, QUICK, FilmBucket, film_bucket, film_bytes, reasons, take

from pegbar.errors import SourceError
from pegbar.parted_file import PartedFile

FILM = film_bytes()
SHA256 = hashlib.sha256(FILM).hexdigest()
WRONG = "0" * 64


@pytest.fixture
def bucket(moto_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> FilmBucket:
    return film_bucket(moto_server, monkeypatch)


@pytest.fixture
def proxy(moto_server: S3Server) -> Iterator[FaultyProxy]:
    with faulty_proxy(moto_server.endpoint_url) as running:
        yield running


@pytest.fixture
def distant(moto_server: S3Server, proxy: FaultyProxy, monkeypatch: pytest.MonkeyPatch) -> FilmBucket:
    """A bucket behind the proxy."""
    return film_bucket(moto_server, monkeypatch, proxy.endpoint_url)


@pytest.mark.parametrize("kind", ["moto_server", "swift_server"])
def test_a_bucket_gives_its_films_in_parts_and_once(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = cast(S3Server, request.getfixturevalue(kind))
    with faulty_proxy(server.endpoint_url) as proxy:
        bucket = film_bucket(server, monkeypatch)
        # the proxy changes the host that requests are signed for, which one of the two checks
        if not server.checks_credentials:
            monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.endpoint_url)
        bucket.put("in/one.mp4", FILM)
        bucket.put("in/one.script.json", b"{}")
        bucket.put("in/two.mp4", film_bytes(1, 10), Metadata={"sha256": hashlib.sha256(film_bytes(1, 10)).hexdigest()})
        bucket.put("elsewhere/three.mp4", FILM)
        one, two = take(tmp_path, f"{bucket.url}/in/")
        assert (one.source, one.outcome, one.sha256) == (f"{bucket.url}/in/one.mp4", "kept", SHA256)
        assert (one.size_bytes, one.script_sha256 is not None, two.outcome) == (FILM_BYTES, True, "kept")
        before = proxy.num_requests
        assert take(tmp_path, f"{bucket.url}/in/") == (one, two)
        assert proxy.num_requests - before <= 1  # the listing
        assert not list((tmp_path / "scratch" / "ingest").rglob("content"))


def test_a_changed_object_is_fetched_and_an_exact_key_is_one_film(tmp_path: Path, bucket: FilmBucket) -> None:
    bucket.put("one.dat", FILM)
    bucket.put("one.dat.mp4", film_bytes(1))
    bucket.put("one.licence", b"CC0-1.0\nThe Studio")
    (one,) = take(tmp_path, f"{bucket.url}/one.dat")
    assert (one.sha256, one.licence, one.owner) == (SHA256, "CC0-1.0", "The Studio")
    bucket.put("one.dat", FILM[::-1])
    (other,) = take(tmp_path, f"{bucket.url}/one.dat")
    assert other.sha256 == hashlib.sha256(FILM[::-1]).hexdigest()


def test_hostile_keys_empty_and_unreadable_films_are_decisions_and_their_neighbours_are_kept(
    tmp_path: Path, bucket: FilmBucket
) -> None:
    bucket.put("in/../../escape.mp4", FILM)
    bucket.put("in/a\u202efdp.mp4", FILM)
    bucket.put("in/empty.mp4", b"")
    bucket.put("in/cold.mp4", film_bytes(2), StorageClass="GLACIER")
    bucket.put("in/huge.mp4", film_bytes(3, 2 * FILM_BYTES))
    bucket.put("in/good.mp4", FILM)
    config = QUICK.but(bucket=QUICK.bucket.but(max_object_bytes=FILM_BYTES))
    found = {
        source.rpartition("/")[2]: told for source, told in reasons(take(tmp_path, bucket.url, config=config)).items()
    }
    assert found.pop("good.mp4") == ("kept", "")
    assert {outcome for outcome, _ in found.values()} == {"failed_permanent"}
    assert "points at a folder" in found["escape.mp4"][1]
    assert "disguises" in found["a\\u202efdp.mp4"][1]
    assert "zero bytes" in found["empty.mp4"][1]
    assert "archive" in found["cold.mp4"][1]
    assert f"{FILM_BYTES} are allowed" in found["huge.mp4"][1]
    assert not list(tmp_path.rglob("escape.mp4"))


def b64(digest: str) -> str:
    return base64.b64encode(bytes.fromhex(digest)).decode()


@pytest.mark.parametrize(
    ("options", "beside", "who"),
    [
        ({"Metadata": {"sha256": WRONG}}, None, "its metadata"),
        ({"Metadata": {"sha256": "rubbish"}}, None, "its metadata"),
        ({}, f"{WRONG}  one.mp4\n".encode(), "one.sha256"),
        ({}, b"\xff not a digest", "one.sha256"),
    ],
)
def test_bytes_that_are_not_what_somebody_states_are_refused_and_removed(
    tmp_path: Path, bucket: FilmBucket, options: dict[str, object], beside: bytes | None, who: str
) -> None:
    bucket.put("one.mp4", FILM, **options)
    if beside is not None:
        bucket.put("one.sha256", beside)
    (one,) = take(tmp_path, bucket.url)
    assert (one.outcome, one.sha256) == ("failed_permanent", None)
    assert who in one.reason
    assert not list((tmp_path / "scratch" / "ingest").rglob("content"))
    assert not list((tmp_path / "store").rglob(SHA256))


def test_bytes_that_are_what_everybody_states_are_taken(tmp_path: Path, bucket: FilmBucket) -> None:
    bucket.put("one.mp4", FILM, Metadata={"sha256": SHA256.upper()}, ChecksumSHA256=b64(SHA256))
    bucket.put("one.mp4.sha256", f"{SHA256} *one.mp4\n".encode())
    (one,) = take(tmp_path, bucket.url)
    assert one.outcome == "kept"


def test_storms_and_cuts_are_outlasted(tmp_path: Path, distant: FilmBucket, proxy: FaultyProxy) -> None:
    distant.put("one.mp4", FILM)
    proxy.fail_next("GET", "pass", "503", "pass", "cut", "pass", "SlowDown", "cut", "pass")
    (one,) = take(tmp_path, distant.url, config=QUICK.but(bucket=QUICK.bucket.but(max_attempts=3)))
    assert (one.outcome, one.sha256) == ("kept", SHA256)


def test_a_storm_that_does_not_end_stops_the_run_and_the_next_goes_on(
    tmp_path: Path, distant: FilmBucket, proxy: FaultyProxy
) -> None:
    distant.put("one.mp4", FILM)
    proxy.always, proxy.calm_for = "503", 5  # the listing, the head, three parts
    with pytest.raises(SourceError, match="did not answer") as caught:
        take(tmp_path, distant.url, config=QUICK.but(bucket=QUICK.bucket.but(num_threads=1)))
    assert "pegbar resume" in caught.value.remedy
    proxy.always = None
    before = proxy.requests["GET"]
    (one,) = take(tmp_path, distant.url, config=QUICK.but(bucket=QUICK.bucket.but(num_threads=1)))
    assert one.sha256 == SHA256
    assert proxy.requests["GET"] - before == 1 + 3  # the listing, and the parts that were missing


@pytest.mark.parametrize(
    ("fault", "remedy"), [("ExpiredToken", "renew them"), ("AccessDenied", "allow them s3:ListBucket and s3:GetObject")]
)
@pytest.mark.parametrize("calm_for", [0, 3])
def test_refused_credentials_stop_the_run_and_are_nobodys_films_fault(
    tmp_path: Path, distant: FilmBucket, proxy: FaultyProxy, fault: str, remedy: str, calm_for: int
) -> None:
    distant.put("one.mp4", FILM)
    proxy.always, proxy.calm_for = fault, calm_for  # type: ignore[assignment]
    with pytest.raises(SourceError, match=fault) as caught:
        take(tmp_path, distant.url)
    assert remedy in caught.value.remedy


def test_a_clock_that_is_wrong_says_to_set_it(
    tmp_path: Path, swift_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = film_bucket(swift_server, monkeypatch)
    bucket.put("one.mp4", FILM)
    monkeypatch.setattr(
        "botocore.auth.get_current_datetime",
        lambda *_, **__: datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=1),
    )
    with pytest.raises(SourceError, match="RequestTimeTooSkewed") as caught:
        take(tmp_path, bucket.url)
    assert "set this machine's clock" in caught.value.remedy


@pytest.mark.parametrize("kind", ["moto_server", "swift_server"])
def test_an_object_that_changes_while_it_is_read_is_tried_another_time(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = film_bucket(cast(S3Server, request.getfixturevalue(kind)), monkeypatch)
    bucket.put("one.mp4", FILM)
    bucket.put("two.mp4", film_bytes(1))

    write = PartedFile.write

    def change(self: PartedFile, offset: int, content: bytes) -> None:
        write(self, offset, content)
        if content.startswith(FILM[:100]):
            bucket.put("one.mp4", FILM[::-1])

    with monkeypatch.context() as patch:
        patch.setattr(PartedFile, "write", change)
        one, two = take(tmp_path, bucket.url)
    assert (one.outcome, two.outcome) == ("failed_retryable", "kept")
    assert "changed while it was read" in one.reason
    assert take(tmp_path, bucket.url)[0].sha256 == hashlib.sha256(FILM[::-1]).hexdigest()


def test_a_bucket_that_is_not_there_is_a_source_error(tmp_path: Path, bucket: FilmBucket) -> None:
    with pytest.raises(SourceError, match="no bucket"):
        take(tmp_path, f"{bucket.url}-not-there/films")


FETCH = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from pegbar.digests import digest_file
from tasks.curation.sources.bucket import Bucket, bucket_candidates
from tasks.curation.sources.candidates import BucketConfig, SourceConfig
config = BucketConfig(part_bytes={part_bytes}, num_threads=2)
(one,) = bucket_candidates(Bucket.open({name!r}, config, Path({scratch!r})), "", SourceConfig())
with one.fetch(lambda stamp: None) as fetched:
    print(digest_file(fetched.path))
"""


def test_a_kill_at_part_k_costs_no_more_than_the_parts_on_their_way(
    tmp_path: Path, distant: FilmBucket, proxy: FaultyProxy
) -> None:
    """SIGKILL, for real and twice, of a process that is fetching; the third finishes what they began."""
    film = film_bytes(0, 40 * PART_BYTES)
    distant.put("one.mp4", film)
    root = str(Path(__file__).parents[4])
    script = FETCH.format(root=root, part_bytes=PART_BYTES, name=distant.name, scratch=str(tmp_path))
    for kill_at in ("download:part", ""):
        environment = {**os.environ, "PEGBAR_KILL_AT": kill_at}
        process = subprocess.Popen([sys.executable, "-c", script], env=environment)
        while process.poll() is None and proxy.requests["GET"] < 20:
            time.sleep(0.001)
        process.kill()
        assert process.wait(60) == -signal.SIGKILL
    (notes,) = tmp_path.rglob("parts.jsonl")
    num_parts = notes.read_bytes().count(b"\n")
    assert 1 <= num_parts < 40
    before = proxy.requests["GET"]
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == hashlib.sha256(film).hexdigest()
    assert proxy.requests["GET"] - before == 1 + 40 - num_parts  # the listing, and the parts that were missing
