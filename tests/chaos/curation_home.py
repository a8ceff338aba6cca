"""A home and a workspace in which one curation is begun, killed, begun again, and looked at afterwards."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from small_films import OPEN, write_small_film

from pegbar.digests import digest_file
from pegbar.journal import Attempt, Journal
from pegbar.services import stop_services
from pegbar.settings import Settings, load_settings
from pegbar.workspace import Workspace

ROOT = Path(__file__).parent.parent.parent
PROCESS = Path(__file__).with_name("curation_process.py")
CONFIG = OPEN.but(max_films_per_shard=2)
FRAME = re.compile(rf'File "{re.escape(str(ROOT))}/(\w+)/\S+", line \d+ in (\w+)')
BACKGROUND = ("beat", "_keep")  # what goes on in threads of its own all the while
TELL_SECONDS = 0.05


def write_films(folder: Path) -> Path:
    """Write three films of two to four seconds, one that is cut off, and one that is another's copy."""
    write_small_film(folder, "one", (("Ruby",), ("Ruby",)))
    write_small_film(folder, "two", (("Bluebell",), ("Ruby",)), seed=1)
    return write_few_films(folder)


def write_few_films(folder: Path) -> Path:
    """Write one film of two seconds, one that is cut off, and one that is the first's copy."""
    untold = write_small_film(folder, "untold", (("Ruby",),), seed=2, with_script=False)
    content = untold.read_bytes()
    (folder / "broken.mp4").write_bytes(content[: len(content) // 2])
    (folder / "copy.mp4").write_bytes(content)
    return folder


@dataclass(frozen=True)
class CurationHome:
    """One home with its own workspace; every `begin` is the same command again.

    Args:
        disk: where home and workspace lie, if apart from what the processes say (they speak on when it is full).
    """

    root: Path
    films: Path
    disk: Path | None = None

    @property
    def home(self) -> Path:
        return (self.disk or self.root) / "home"

    @property
    def workspace(self) -> Workspace:
        return Workspace((self.disk or self.root) / "workspace")

    @property
    def settings(self) -> Settings:
        """The settings as the curation reads them."""
        before = os.environ.get("PEGBAR_HOME")
        os.environ["PEGBAR_HOME"] = str(self.home)
        try:
            return load_settings()
        finally:
            os.environ.pop("PEGBAR_HOME")
            if before is not None:
                os.environ["PEGBAR_HOME"] = before

    def prepare(self, num_workers: int = 1, servers: str = "", more: str = "") -> "CurationHome":
        """Write the home's settings.toml (`servers`: its first lines) and the run's configuration."""
        self.home.mkdir(parents=True)
        engine = f'[engine]\nkind = "pool"\nnum_workers = {num_workers}\n'
        (self.home / "settings.toml").write_text(servers + engine + more)
        (self.root / "config.json").write_text(CONFIG.model_dump_json())
        return self

    def forget(self) -> None:
        """Remove all that curations left but the servers."""
        for path in (self.workspace.root, self.home / "store", self.home / "scratch"):
            shutil.rmtree(path, ignore_errors=True)
        for path in self.home.glob("journal.db*"):
            path.unlink()

    def stop(self) -> None:
        """End the home's servers."""
        stop_services(self.settings)

    def environment(self, **more: str) -> dict[str, str]:
        paths = f"{ROOT}{os.pathsep}{ROOT / 'tests'}"
        return os.environ | {"PEGBAR_HOME": str(self.home), "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"} | more

    def begin(self, **more: str) -> subprocess.Popen[bytes]:
        """Start the curation, or go on with it, in a process of its own."""
        places = (self.workspace.root, self.films, self.root / "config.json")
        with (self.root / "out").open("wb") as out, (self.root / "log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, str(PROCESS), *map(str, places)],
                env=self.environment(**more),
                stdout=out,
                stderr=log,
                preexec_fn=lambda: signal.signal(signal.SIGUSR1, signal.SIG_IGN),
            )

    def finish(self, **more: str) -> float:
        """Go on to the end; return the seconds that took."""
        started = time.monotonic()
        process = self.begin(**more)
        assert process.wait() == 0, self.said()
        return time.monotonic() - started

    def said(self) -> str:
        """Return the end of what the last process said."""
        return (self.root / "log").read_text(errors="replace")[-3000:]

    def pegbar(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).with_name("pegbar")), *arguments]
        return subprocess.run(command, env=self.environment(**more), capture_output=True, text=True, check=False)

    @contextmanager
    def journal(self) -> Iterator[Journal]:
        journal = Journal.open(self.settings.effective_journal_url)
        try:
            yield journal
        finally:
            journal.close()

    def attempts(self) -> list[Attempt]:
        """Return every attempt at a step, oldest first."""
        with self.journal() as journal:
            return journal.attempts()

    def files(self) -> dict[str, str]:
        """Return the dataset's files and their digests."""
        return digests_of(self.workspace.data)

    def stored(self) -> dict[str, str]:
        """Return the store's files and their digests."""
        return digests_of(self.home / "store")

    def working(self) -> set[str]:
        """Return the keys of the working folders that are there (`pegbar gc` takes them)."""
        return {folder.name for folder in (self.home / "scratch" / "work").glob("*")}


def digests_of(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): digest_file(path) for path in folder.rglob("*") if path.is_file()}


def kill(process: "subprocess.Popen[bytes]", log: Path) -> str | None:
    """Kill a curation for good with all its workers, and say what it was at; None: it had ended already."""
    try:
        workers = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return None
    process.send_signal(signal.SIGUSR1)
    time.sleep(TELL_SECONDS)
    process.kill()
    if process.wait() != -signal.SIGKILL:
        return None
    _, alive = psutil.wait_procs([worker for worker in workers if _dies_with_us(worker)], timeout=10)
    assert alive == [], f"workers outlive their killed parent: {alive}"
    return place_of(log.read_text(errors="replace"))


def place_of(traceback: str) -> str:
    """Return the task in a traceback of all threads, or else the innermost function of ours."""
    found = FRAME.findall(traceback)
    tasks = [name for package, name in found if package == "tasks"]
    ours = [name for package, name in found if package in ("flows", "pegbar") and name not in BACKGROUND]
    if tasks or ours:
        return tasks[-1] if tasks else ours[0]
    return "exit" if "Thread" in traceback else "start"


def _dies_with_us(process: psutil.Process) -> bool:
    try:
        return "multiprocessing" in " ".join(process.cmdline())
    except psutil.Error:
        return False
