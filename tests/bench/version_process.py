"""One process that does what a nightly run does once its films are through: pack, assemble, verify, judge, version.

Prints as JSON what each part read, wrote and took; DVC's and git's processes are counted with the part that ran them.
"""

import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from small_films import OPEN, context_of
from written_groups import WrittenFilm, by_group, write_group

from pegbar.workspace import Workspace
from tasks.curation.assemble import assemble
from tasks.curation.gate import judge, make_version

Parts = dict[str, dict[str, float]]


def main(home: Path, workspace: Workspace, films: list[WrittenFilm]) -> Parts:
    """Make a version of these films."""
    parts: Parts = {}
    with context_of(home).open() as artifacts:
        with measured(parts, "pack"):
            groups = [write_group(artifacts, group, some) for group, some in by_group(films)]
        with measured(parts, "assemble and verify"):
            assemble(artifacts, workspace, groups, OPEN)
            workspace.dataset().verify()
    with measured(parts, "gate"):
        report = judge(workspace, OPEN.gate)
    with measured(parts, "dvc add, push and commit"):
        make_version(workspace, report, "Curated")
    return parts


@contextmanager
def measured(parts: Parts, name: str) -> Iterator[None]:
    """Note what the block and the processes it waited for read, and took."""
    before, started = _used(), time.perf_counter()
    yield
    after = _used()
    parts[name] = {key: round(after[key] - before[key], 2) for key in before} | {
        "wall_seconds": round(time.perf_counter() - started, 2)
    }


def _used() -> dict[str, float]:
    lines = Path("/proc/self/io").read_text().splitlines()
    io = {key: int(value) for key, _, value in (line.partition(": ") for line in lines)}
    cpu = sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )
    return {"read_bytes": io["rchar"], "written_bytes": io["wchar"], "cpu_seconds": cpu}


if __name__ == "__main__":
    home, root, films = sys.argv[1:]
    wanted = [WrittenFilm(**film) for film in json.loads(Path(films).read_text())]
    sys.stdout.write(json.dumps(main(Path(home), Workspace.open(Path(root)), wanted)) + "\n")
