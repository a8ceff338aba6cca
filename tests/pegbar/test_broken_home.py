"""A home on a really full or really read-only file system: our words, the exit code, and nothing lost."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PEGBAR = Path(sys.executable).with_name("pegbar")
FILL_UP = """
import shutil, sys
from pathlib import Path
from pegbar.artifacts import Artifacts
from pegbar.config import Config
from pegbar.errors import DiskFullError
from pegbar.journal import Journal
from pegbar.steps import Step
from pegbar.store import LocalStoreConfig

home = Path(sys.argv[1])
step = Step(name="fill", version=1)
journal = Journal.open(f"sqlite:///{home / 'journal.db'}")
store = LocalStoreConfig(root=home / "store").build()
artifacts = Artifacts(store, journal, home / "scratch", workspace="w", owner="me", run_id="r")

def make(size):
    def write(folder):
        (folder / "a.bin").write_bytes(b"x" * size)
        return {}
    return write

first, _ = artifacts.run(step, {"size": "small"}, Config(), make(200_000))
try:
    artifacts.run(step, {"size": "huge"}, Config(), make(3_000_000))
except DiskFullError as error:
    print(error)
shutil.rmtree(home / "scratch")
assert artifacts.load(first.key).digest == first.digest
journal.verify()
print("verified")
"""


def on_tmpfs(folder: Path, options: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a mount namespace of its own where `folder` is a small file system."""
    script = 'mount -t tmpfs -o "$1" tmpfs "$2" && shift 2 && exec "$@"'
    return subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", options, str(folder), *command],
        env=os.environ | {"PEGBAR_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def mount_point(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mounted")
    if shutil.which("unshare") is None or on_tmpfs(folder, "size=1m", "true").returncode != 0:
        pytest.skip("mounting a small file system is not allowed here")
    return folder


def test_a_full_home_says_so_and_what_was_there_still_verifies(mount_point: Path) -> None:
    done = on_tmpfs(mount_point, "size=2m", sys.executable, "-c", FILL_UP, str(mount_point))
    assert done.returncode == 0, done.stderr
    assert "no space left" in done.stdout
    assert done.stdout.splitlines()[-1] == "verified"


@pytest.mark.parametrize("command", [["up"], ["demo"], ["resume"], ["history", "toon-nano"]])
def test_a_read_only_home_is_named_with_another_to_try(mount_point: Path, command: list[str]) -> None:
    done = on_tmpfs(mount_point, "ro", str(PEGBAR), *command)
    assert done.returncode == 5
    assert str(mount_point / "home") in done.stderr
    assert "next: " in done.stderr
    assert "PEGBAR_HOME=" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_full_home_stops_the_services_with_that_reason(mount_point: Path) -> None:
    done = on_tmpfs(mount_point, "size=1500k", "sh", "-c", f"{PEGBAR} up; code=$?; {PEGBAR} down; exit $code")
    assert done.returncode == 5, done.stderr
    assert "no space left" in done.stderr
    assert "Traceback" not in done.stderr


FULL_TO_THE_BRIM = """
import os, sys, time
from pathlib import Path
from pegbar.files import write_bytes
from pegbar.journal import Journal

home = Path(sys.argv[1]) / "home"
Journal.open(f"sqlite:///{home / 'journal.db'}").close()
write_bytes(home / "scratch" / "films" / "f" / "film.mp4", b"x" * 300_000)
for path in (home / "scratch" / "films" / "f" / "film.mp4", home / "scratch" / "films" / "f"):
    os.utime(path, (time.time() - 7200,) * 2)
with open(home / "ballast", "wb", buffering=0) as ballast:
    try:
        while ballast.write(b"x" * 4096):
            pass
    except OSError as error:
        assert error.errno == 28
sys.argv = ["gc", "--json"]
import typer
from pegbar.cli import gc
app = typer.Typer()
gc.register(app)
app()
"""


def test_garbage_is_collected_on_a_disk_where_not_even_the_journal_can_be_read(mount_point: Path) -> None:
    done = on_tmpfs(mount_point, "size=2m", sys.executable, "-c", FULL_TO_THE_BRIM, str(mount_point))
    assert done.returncode == 0, done.stderr
    assert '"is_dry_run": false' in done.stdout
