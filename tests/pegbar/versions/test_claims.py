"""Claims on a folder: one holder, named; freed by its death; never inherited."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pegbar.errors import ConflictError
from pegbar.versions.claims import claimed

HOLD = """
import multiprocessing, os, sys, time
from pathlib import Path
from pegbar.versions.claims import claimed
def work():
    print(os.getpid(), flush=True)
    time.sleep(60)
with claimed(Path(sys.argv[1]), "run r1"):
    worker = multiprocessing.get_context("fork").Process(target=work)
    worker.start()
    worker.join()
"""


def test_a_second_holder_hears_who_has_it_and_death_frees_it_though_a_worker_lives_on(tmp_path: Path) -> None:
    path = tmp_path / "claim"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        worker = int(process.stdout.readline())
        with pytest.raises(ConflictError, match=rf"{tmp_path} is in use by run r1 \(process {process.pid} on "):
            claimed(path, "run r2").__enter__()
        process.kill()
    with claimed(path, "run r2"):
        os.kill(worker, signal.SIGKILL)


def test_a_claim_ends_with_its_block_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "claim"
    with (
        claimed(path, "run r1"),
        pytest.raises(ConflictError, match=rf"run r1 \(process {os.getpid()}"),
        claimed(path, "run r2"),
    ):
        pass
    with claimed(path, "run r3"):
        pass


def test_a_claim_file_nobody_could_read_still_holds(tmp_path: Path) -> None:
    path = tmp_path / "claim"
    with claimed(path, "run r1"):
        path.write_bytes(b"\xff\x00")
        with pytest.raises(ConflictError, match="did not say its name"):
            claimed(path, "run r2").__enter__()
