"""A film curated on an object store that storms again and again: nothing lost, nothing done twice, the same bytes."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.faulty_proxy import Fault, FaultyProxy
from servers.stores import S3Place
from small_films import artifacts_of, curated, write_small_film

from pegbar.artifacts import Artifacts
from pegbar.errors import StorageError
from pegbar.settings import Settings
from tasks.context import RunContext
from tasks.curation.pack import pack_group

STORMS: tuple[tuple[int, Fault], ...] = (
    (3, "503"),
    (30, "SlowDown"),
    (45, "cut off"),
    (70, "ExpiredToken"),
    (60, "cut"),
)
"""After how many more requests each begins."""


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry at once: how long the client waits in between is its own business."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.0)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_film(tmp_path_factory.mktemp("films"), "one", (("Ruby",), ("Ruby",)))


@pytest.fixture
def artifacts(place: S3Place, proxy: FaultyProxy, tmp_path: Path) -> Iterator[Artifacts]:
    store = place.config.but(endpoint_url=proxy.endpoint_url, max_attempts=2)
    context = RunContext(
        settings=Settings(home=tmp_path / "home", store=store), workspace=tmp_path / "ws", run_id="run"
    )
    with context.open() as artifacts:
        yield artifacts


def packed(artifacts: Artifacts, film: Path) -> dict[str, str]:
    """Curate and pack the film; return the packed files and their digests."""
    group = pack_group(artifacts, "ab", [curated(artifacts, film)])
    return {output.path: output.sha256 for output in artifacts.load(group.key).outputs}


def test_after_every_storm_it_goes_on_and_ends_with_the_bytes_of_a_calm_run_elsewhere(
    artifacts: Artifacts, proxy: FaultyProxy, film: Path, tmp_path: Path
) -> None:
    for calm_for, fault in STORMS:
        proxy.always, proxy.calm_for = fault, calm_for
        with pytest.raises(StorageError) as caught:
            packed(artifacts, film)
        assert "pegbar resume" in caught.value.remedy
    proxy.always = None
    found = packed(artifacts, film)
    with artifacts_of(tmp_path / "calm") as local:
        assert found == packed(local, film)
    own = {row.key: row.step for row in artifacts.journal.steps()}
    made = Counter(
        attempt.key
        for attempt in artifacts.journal.attempts()
        if attempt.outcome == "completed" and attempt.step == own[attempt.key]
    )
    assert set(made) == set(own) and set(made.values()) == {1}


def test_a_run_that_changes_nothing_asks_for_each_member_twice_at_most_and_reads_none_again(
    artifacts: Artifacts, proxy: FaultyProxy, film: Path
) -> None:
    packed(artifacts, film)
    packed(artifacts, film)  # what the first one had to fetch is here now
    manifests = [artifacts.load(key) for key in artifacts.store.list_manifests()]
    num_members = sum(len(manifest.outputs) for manifest in manifests)
    proxy.requests.clear()
    packed(artifacts, film)
    assert proxy.requests["PUT"] == 0
    assert proxy.requests["HEAD"] <= 2 * num_members
    assert proxy.requests["GET"] <= 2 * len(manifests)


def test_a_member_altered_in_place_is_noticed_and_made_again(artifacts: Artifacts, place: S3Place, film: Path) -> None:
    before = packed(artifacts, film)
    for sha256 in before.values():
        place.overwrite(sha256, b"other bytes")
    assert packed(artifacts, film) == before
    assert all(artifacts.store.verify_member(sha256) for sha256 in before.values())
