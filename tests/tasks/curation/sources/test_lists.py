"""Lists of films: what a row says holds for its film, a bad row is a decision, a bad list is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from servers.s3 import S3Server
from servers.web_server import Page, web_server
from taken_films import film_bucket, film_bytes, reasons, take

from pegbar.digests import digest_bytes
from pegbar.errors import SourceError
from tasks.curation.sources.lists import read_list


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three films, one of them with a licence of its own."""
    (tmp_path / "films" / "deep").mkdir(parents=True)
    for seed, name in enumerate(("a.mp4", "b.mp4", "deep/c.mp4")):
        (tmp_path / "films" / name).write_bytes(film_bytes(seed, 2000))
    (tmp_path / "films" / "b.licence").write_text("CC-BY-4.0\nBeside\n")
    return tmp_path / "films"


def test_a_plain_list_names_films_beside_it(tmp_path: Path, folder: Path) -> None:
    listed = folder / "tonight.txt"
    listed.write_text("\ufeff# tonight\r\n\r\nb.mp4\r\n  deep/c.mp4  \r\n../films/a.mp4\r\nnowhere.mp4\r\n")
    told = reasons(take(tmp_path / "home", listed))
    assert told == {
        "films/b.mp4": ("kept", ""),
        "films/deep/c.mp4": ("kept", ""),
        "films/a.mp4": ("kept", ""),
        "films/nowhere.mp4": ("failed_permanent", "nowhere.mp4 is not a regular file"),
    }


def test_a_row_wins_over_the_file_beside_the_film_and_that_over_the_command(tmp_path: Path, folder: Path) -> None:
    listed = folder / "films.csv"
    listed.write_text(
        "source,source_id,licence,owner,name,sha256,script\n"
        f'a.mp4,as-01:17,"CC0-1.0, or so",Ünï,first.mp4,{digest_bytes(film_bytes(0, 2000)).upper()},said.json\n'
        "b.mp4,,,Row,,,\n"
        "deep,,,,,,\n"
    )
    (folder / "said.json").write_text("{}")
    a, b, c = take(tmp_path / "home", listed, licence="ALL")
    assert (a.source, a.licence, a.owner, a.name) == ("as-01:17", "CC0-1.0, or so", "Ünï", "first.mp4")
    assert a.script_sha256 == digest_bytes(b"{}")
    assert (b.source, b.licence, b.owner) == ("films/b.mp4", "CC-BY-4.0", "Row")
    assert (c.source, c.licence, c.owner) == ("deep/c.mp4", "ALL", "me")


def test_records_name_films_everywhere(
    tmp_path: Path, folder: Path, moto_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = film_bucket(moto_server, monkeypatch)
    bucket.put("in/d.mp4", film_bytes(3, 2000))
    bucket.put("in/e.mp4", film_bytes(4, 2000))
    bucket.put("scripts/e.json", b'{"e": 1}')
    with web_server() as web:
        web.pages["/f.mp4"] = Page(film_bytes(5, 2000))
        web.pages["/f.json"] = Page(b'{"f": 1}')
        rows = [
            {"source": "a.mp4", "licence": None, "owner": ""},
            {"source": f"{bucket.url}/in/", "licence": "bucket's"},
            {"source": f"{bucket.url}/in/e.mp4", "licence": "again"},
            {"source": f"{web.url}/f.mp4", "source_id": "f", "script": f"{web.url}/f.json"},
            {"source": f"{bucket.url}/in/d.mp4", "script": f"{bucket.url}/scripts/none.json", "source_id": "d"},
        ]
        (folder / "films.jsonl").write_text("\n".join(map(json.dumps, rows)))
        films = take(tmp_path / "home", folder / "films.jsonl")
    assert [(film.source.rpartition("/")[2], film.licence, film.outcome) for film in films] == [
        ("a.mp4", "unknown", "kept"),
        ("d.mp4", "bucket's", "kept"),
        ("e.mp4", "bucket's", "kept"),
        ("e.mp4", "again", "rejected"),
        ("f", "unknown", "kept"),
        ("d", "unknown", "failed_permanent"),
    ]
    assert films[4].script_sha256 == digest_bytes(b'{"f": 1}')
    assert "scripts/none.json" in films[5].reason


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("a.mp4,0123,,", "line 2: sha256: Value error, a sha256 is 64 hexadecimal digits"),
        (f"a.mp4,{'0' * 64},,", f"but its row says {'0' * 64}"),
        ("a.mp4,,../../escape.mp4,", "name: Value error, the file name '../../escape.mp4' holds a path separator"),
        ("a.mp4,,,\x1b[2J", "licence: Value error, it holds control characters"),
        (f"a.mp4,,,{'x' * 300}", "licence: String should have at most 200 characters"),
        (",,,", "line 2: source: "),
        ("a.mp4,,,CC0,more", "line 2: "),
        ("deep,,one.mp4,", "kept"),
        (".,,one.mp4,", "can be true of one film alone, and names 3"),
        ("empty,,,", "its source holds no film"),
        ("https://me:secret@127.0.0.1/a.mp4,,,", "user or password"),
        ("http://127.0.0.1:1/a.mp4,,,", "127.0.0.1 does not answer"),
    ],
)
def test_a_bad_row_is_one_refused_film(tmp_path: Path, folder: Path, row: str, why: str) -> None:
    (folder / "empty").mkdir()
    (folder / "films.csv").write_text(f"source,sha256,name,licence\n{row}\nb.mp4,,,\n")
    first, second = take(tmp_path / "home", folder / "films.csv")
    assert (second.name, second.outcome) == ("b.mp4", "kept")
    assert why in f"{first.outcome} {first.reason}"
    assert "secret" not in first.model_dump_json()


def test_a_source_id_belongs_to_one_row(tmp_path: Path, folder: Path) -> None:
    (folder / "films.csv").write_text("source,source_id\na.mp4,x\nb.mp4,x\n")
    first, second = take(tmp_path / "home", folder / "films.csv")
    assert (first.outcome, second.outcome) == ("kept", "failed_permanent")
    assert second.reason == "films.csv line 3: source_id 'x' is that of films.csv line 2"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.csv", b"source,license\na.mp4,CC0\n", "columns nobody knows at line 1: 'license' (known: "),
        ("a.jsonl", b'{"source": "a.mp4"}\n{"source": "b.mp4", "license": 1}\n', "at line 2: 'license'"),
        ("a.csv", b"licence\nCC0\n", "no column 'source'"),
        ("a.csv", b"source,source\na,b\n", "one column twice"),
        ("a.csv", b'source\n"a.mp4\n', "is no CSV at line"),
        ("a.csv", b"source\n\xff\xfe\n", "is not UTF-8: byte 7"),
        ("a.csv", b"", "no column 'source'"),
        ("a.csv", b"source\n" + b"a" * 200_000, "is no CSV at line"),
        ("a.jsonl", b'{"source": \n', "is no JSON at line 1"),
        ("a.jsonl", b"[" * 100_000, "is no JSON at line 1"),
        ("a.jsonl", b'["a.mp4"]\n', "holds no JSON object at line 1"),
    ],
)
def test_a_list_that_is_none_is_refused(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=f"the list '{name}'") as caught:
        read_list(tmp_path / name)
    assert why in caught.value.what


@pytest.mark.parametrize("make", [lambda path: path.touch(), lambda path: path.write_text("# nothing\n")])
def test_an_empty_list_has_no_film(tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "films.txt")
    with pytest.raises(SourceError, match="no film in"):
        take(tmp_path / "home", tmp_path / "films.txt")
