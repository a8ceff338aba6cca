"""Files are whole or absent; a full or read-only disk is said in our words."""

import subprocess
import sys
from pathlib import Path

import pytest

from pegbar.errors import DiskFullError
from pegbar.files import write_bytes, written_aside

DIE_IN_THE_MIDDLE = """
import os, signal, sys
from pathlib import Path
from pegbar.files import written_aside
with written_aside(Path(sys.argv[1])) as aside:
    aside.write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
"""

FILL_UP = """
import resource, signal, sys
from pathlib import Path
from pegbar.files import write_bytes
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
write_bytes(Path(sys.argv[1]), b"x" * 5000)
"""


def test_a_killed_writer_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_bytes(path, b"old")
    killed = subprocess.run([sys.executable, "-c", DIE_IN_THE_MIDDLE, str(path)], check=False)
    assert killed.returncode == -9
    assert path.read_bytes() == b"old"


def test_a_failing_writer_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), written_aside(tmp_path / "a") as aside:
        aside.write_bytes(b"half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_no_space_is_a_disk_full_error_and_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_bytes(path, b"old")
    full = subprocess.run([sys.executable, "-c", FILL_UP, str(path)], capture_output=True, text=True, check=False)
    assert DiskFullError.__name__ in full.stderr
    assert "pegbar resume" in full.stderr
    assert path.read_bytes() == b"old"
    assert [left.name for left in tmp_path.iterdir()] == ["a.json"]
