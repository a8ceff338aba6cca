"""A group of films into its tables and its shard: the unit that a new version rewrites or leaves alone."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from pegbar.artifacts import Artifacts, Manifest
from pegbar.config import Config
from pegbar.digests import canonical_json, digest_of
from pegbar.records import Decision, Record, Shot
from pegbar.shards import ShardWriter
from pegbar.steps import Facts, Step
from pegbar.tables import TABLES, Row, TableName, row_of, write_rows
from tasks.curation.annotate import AnnotatedFilm
from tasks.curation.clips import clip_path
from tasks.curation.film import FilmParts
from tasks.curation.film_view import middle_sample
from tasks.curation.references.finding import OUTPUT as REFERENCES
from tasks.curation.references.finding import ReferenceSet
from tasks.curation.sift import OUTPUT as SIFTED
from tasks.curation.sound.audio_shots import OUTPUT as AUDIO_SHOTS
from tasks.curation.sound.film_sound import sound_path
from tasks.curation.sound.stories import AudioShotSet
from tasks.curation.survey import read_survey

STEP = Step(name="pack", version=3)
THUMBNAILS = "thumbnails"
Tables = dict[TableName, list[Row]]


class PackConfig(Config):
    """Packing has nothing to choose."""


class PackedGroup(Record):
    """One group as an artifact: `tables/<table>.parquet`, `shard.tar`, `thumbnails/<shot_id>.jpg`."""

    group: str
    key: str
    digest: str
    num_films: int
    num_retryable: int
    num_refused: int


def shard_name(group: str) -> str:
    """Return the name of a group's shard."""
    return f"{group}-0000.tar"


def pack_group(artifacts: Artifacts, group: str, films: Sequence[FilmParts]) -> PackedGroup:
    """Pack a group's films, or find that done. Films are in order of their ids; equal films give equal bytes."""
    ordered = sorted(films, key=lambda parts: parts.item_id)

    def make(folder: Path) -> Facts:
        rows: Tables = {name: [] for name in TABLES}
        (folder / THUMBNAILS).mkdir()
        with ShardWriter(folder / "shard.tar", shard_name(group)) as writer:
            for parts in ordered:
                rows["decisions"] += [row_of(decision) for decision in parts.decisions]
                if parts.film is not None:
                    rows["films"].append(row_of(parts.film))
                if parts.steps:
                    _add_film(artifacts, parts, rows, writer, folder)
        if not rows["shots"]:
            (folder / "shard.tar").unlink()
        for name, content in rows.items():
            if content:
                write_rows(folder / "tables" / f"{name}.parquet", name, content)
        return {f"num_{name}": len(content) for name, content in rows.items()}

    manifest, _ = artifacts.run(STEP, _inputs(group, ordered), PackConfig(), make)
    return _packed(group, manifest, ordered)


def _inputs(group: str, films: list[FilmParts]) -> dict[str, str]:
    """Return what a group is made of: its name, and of every film its bytes, its steps' artifacts and its decisions."""
    inputs = {"group": group}
    for parts in films:
        inputs[parts.item_id] = digest_of(parts)
        if parts.film is not None:
            inputs[f"{parts.item_id}/film"] = parts.film.sha256
        inputs |= {f"{parts.item_id}/{step}": digest for step, digest in parts.digests.items()}
    return inputs


def _packed(group: str, manifest: Manifest, films: list[FilmParts]) -> PackedGroup:
    outcomes = [decision.outcome for parts in films for decision in parts.decisions]
    return PackedGroup(
        group=group,
        key=manifest.key,
        digest=manifest.digest,
        num_films=sum(bool(parts.steps) for parts in films),
        num_retryable=outcomes.count("failed_retryable"),
        num_refused=sum(not parts.steps for parts in films),
    )


def _add_film(artifacts: Artifacts, parts: FilmParts, rows: Tables, writer: ShardWriter, folder: Path) -> None:
    """Add one film's rows to the tables, and its clips, notes, pictures and masks to the shard."""
    where = {name: artifacts.fetch(artifacts.load(key)) for name, key in parts.steps.items()}
    told = AnnotatedFilm.from_json((where["sift"] / SIFTED).read_bytes())
    samples = read_survey(where["survey"]).samples
    shown = ReferenceSet.from_json((where["references"] / REFERENCES).read_bytes())
    heard = AudioShotSet.from_json((where["audio_shots"] / AUDIO_SHOTS).read_bytes())
    rows["stories"] += [row_of(story) for story in told.annotation.stories]
    rows["characters"] += [row_of(character) for character in told.annotation.characters]
    rows["scenes"] += [row_of(scene) for scene in told.annotation.scenes]
    rows["decisions"] += [row_of(decision) for decision in (*told.decisions, *shown.decisions, *heard.decisions)]
    notes = {note.shot_id: note.extra for note in told.annotation.shot_notes}
    for number, shot in enumerate(told.annotation.shots):
        clip = writer.add(f"{shot.shot_id}.mp4", clip_path(where["clips"], number).read_bytes())
        writer.add(
            f"{shot.shot_id}.json",
            canonical_json({**shot.model_dump(mode="json"), "extra": notes.get(shot.shot_id, {})}),
        )
        rows["shots"].append(row_of(shot, clip=clip))
        rows["decisions"].append(row_of(_found(shot)))
        thumbnail = where["survey"] / middle_sample(samples, shot.start_frame, shot.end_frame).path
        (folder / THUMBNAILS / f"{shot.shot_id}.jpg").write_bytes(thumbnail.read_bytes())
    for reference in shown.references:
        name = reference.reference_id
        image = writer.add(f"{name}.png", (where["references"] / f"{name}.png").read_bytes())
        mask = writer.add(f"{name}.mask.png", (where["references"] / f"{name}.mask.png").read_bytes())
        rows["references"].append(row_of(reference, image=image, mask=mask))
    for audio_shot in heard.audio_shots:
        name = audio_shot.audio_shot_id
        sound = writer.add(f"{name}.flac", sound_path(where["audio_shots"], name).read_bytes())
        rows["audio_shots"].append(row_of(audio_shot, sound=sound))
    for fetched in where.values():
        shutil.rmtree(fetched, ignore_errors=True)  # the store has it; a second copy of every clip would stay


def _found(shot: Shot) -> Decision:
    return Decision(item_id=shot.shot_id, item_kind="shot", gate="shots", outcome="kept")
