"""An edited group as files: the shard's samples in their order, new ones last, and the tables that point into it."""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pegbar.digests import canonical_json
from pegbar.media import EncodeConfig
from pegbar.records import Member
from pegbar.shards import ShardWriter
from pegbar.tables import KINDS, Row, TableName, read_tables, row_of, write_rows
from tasks.curation.edits.boundaries import CutShot
from tasks.curation.edits.clips import ShardFiles
from tasks.curation.edits.state import GroupState
from tasks.curation.pack import THUMBNAILS, shard_name

SUFFIXES = {"clip": "mp4", "image": "png", "mask": "mask.png"}  # of members that edits make
Names = dict[str, dict[str, str]]  # item id -> prefix of its columns -> member
Content = tuple[str, bytes]


def write_group(
    folder: Path, group: str, state: GroupState, base: Path, files: ShardFiles, encode: EncodeConfig
) -> None:
    """Write an edited group as `pack_group` does: `tables/`, `shard.tar`, and the thumbnails of shots still there.

    Raises:
        MediaError: a clip that is to be cut anew does not decode. IntegrityError: the shard lacks a file.
    """
    records = state.records()
    names = {table: _names(base, table) for table, kind in KINDS.items() if kind.members}
    members: dict[str, Member] = {}
    if records["shots"]:
        with ShardWriter(folder / "shard.tar", shard_name(group)) as writer:
            for name, content in _contents(state, names, files, encode):
                members[name] = writer.add(name, content)
    for table, found in records.items():
        rows = [_row(table, record, names.get(table, {}), members) for record in found]
        if rows:
            write_rows(folder / "tables" / f"{table}.parquet", table, rows)
    (folder / THUMBNAILS).mkdir()
    for cut in state.shots():
        thumbnail = base / THUMBNAILS / f"{cut.shot.shot_id}.jpg"
        if thumbnail.is_file():
            shutil.copyfile(thumbnail, folder / THUMBNAILS / thumbnail.name)


def _names(base: Path, table: TableName) -> Names:
    """Return which members the rows of a table had."""
    path = base / "tables" / f"{table}.parquet"
    rows = read_tables([path], table).to_pylist() if path.is_file() else []
    (key,), prefixes = KINDS[table].key, KINDS[table].members
    return {row[key]: {prefix: row[f"{prefix}_name"] for prefix in prefixes} for row in rows}


def _row(table: TableName, record: Any, names: Names, members: Mapping[str, Member]) -> Row:
    prefixes = KINDS[table].members
    if not prefixes:
        return row_of(record)
    item_id = getattr(record, KINDS[table].key[0])
    own = names.get(item_id) or {prefix: f"{item_id}.{SUFFIXES[prefix]}" for prefix in prefixes}
    return row_of(record, **{prefix: members[own[prefix]] for prefix in prefixes})


def _contents(
    state: GroupState, names: Mapping[TableName, Names], files: ShardFiles, encode: EncodeConfig
) -> Iterator[Content]:
    """Yield every file of the new shard, the files of one sample one after the other."""
    cuts = {cut.shot.shot_id: cut for cut in state.shots()}
    there = {*cuts, *state.references, *state.audio_shots}
    gone = {item_id for table in names.values() for item_id in table} - there
    samples: dict[str, list[str]] = {}
    for name in files.names():
        samples.setdefault(name.partition(".")[0], []).append(name)
    for key, own in samples.items():
        if key in cuts:
            yield from _shot_files(cuts[key], state, own, files, encode)
        elif key in state.audio_shots:
            yield from _sound_files(key, state, names["audio_shots"], own, files)
        elif key not in gone:
            yield from ((name, state.members.get(name) or files.read(name)) for name in own)
    for key, cut in cuts.items():
        if key not in samples:
            yield from _shot_files(cut, state, [], files, encode)
    for name, content in state.members.items():
        key = name.partition(".")[0]
        if key in there and key not in samples:
            yield name, content


def _shot_files(
    cut: CutShot, state: GroupState, own: list[str], files: ShardFiles, encode: EncodeConfig
) -> Iterator[Content]:
    """Yield a shot's files as they lie, or, where its clip changed, a new clip and its note alone."""
    before = state.was.get(cut.shot.shot_id)
    if before is None or cut.pieces != CutShot.as_it_lies(before).pieces:
        yield f"{cut.shot.shot_id}.mp4", files.cut(cut.pieces, encode)
        yield _note(cut, files)
        return
    for name in own:
        is_old_note = cut.shot != before and name == f"{cut.shot.shot_id}.json"
        yield _note(cut, files) if is_old_note else (name, files.read(name))


def _sound_files(key: str, state: GroupState, names: Names, own: list[str], files: ShardFiles) -> Iterator[Content]:
    """Yield an audio shot's files: its sound anew, out of the sounds of its story, where its bounds changed."""
    heard, before = state.audio_shots[key], state.sounds[key]
    sounds = [
        (names[name]["sound"], one.start_seconds, one.end_seconds)
        for name, one in sorted(state.sounds.items(), key=lambda pair: pair[1].start_seconds)
        if one.story_id == heard.story_id
    ]
    start, end = heard.start_seconds, heard.end_seconds
    for name in own:
        is_same = name != names[key]["sound"] or (start, end) == (before.start_seconds, before.end_seconds)
        yield name, files.read(name) if is_same else files.sound(sounds, start, end)


def _note(cut: CutShot, files: ShardFiles) -> Content:
    """Return the note beside a clip: the shot, and what else was said of the shots it is made of, the first's first."""
    extra: dict[str, Any] = {}
    for source in dict.fromkeys(f"{piece.source}.json" for piece in cut.pieces):
        if files.has(source):
            extra = {**json.loads(files.read(source)).get("extra", {}), **extra}
    return f"{cut.shot.shot_id}.json", canonical_json({**cut.shot.model_dump(mode="json"), "extra": extra})
