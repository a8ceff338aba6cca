"""moto as a server process: quick, forgiving, in memory."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from servers.processes import answers, free_port, running
from servers.s3 import S3Server


@contextmanager
def moto(folder: Path) -> Iterator[S3Server]:
    """Run moto until the block ends."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with running(command, lambda: answers(port), folder / "moto.log"):
        yield S3Server(f"http://127.0.0.1:{port}", "testing", "testing", checks_credentials=False)
