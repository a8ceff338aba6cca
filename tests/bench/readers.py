"""Measure the reader: samples a second from tar shards against the same files loose on disk, and from a bucket.

Run by hand: ``.venv/bin/python tests/bench/readers.py [FOLDER]``; FOLDER keeps the dataset. Writes
docs/readers_benchmark.json. All kinds are read by the same loader, in the same order, with as many processes; runs of
the kinds take turns, and figures are medians, ratios of those to the loose run of the same turn. "dropped" means that
the page cache was told to drop the files first (posix_fadvise), "kept" that it holds them; "hashed" that every member
is hashed with every reading, where otherwise its shard was verified once. A loose reader hashes nothing. Counted from
the first batch on; `start_seconds` before it are paid once an epoch (workers import, and read the tables). On a busy
machine the wall clock says little: `ratio_of_cpu` is of samples a CPU second.
"""

import json
import operator
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import numpy as np  # noqa: E402
import psutil  # noqa: E402
import torch  # noqa: E402
from published import publish  # noqa: E402
from servers.moto_server import moto  # noqa: E402
from servers.stores import s3_place  # noqa: E402
from small_dataset import GROUP, small_rows, write_card  # noqa: E402

from models.animeshooter.config import VideoShape  # noqa: E402
from pegbar.dataset import Dataset  # noqa: E402
from pegbar.dataset.member_cache import MemberCacheConfig  # noqa: E402
from pegbar.dataset.stored import stored_dataset  # noqa: E402
from pegbar.dataset.training_view import ShotView  # noqa: E402
from pegbar.digests import canonical_json  # noqa: E402
from pegbar.known_digests import KnownDigests  # noqa: E402
from pegbar.media import write_video  # noqa: E402
from pegbar.records import Member, Shot  # noqa: E402
from pegbar.shards import ShardWriter  # noqa: E402
from pegbar.store import S3StoreConfig  # noqa: E402
from pegbar.tables import write_rows  # noqa: E402
from tasks.training.clips import decode_clip  # noqa: E402
from tasks.training.reading import Sample, SampleLoader, Samples, ShotSamples, StatefulSampler  # noqa: E402

NUM_SAMPLES, NUM_CLIPS = 2001, 40
SIDE, NUM_FRAMES, FPS = 128, 48, 24  # clips of two seconds
BATCH, NUM_RUNS, NUM_S3_SAMPLES, NUM_DECODED = 16, 5, 192, 48
SHAPE = VideoShape(height=64, width=64, num_frames=9, fps=8)
Read = Callable[[], float]


class LooseShots(Samples[Any]):
    """The same samples from loose files: a clip, and its record in a JSON file beside it, as in the tar.

    Without records nothing but the clip's bytes is read: less than a sample, and no reader of loose files does less.
    """

    unit = "shot"

    def __init__(
        self, dataset: Dataset, folder: Path, names: Sequence[str], transform: Any = None, with_records: bool = True
    ) -> None:
        super().__init__(dataset, transform=transform)
        self.folder = folder
        self.names = names
        self.with_records = with_records

    def __len__(self) -> int:
        return len(self.names)

    def described(self, indices: Sequence[int]) -> list[Sample]:
        """Read the records."""
        return [self._sample(self.names[index]) for index in indices]

    def _sample(self, name: str) -> Sample:
        if not self.with_records:
            return Sample(sample_id=name, caption="", shots=())
        shot = Shot.model_validate_json((self.folder / f"{name}.json").read_bytes())
        clip = Member(shard="", name=f"{name}.mp4", offset=0, size=0, sha256="")
        return Sample(sample_id=name, caption=shot.caption or "", shots=(ShotView(shot=shot, clip=clip),))

    def _fill(self, samples: Sequence[Sample]) -> None:
        for sample in samples:
            name = f"{sample.sample_id}.mp4"
            sample.contents[name] = (self.folder / name).read_bytes()


def frames_of(sample: Sample) -> Any:
    """Decode as a training does."""
    clip = sample.shots[0].clip
    return decode_clip(sample.contents[clip.name], SHAPE, clip.name)


@dataclass(frozen=True)
class Reading:
    """One run: samples after the first batch, and their wall and CPU seconds; seconds until the first batch."""

    num_samples: int
    wall: float
    cpu: float
    start: float


def main(folder: Path) -> None:
    """Make the files, measure, write."""
    torch.set_num_threads(1)
    for part, num_samples in ((folder, NUM_SAMPLES), (folder / "small", NUM_S3_SAMPLES)):
        if not (part / "data" / "card.json").is_file():
            write_files(part, num_samples)
    known = KnownDigests(folder / "known.db")
    verified, hashed = Dataset(folder / "data", known=known), Dataset(folder / "data")
    verified.verify()
    clips = [path.stat().st_size for path in (folder / "loose").glob("*.mp4")]
    report = {
        "command": "python tests/bench/readers.py",
        "commit": _git("rev-parse", "HEAD"),
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start",
        "samples": NUM_SAMPLES,
        "mean_clip_bytes": round(statistics.fmean(clips)),
        "runs_of_each": NUM_RUNS,
        "folder": folder_figures(folder, verified, hashed),
        "bucket (moto, loopback)": bucket_figures(Dataset(folder / "small" / "data")),
    }
    (ROOT / "docs" / "readers_benchmark.json").write_text(json.dumps(report, indent=1) + "\n")


def write_files(folder: Path, num_samples: int) -> None:
    """Write clips of two seconds as a dataset and as loose files."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "data" / "shards").mkdir(parents=True)
    (folder / "loose").mkdir()
    clips = [clip_bytes(folder / "clip.mp4", seed) for seed in range(NUM_CLIPS)]
    rows = small_rows(num_samples // 3)
    with ShardWriter(folder / "data" / "shards" / f"{GROUP}-0000.tar", f"{GROUP}-0000.tar") as writer:
        for number, row in enumerate(rows["shots"]):
            note = canonical_json(row)
            clip = clips[number % NUM_CLIPS] + b"\0\0\0\x10free" + number.to_bytes(8, "big")  # no two are alike
            member = writer.add(f"{row['shot_id']}.mp4", clip)
            writer.add(f"{row['shot_id']}.json", note)
            row |= {f"clip_{name}": value for name, value in member.model_dump().items()}
            (folder / "loose" / f"{row['shot_id']}.mp4").write_bytes(clip)
            (folder / "loose" / f"{row['shot_id']}.json").write_bytes(note)
    rows["references"] = []
    for name, content in rows.items():
        write_rows(folder / "data" / "tables" / name / f"{GROUP}.parquet", name, content)
    write_card(folder / "data", {name: len(content) for name, content in rows.items()})
    os.sync()


def clip_bytes(path: Path, seed: int) -> bytes:
    """Draw a clip: blocks of colour that drift over a textured ground."""
    random_ = np.random.default_rng(seed)
    ground = random_.integers(0, 256, (SIDE // 8, SIDE // 8, 3)).repeat(8, 0).repeat(8, 1)
    grain = random_.integers(-12, 12, (SIDE, SIDE, 3))
    frames = []
    for index in range(NUM_FRAMES):
        frame = np.roll(ground, index, axis=1) + np.roll(grain, 3 * index, axis=0)
        frames.append(frame.clip(0, 255).astype(np.uint8))
    write_video(path, frames, Fraction(FPS))
    return path.read_bytes()


def folder_figures(folder: Path, verified: Dataset, hashed: Dataset) -> dict[str, Any]:
    """Compare tars with loose files: samples, samples whose every member is hashed, and decoded ones."""
    names = [sample.sample_id for sample in ShotSamples[Sample](verified).described(range(NUM_SAMPLES))]
    figures = {}
    for num_workers in (0, 2):
        for cache in ("dropped", "kept"):
            figures[f"{num_workers} workers, page cache {cache}"] = compared(
                {
                    "loose": LooseShots(verified, folder / "loose", names),
                    "loose, clips without records": LooseShots(verified, folder / "loose", names, with_records=False),
                    "tars": ShotSamples[Sample](verified),
                    "tars, hashed": ShotSamples[Sample](hashed),
                },
                num_workers,
                before=(lambda: drop_pages(folder)) if cache == "dropped" else None,
            )
    figures["2 workers, page cache kept, decoded"] = compared(
        {
            "loose": LooseShots(verified, folder / "loose", names, frames_of),
            "tars": ShotSamples[Any](verified, transform=frames_of),
            "tars, hashed": ShotSamples[Any](hashed, transform=frames_of),
        },
        2,
        num_samples=NUM_DECODED,
    )
    return figures


def bucket_figures(dataset: Dataset) -> dict[str, Any]:
    """Read from a bucket without a cache, into one, and out of it.

    The server shares this machine's cores and copies a whole shard for every range, so the dataset is a small one.
    """
    with tempfile.TemporaryDirectory() as scratch, moto(Path(scratch)) as server:
        os.environ |= server.environment()
        config = s3_place(server, "moto").config.but(num_threads=4)
        publish(dataset, config.build(), Path(scratch))
        cache = MemberCacheConfig(root=Path(scratch) / "cache").build()

        def forget() -> None:
            shutil.rmtree(cache.config.root, ignore_errors=True)

        def samples(config: S3StoreConfig, with_cache: bool) -> ShotSamples[Sample]:
            return ShotSamples(stored_dataset(config, dataset.digest, cache if with_cache else None))

        figures = compared(
            {
                "no cache": samples(config, False),
                "no cache, one thread": samples(config.but(num_threads=1), False),
                "cold cache": samples(config, True),
            },
            0, before=forget, num_samples=NUM_S3_SAMPLES, baseline="no cache",
        )  # fmt: skip
        figures |= {
            "warm cache": compared(
                {"warm cache": samples(config, True)}, 0, num_samples=NUM_S3_SAMPLES, baseline="warm cache"
            )["warm cache"]
        }
        return figures


def compared(
    kinds: dict[str, Samples[Any]],
    num_workers: int,
    *,
    before: Callable[[], None] | None = None,
    num_samples: int = NUM_SAMPLES,
    baseline: str = "loose",
) -> dict[str, Any]:
    """Return figures of every kind, measured in turns after one run that is not counted."""
    measured: dict[str, list[Reading]] = {name: [] for name in kinds}
    for run in range(NUM_RUNS + 1):
        order = list(kinds)
        random.Random(run).shuffle(order)
        for name in order:
            if before is not None:
                before()
            reading = read_once(kinds[name], num_workers, num_samples)
            if run > 0:
                measured[name].append(reading)
    rates = {name: [one.num_samples / one.wall for one in runs] for name, runs in measured.items()}
    work = {name: [one.num_samples / one.cpu for one in runs] for name, runs in measured.items()}
    figures = {
        name: {
            "samples_per_second": round(statistics.median(rates[name])),
            "ratio": round(statistics.median(map(operator.truediv, rates[name], rates[baseline])), 3),
            "ratio_of_cpu": round(statistics.median(map(operator.truediv, work[name], work[baseline])), 3),
            "cpu_ms_per_sample": round(1000 / statistics.median(work[name]), 4),
            "start_seconds": round(statistics.median(one.start for one in measured[name]), 2),
            "slowest_and_fastest": [round(min(rates[name])), round(max(rates[name]))],
        }
        for name in kinds
    }
    print(num_workers, "workers", json.dumps(figures), flush=True)  # noqa: T201
    return figures


def read_once(samples: Samples[Any], num_workers: int, num_samples: int) -> Reading:
    """Read so many samples; what is counted begins with the first batch, when every worker is there."""
    sampler = StatefulSampler(samples, BATCH, seed=1, tail="short")
    loader: SampleLoader[list[Any]] = SampleLoader(samples, sampler, num_workers=num_workers)
    asked, read = time.perf_counter(), 0
    for batch in loader:
        if read == 0:
            first, wall, cpu = len(batch), time.perf_counter(), _cpu_seconds()
        read += len(batch)
        if read >= num_samples:  # within the loop, where the workers still live
            return Reading(read - first, time.perf_counter() - wall, _cpu_seconds() - cpu, wall - asked)
    raise ValueError(f"there are only {read} samples")


def drop_pages(folder: Path) -> None:
    """Ask the kernel to forget the files' bytes."""
    for path in (*(folder / "data").rglob("*.tar"), *(folder / "loose").iterdir()):
        descriptor = os.open(path, os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def _cpu_seconds() -> float:
    """Return the CPU seconds of this process and of every worker that lives."""
    own = psutil.Process()
    used = [process.cpu_times() for process in (own, *own.children(recursive=True))]
    return sum(one.user + one.system for one in used)


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            main(Path(scratch) / "readers")
