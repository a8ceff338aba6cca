"""What a version with one changed film costs, beside the first version of the same dataset and one without a change.

Run by hand: ``.venv/bin/python tests/bench/versions.py``; writes docs/versions_benchmark.json. The films are not drawn:
their clips are random bytes, their tables and shards the real ones, and git, DVC, gate and store are as ever.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import boto3  # noqa: E402
from servers.moto_server import moto  # noqa: E402
from written_groups import WrittenFilm  # noqa: E402

from pegbar.workspace import Workspace  # noqa: E402

RESULT = ROOT / "docs" / "versions_benchmark.json"
NUM_GROUPS = 256
MAX_SHARE = 0.05
DVC_PART = "dvc add, push and commit"
Sizes = dict[str, int]


def main() -> None:
    """Measure both remotes and write the JSON; a share above the limit ends with an error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=2 * NUM_GROUPS)
    parser.add_argument("--clip-bytes", type=int, default=192 << 10)
    parser.add_argument("--remotes", nargs="+", choices=sorted(REMOTES), default=sorted(REMOTES))
    parser.add_argument("--result", type=Path, default=RESULT)
    given = parser.parse_args()
    films = [
        WrittenFilm(f"{number % NUM_GROUPS:02x}{number:014x}", name=f"{number}.mp4", clip_bytes=given.clip_bytes)
        for number in range(given.films)
    ]
    remotes: dict[str, Any] = {}
    result = {
        "commit": _git("rev-parse", "HEAD"),
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "films": given.films,
        "groups": len({film.group for film in films}),
        "limit": MAX_SHARE,
        "load_before": os.getloadavg()[0],
        "remotes": remotes,
    }
    for name in given.remotes:
        remotes[name] = REMOTES[name](films)
        given.result.write_text(json.dumps(result, indent=2) + "\n")
    shares = {name: remote["shares"] for name, remote in remotes.items()}
    sys.stdout.write(json.dumps(shares, indent=2) + "\n")
    if any(share > MAX_SHARE for some in shares.values() for share in some.values()):
        raise SystemExit(f"one changed film costs more than {MAX_SHARE:.0%}")


def on_a_folder(films: list[WrittenFilm]) -> dict[str, Any]:
    """Measure with a remote in a folder."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.create(Path(folder) / "ws")
        remote = workspace.root / ".dvc-remote"
        return compared(Path(folder), workspace, films, lambda: _sizes(remote))


def on_a_bucket(films: list[WrittenFilm]) -> dict[str, Any]:
    """Measure with a remote in an S3 bucket."""
    with tempfile.TemporaryDirectory() as folder, moto(Path(folder)) as server, _environment(server.environment()):
        client = boto3.client("s3", endpoint_url=server.endpoint_url)
        bucket = f"versions-{uuid.uuid4().hex}"
        client.create_bucket(Bucket=bucket)
        workspace = Workspace.create(Path(folder) / "ws", f"s3://{bucket}/data")
        config = workspace.root / ".dvc" / "config.local"
        config.write_text(f"['remote \"storage\"']\n    endpointurl = {server.endpoint_url}\n")

        def sizes() -> Sizes:
            pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
            return {item["Key"]: item["Size"] for page in pages for item in page.get("Contents", [])}

        return compared(Path(folder), workspace, films, sizes)


def compared(
    folder: Path, workspace: Workspace, films: list[WrittenFilm], sizes: Callable[[], Sizes]
) -> dict[str, Any]:
    """Make the first version, one without a change, and one with one changed film."""
    first = _version(folder, workspace, films, sizes)
    unchanged = _version(folder, workspace, films, sizes)
    changed = _version(folder, workspace, [replace(films[0], take=1), *films[1:]], sizes)
    data, kept = _sizes(workspace.data), _sizes(workspace.root / ".dvc" / "cache")
    inodes = {path.stat().st_ino: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    return {
        "dataset_bytes": sum(data.values()),
        "dataset_files": len(data),
        "cache_bytes": sum(kept.values()),
        "bytes_on_disk_of_all": sum(inodes.values()),
        "first": first,
        "unchanged": unchanged,
        "one_film_changed": changed,
        "shares": {
            "hashed": round(changed["hashed_bytes"] / sum(data.values()), 4),
            "transferred": round(changed["transferred_bytes"] / first["transferred_bytes"], 4),
            # DVC reads tens of megabytes of its own program with every command: what a change adds to that
            "read_by_dvc": round((_read(changed) - _read(unchanged)) / sum(data.values()), 4),
        },
    }


def _version(
    folder: Path, workspace: Workspace, films: list[WrittenFilm], sizes: Callable[[], Sizes]
) -> dict[str, Any]:
    counted = folder / "counted"
    shutil.rmtree(counted, ignore_errors=True)
    counted.mkdir()
    wanted = folder / "films.json"
    wanted.write_text(json.dumps([asdict(film) for film in films]))
    before = sizes()
    paths = [str(ROOT / "tests" / "bench" / "counted"), str(ROOT), str(ROOT / "tests")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "PEGBAR_COUNTED_HASHES": str(counted)}
    command = [sys.executable, str(ROOT / "tests" / "bench" / "version_process.py")]
    done = subprocess.run(
        [*command, str(folder / "home"), str(workspace.root), str(wanted)],
        env=environment, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    parts = json.loads(done.stdout.splitlines()[-1])
    return {
        "hashed_bytes": sum(int(path.read_text()) for path in counted.iterdir()),
        "transferred_bytes": sum(size for name, size in sizes().items() if name not in before),
        "parts": parts,
    }


def _read(version: dict[str, Any]) -> int:
    return int(version["parts"][DVC_PART]["read_bytes"])


def _sizes(folder: Path) -> Sizes:
    return {str(path): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(variables)
    yield
    os.environ.clear()
    os.environ.update(before)


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


REMOTES = {"local": on_a_folder, "s3": on_a_bucket}

if __name__ == "__main__":
    main()
