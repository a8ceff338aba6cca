"""Sources by their names: what is an address stays one, what is a path is found from everywhere."""

from pathlib import Path

import pytest

from tasks.curation.sources.opening import named_everywhere


@pytest.mark.parametrize(
    "address",
    ["s3://bucket/in", "http://127.0.0.1/a.mp4", "https://a.org/a.mp4", "youtube:dQw4w9WgXcQ", "ytdlp+https://a.org/"],
)
def test_an_address_stays_as_it_is(address: str) -> None:
    assert named_everywhere(address) == address


@pytest.mark.parametrize("path", ["films", "ftp:/films", "./s3:", "list.csv"])
def test_a_path_is_absolute(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert named_everywhere(path) == str(tmp_path / path)
