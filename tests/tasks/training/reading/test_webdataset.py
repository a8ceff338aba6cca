"""WebDataset reads the same tars: what it groups as a sample has our bytes, from disk and from a bucket."""

from pathlib import Path
from typing import Any

import pytest
import webdataset
from clip_dataset import write_clip_dataset
from published import publish
from servers.s3 import S3Server
from servers.stores import s3_place

from pegbar.dataset import Dataset


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return write_clip_dataset(tmp_path_factory.mktemp("clips") / "data", with_sounds=True)


def check(dataset: Dataset, urls: list[str]) -> None:
    samples = {sample["__key__"]: sample for sample in webdataset.WebDataset(urls, shardshuffle=False)}
    expected: dict[str, set[str]] = {}
    for name, parts in (("shots", ("clip",)), ("references", ("image", "mask")), ("audio_shots", ("sound",))):
        for row in dataset.table(name).to_pylist():  # type: ignore[arg-type]
            for part in parts:
                key, _, extension = row[f"{part}_name"].partition(".")
                expected.setdefault(key, set()).add(extension)
                assert digest(samples[key][extension]) == row[f"{part}_sha256"]
    notes = {row["shot_id"] for row in dataset.table("shots").to_pylist()}
    found = {key: {name for name in sample if not name.startswith("__")} for key, sample in samples.items()}
    assert found == {key: extensions | ({"json"} if key in notes else set()) for key, extensions in expected.items()}
    assert {"mp4", "json"} in found.values() and {"png", "mask.png"} in found.values() and {"flac"} in found.values()


def digest(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()


def test_from_disk(dataset: Dataset) -> None:
    check(dataset, [str(path) for path in sorted((dataset.root / "shards").iterdir())])


def test_from_a_bucket_without_a_pipe(
    dataset: Dataset, moto_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = s3_place(moto_server, "moto")
    publish(dataset, place.build(), tmp_path)

    def opened(url: str, mode: str, size: int) -> Any:
        bucket, _, key = url.removeprefix("s3://").partition("/")
        return place.client.get_object(Bucket=bucket, Key=key)["Body"]

    monkeypatch.setitem(webdataset.gopen_schemes, "s3", opened)
    shards = [sha256 for path, sha256 in dataset.card.files.items() if path.startswith("shards/")]
    check(dataset, [f"s3://{place.config.bucket}/studio/store/objects/{name[:2]}/{name}" for name in shards])
