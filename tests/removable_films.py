"""Three small films, two of them in one group, curated into versions: for what takes films down."""

import hashlib
import json
import zlib
from collections.abc import Iterator
from pathlib import Path

import boto3
from small_films import NO_CALLS, OPEN, script_of, write_small_film

from pegbar.artifacts import Artifacts
from pegbar.digests import digest_file
from pegbar.tables import Row
from pegbar.workspace import Workspace
from tasks.curation.assemble import assemble
from tasks.curation.film import FilmParts, curate_film, see_film
from tasks.curation.pack import PackedGroup, pack_group
from tasks.curation.sources.ingest import ingest

GONE, NEAR, FAR = "gone", "near", "far"
GROUPS = {GONE: "ab", NEAR: "ab", FAR: "cd"}
CASTS = (("Ruby",), ("Ruby",))
PIECE = 48  # bytes that no two files share by chance


def write_films(folder: Path) -> dict[str, Path]:
    """Write three films that tell of themselves; the first two are of one group."""
    films = {}
    for seed, name in enumerate(GROUPS):
        films[name] = write_small_film(folder, name, CASTS, seed)
        _bring_into(GROUPS[name], films[name])
        script = script_of(CASTS)
        script["storyline"] = f"The {name} figure sets out at dawn."
        for number, shot in enumerate(script["shots"]):
            shot |= {"caption": f"The {name} figure walks {number} steps.", "plot": f"It is {name}: {number}."}
        (folder / f"{name}.script.json").write_text(json.dumps(script))
    return films


def packed(artifacts: Artifacts, *films: Path) -> list[PackedGroup]:
    """Curate films and pack their groups, as the flow does without its orchestrator."""
    taken = ingest(artifacts, [str(film) for film in films], licence="CC0-1.0", owner="me", config=OPEN.source)
    groups: dict[str, list[FilmParts]] = {}
    for film in taken:
        parts = curate_film(artifacts, see_film(artifacts, film, OPEN), OPEN, NO_CALLS)
        groups.setdefault(film.group, []).append(parts)
    return [pack_group(artifacts, group, parts) for group, parts in sorted(groups.items())]


def curate(artifacts: Artifacts, workspace: Workspace, *films: Path) -> str:
    """Make a version of films; return its revision."""
    assemble(artifacts, workspace, packed(artifacts, *films), OPEN)
    return workspace.commit_version(f"{len(films)} films")


def traces_of(film: Path, workspace: Workspace) -> dict[str, bytes]:
    """Return what betrays a film: pieces of its file, its clips, references and sounds, its words, and packed so."""
    film_id = digest_file(film)[:16]
    dataset = workspace.dataset()
    found = {"film": film.read_bytes()[2000 : 2000 + PIECE], "its end": film.read_bytes()[-PIECE:]}
    for table, prefixes in {"shots": ("clip",), "references": ("image",), "audio_shots": ("sound",)}.items():
        rows: list[Row] = dataset.table(table).to_pylist()  # type: ignore[arg-type]
        for row in rows:
            if row["story_id"].startswith(film_id):
                for prefix in prefixes:
                    content = _member(workspace, row, prefix)
                    found[row[f"{prefix}_name"]] = content[len(content) // 2 :][:PIECE]
    for story in dataset.stories():
        if story.film_id == film_id:
            found["storyline"] = (story.storyline or "").encode()
    found |= {shot.shot_id: (shot.caption or "").encode() for shot in dataset.shots() if shot.film_id == film_id}
    return found


def leaks(traces: dict[str, bytes], *folders: Path, bucket: tuple[str, str] | None = None) -> list[str]:
    """Return every file (and object of a bucket at an endpoint) that holds a trace, deflated contents included."""
    files = ((str(path), path.read_bytes()) for folder in folders for path in folder.rglob("*") if path.is_file())
    return [
        f"{trace} in {name}"
        for name, content in (*files, *(_objects(*bucket) if bucket else ()))
        for trace, piece in traces.items()
        if piece in content or piece in _inflated(content)
    ]


def digests_of(film: Path, workspace: Workspace) -> dict[str, str]:
    """Return the digests of every file in the shards that is a film's."""
    film_id = digest_file(film)[:16]
    found: dict[str, str] = {}
    for table, prefixes in {"shots": ("clip",), "references": ("image", "mask"), "audio_shots": ("sound",)}.items():
        rows: list[Row] = workspace.dataset().table(table).to_pylist()  # type: ignore[arg-type]
        found |= {
            row[f"{prefix}_name"]: row[f"{prefix}_sha256"]
            for row in rows
            for prefix in prefixes
            if row["story_id"].startswith(film_id)
        }
    return found


def _bring_into(group: str, film: Path) -> None:
    """Append a box that players skip until the film's digest begins as asked."""
    content = film.read_bytes()
    for number in range(1 << 20):
        box = (40).to_bytes(4, "big") + b"free" + hashlib.sha256(f"{film.name} {number}".encode()).digest()
        if hashlib.sha256(content + box).hexdigest().startswith(group):
            film.write_bytes(content + box)
            return


def _member(workspace: Workspace, row: Row, prefix: str) -> bytes:
    with (workspace.data / "shards" / row[f"{prefix}_shard"]).open("rb") as stream:
        stream.seek(row[f"{prefix}_offset"])
        content: bytes = stream.read(row[f"{prefix}_size"])
    return content


def _inflated(content: bytes) -> bytes:
    """Return what git keeps in a loose object."""
    try:
        return zlib.decompress(content)
    except zlib.error:
        return b""


def _objects(endpoint_url: str, bucket: str) -> Iterator[tuple[str, bytes]]:
    client = boto3.client("s3", endpoint_url=endpoint_url)
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for item in page.get("Contents", []):
            yield f"s3://{bucket}/{item['Key']}", client.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
