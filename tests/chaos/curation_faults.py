"""What a curation outlives or ends at with a reason: a dead worker or server, a storm, a full disk, another curation.

Run by ``make chaos``, or ``pytest tests/chaos/curation_faults.py``: real processes, minutes; not among the quick tests.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from chaos.curation_home import CurationHome, write_films
from chaos.curation_kills import Kill, Undisturbed, look_at, under_way, undisturbed_of
from servers.faulty_proxy import faulty_proxy
from servers.s3 import S3Server
from servers.stores import s3_place

from pegbar.services.state import live_process, read_state

PATIENCE_SECONDS = 300.0
pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_films(tmp_path_factory.mktemp("films") / "films")


@pytest.fixture(scope="module")
def shared_home(films: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CurationHome]:
    home = CurationHome(tmp_path_factory.mktemp("shared"), films).prepare()
    yield home
    home.stop()


@pytest.fixture(scope="module")
def undisturbed(shared_home: CurationHome) -> Undisturbed:
    return undisturbed_of(shared_home)


@pytest.fixture
def home(shared_home: CurationHome, undisturbed: Undisturbed) -> CurationHome:
    """Give a home of which only the servers remain from the test before."""
    shared_home.forget()
    return shared_home


def wait_until(happened: Callable[[], object], process: "subprocess.Popen[bytes]", home: CurationHome) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert process.poll() is None, home.said()
        assert time.monotonic() < deadline
        time.sleep(0.05)


def num_done(home: CurationHome) -> int:
    """Count the steps that are finished."""
    if not (home.home / "journal.db").is_file():
        return 0
    with home.journal() as journal:
        return len(journal.steps())


def workers_of(process: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    children = psutil.Process(process.pid).children(recursive=True)
    return [child for child in children if "spawn_main" in " ".join(child.cmdline())]


@pytest.mark.parametrize("num_steps", [1, 14])
def test_a_killed_worker_costs_a_try_and_nothing_else(
    home: CurationHome, undisturbed: Undisturbed, num_steps: int
) -> None:
    process = home.begin()
    wait_until(lambda: num_done(home) >= num_steps and workers_of(process), process, home)
    for worker in workers_of(process):
        worker.kill()
    hit = Kill(run=1, seconds=0.0, share=0.0, at="worker", begun=under_way(home))
    assert process.wait() == 0, home.said()
    look_at(home, undisturbed, [hit])


def test_without_its_prefect_server_it_ends_or_says_so_and_goes_on(
    home: CurationHome, undisturbed: Undisturbed
) -> None:
    process = home.begin()
    wait_until(lambda: num_done(home) >= 6, process, home)
    server = live_process(read_state("prefect", home.home), home.home)
    assert server is not None
    server.kill()
    if process.wait() != 0:
        said = home.said()
        assert "next: " in said and "Traceback" not in said, said
        done = home.pegbar("resume")
        assert done.returncode == 0, done.stderr
    look_at(home, undisturbed, [])


def test_a_storm_of_the_store_ends_it_with_a_reason_and_resume_ends_it_with_the_same_bytes(
    films: Path, undisturbed: Undisturbed, moto_server: S3Server, tmp_path: Path
) -> None:
    place = s3_place(moto_server, "moto")
    with faulty_proxy(str(place.config.endpoint_url)) as proxy:
        where = f'bucket = "{place.config.bucket}"\nendpoint_url = "{proxy.endpoint_url}"'
        store = f'[store]\nkind = "s3"\n{where}\nmax_attempts = 2\n'
        home = CurationHome(tmp_path, films).prepare(more=store)
        try:
            process = home.begin()
            wait_until(lambda: num_done(home) >= 6, process, home)
            proxy.always = "SlowDown"
            assert process.wait() == 5, home.said()
            assert (
                "did not answer" in home.said() and "next: when the object store is back: pegbar resume" in home.said()
            )
            stormy = home.pegbar("resume")
            assert stormy.returncode == 5 and "pegbar resume" in stormy.stderr, stormy.stderr
            proxy.always = None
            calm = home.pegbar("resume")
            assert calm.returncode == 0, calm.stderr
            assert home.files() == undisturbed.files
        finally:
            home.stop()


@pytest.mark.parametrize("is_same_home", [True, False])
def test_of_two_curations_of_one_workspace_one_goes_on_and_the_other_says_who_is_at_it(
    home: CurationHome, undisturbed: Undisturbed, films: Path, tmp_path: Path, is_same_home: bool
) -> None:
    process = home.begin()
    wait_until(lambda: num_done(home) >= 1, process, home)
    other = home if is_same_home else CurationHome(tmp_path, films).prepare()
    try:
        done = other.pegbar("curate", str(films), "--workspace", str(home.workspace.root))
        assert done.returncode == 5, done.stderr
        assert f"process {process.pid}" in done.stderr and "next: wait" in done.stderr
        assert process.wait() == 0, home.said()
        look_at(home, undisturbed, [])
    finally:
        if not is_same_home:
            other.stop()


@pytest.mark.parametrize("num_steps", [1, 8, 20])
def test_a_disk_that_is_full_says_so_and_what_was_there_stays(
    films: Path, undisturbed: Undisturbed, tmp_path: Path, num_steps: int
) -> None:
    root = tmp_path / "mounted"
    root.mkdir()
    script = 'mount -t tmpfs -o size=200m tmpfs "$1" && shift && exec "$@"'
    inside = [sys.executable, __file__, str(root), str(films), str(num_steps)]
    if shutil.which("unshare") is None or subprocess.run(["unshare", "--mount", "true"], check=False).returncode != 0:
        pytest.skip("mounting a small file system is not allowed here")
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", str(root), *inside],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == undisturbed.files["card.json"]


def _on_a_disk_that_fills_up(root: Path, films: Path, num_steps: int) -> None:
    """Within the small file system: fill it once so many steps are done, see the run end, make room, and go on."""
    home = CurationHome(root.parent, films, disk=root).prepare(
        more="[space]\nmin_free_bytes = 0\n"
    )  # nobody sees it coming
    filler = root / "filler"
    try:
        process = home.begin()
        wait_until(lambda: num_done(home) >= num_steps, process, home)
        filler.write_bytes(b"x" * max(0, shutil.disk_usage(root).free - 4096))
        assert process.wait() == 5, f"{process.returncode}: {home.said()}"
        assert "no space left" in home.said() and "next: free some disk space" in home.said(), home.said()
        filler.unlink()
        done = home.pegbar("resume")
        assert done.returncode == 0, done.stderr
        home.workspace.dataset().verify()
        sys.stdout.write(home.files()["card.json"])
    finally:
        filler.unlink(missing_ok=True)
        home.stop()


if __name__ == "__main__":
    _on_a_disk_that_fills_up(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
