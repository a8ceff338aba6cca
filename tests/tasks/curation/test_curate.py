"""From sources to a version: byte for byte the same, whatever happened on the way."""

import json
import os
import resource
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from media_corpus import build_bad
from small_films import NO_CALLS, OPEN, context_of, write_small_film

from pegbar.artifacts import Artifacts
from pegbar.errors import ConflictError, DiskFullError, FailureBudgetError, GateFailedError, SourceError
from pegbar.faults import KILL_AT_VARIABLE
from pegbar.records import Decision
from pegbar.workspace import Workspace
from tasks.curation.assemble import Thumbnails, assemble
from tasks.curation.film import FilmParts, curate_film, see_film
from tasks.curation.gate import judge, make_version
from tasks.curation.pack import PackedGroup, pack_group
from tasks.curation.shard import curate_films, see_films, shards_of
from tasks.curation.sources.ingest import ingest

CONFIG = OPEN


def packed(artifacts: Artifacts, *sources: Path) -> list[PackedGroup]:
    films = ingest(artifacts, [str(source) for source in sources], licence="CC0-1.0", owner="me", config=CONFIG.source)
    groups: dict[str, list[FilmParts]] = {}
    for film in films:
        groups.setdefault(film.group, []).append(
            curate_film(artifacts, see_film(artifacts, film, CONFIG), CONFIG, NO_CALLS)
        )
    return [pack_group(artifacts, group, parts) for group, parts in sorted(groups.items())]


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source") / "films"
    write_small_film(folder, "one", (("Ruby",), ("Ruby",)))
    write_small_film(folder, "two", (("Bluebell",), ("Ruby",)), seed=1)
    write_small_film(folder, "untold", (("Ruby",),), seed=2, with_script=False)
    return folder


@pytest.fixture(scope="module")
def made(films: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[PackedGroup]]:
    """A home whose films are curated and packed; tests assemble into workspaces of their own."""
    home = tmp_path_factory.mktemp("home")
    with context_of(home).open() as artifacts:
        return home, packed(artifacts, films)


def assembled(made: tuple[Path, list[PackedGroup]], root: Path) -> Workspace:
    workspace = Workspace.create(root)
    with context_of(made[0]).open() as artifacts:
        assemble(artifacts, workspace, made[1], CONFIG)
    return workspace


@pytest.fixture(scope="module")
def whole(made: tuple[Path, list[PackedGroup]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return bytes_of(assembled(made, tmp_path_factory.mktemp("whole")).data)


def test_films_become_a_dataset_that_passes_the_gate_and_is_versioned(
    made: tuple[Path, list[PackedGroup]], tmp_path: Path
) -> None:
    workspace = assembled(made, tmp_path)
    report = judge(workspace, CONFIG.gate)
    assert report.passed, report.reasons
    revision = make_version(workspace, report, "Three films")
    assert workspace.versions()[0].revision == revision
    dataset = workspace.dataset()
    assert [len(view.shots) for view in dataset.training_view()] == [2, 2]
    assert dataset.card.licences == {"CC0-1.0": 3}
    assert dataset.card.funnel["annotate: film"] == {"kept": 2, "rejected": 1}
    clip = dataset.training_view()[0].shots[0].clip
    assert dataset.read_member(clip)[4:8] == b"ftyp"


def test_shards_are_webdatasets_with_a_note_beside_each_clip(
    made: tuple[Path, list[PackedGroup]], tmp_path: Path
) -> None:
    dataset = assembled(made, tmp_path).dataset()
    samples: dict[str, dict[str, bytes]] = {}
    for shard in sorted((dataset.root / "shards").glob("*.tar")):
        with tarfile.open(shard) as tar:
            for member in tar:
                key, _, extension = member.name.partition(".")
                stream = tar.extractfile(member)
                assert stream is not None
                samples.setdefault(key, {})[extension] = stream.read()
    for shot in dataset.shots():
        assert set(samples[shot.shot_id]) == {"mp4", "json"}
        assert json.loads(samples[shot.shot_id]["json"])["caption"] == shot.caption
    for reference in dataset.references():
        assert set(samples[reference.reference_id]) == {"png", "mask.png"}


def test_every_shot_has_a_thumbnail_for_reports(made: tuple[Path, list[PackedGroup]], tmp_path: Path) -> None:
    dataset = assembled(made, tmp_path).dataset()
    with context_of(made[0]).open() as artifacts:
        found = dict(Thumbnails(artifacts, made[1]))
    assert set(found) == {shot.shot_id for shot in dataset.shots()}
    assert all(path.read_bytes()[:2] == b"\xff\xd8" for path in found.values())


def test_two_homes_give_the_same_bytes_and_a_second_run_writes_nothing(
    whole: dict[str, bytes], films: Path, tmp_path: Path
) -> None:
    with context_of(tmp_path / "other home").open() as artifacts:
        groups = packed(artifacts, films)
        second = Workspace.create(tmp_path / "second")
        assemble(artifacts, second, groups, CONFIG)
        assert bytes_of(second.data) == whole
        before = {path: path.stat().st_mtime_ns for path in second.data.rglob("*")}
        assemble(artifacts, second, packed(artifacts, films), CONFIG)
        assert {path: path.stat().st_mtime_ns for path in second.data.rglob("*")} == before


@pytest.mark.parametrize("place", ["assemble:mid_write", "assemble:before_move", "assemble:before_card"])
def test_killed_while_assembling_the_next_run_gives_the_same_bytes(
    made: tuple[Path, list[PackedGroup]], whole: dict[str, bytes], tmp_path: Path, place: str
) -> None:
    workspace = Workspace.create(tmp_path / "killed")
    script = (
        "import json, sys; from pathlib import Path; from tasks.curation.assemble import assemble\n"
        "from tasks.curation.config import CurateConfig; from tasks.curation.pack import PackedGroup\n"
        "from tasks.context import RunContext; from pegbar.settings import Settings\n"
        "from pegbar.workspace import Workspace\n"
        "home, root = Path(sys.argv[1]), Path(sys.argv[2])\n"
        "groups = [PackedGroup.model_validate(group) for group in json.loads(sys.argv[3])]\n"
        "with RunContext(settings=Settings(home=home), workspace=root, run_id='r').open() as artifacts:\n"
        "    assemble(artifacts, Workspace.open(root), groups, CurateConfig.model_validate_json(sys.argv[4]))\n"
    )
    groups = json.dumps([group.model_dump() for group in made[1]])
    command = [sys.executable, "-c", script, str(made[0]), str(workspace.root), groups, CONFIG.model_dump_json()]
    done = subprocess.run(command, env=os.environ | {KILL_AT_VARIABLE: place}, check=False)
    assert done.returncode == -9
    assert not (workspace.data / "card.json").exists()
    assert bytes_of(assembled(made, workspace.root).data) == whole


def test_damage_and_strangers_in_the_folder_are_repaired(
    made: tuple[Path, list[PackedGroup]], whole: dict[str, bytes], tmp_path: Path
) -> None:
    workspace = assembled(made, tmp_path)
    shard = next((workspace.data / "shards").glob("*.tar"))
    content = shard.read_bytes()
    shard.unlink()  # written into, it would be the store's member that is damaged
    shard.write_bytes(content[:-1024])
    (workspace.data / "tables" / "shots" / "zz.parquet").write_bytes(b"stranger")
    (workspace.data / "empty" / "folder").mkdir(parents=True)
    assembled(made, tmp_path)
    assert bytes_of(workspace.data) == whole
    assert not (workspace.data / "empty").exists()


def test_a_full_disk_leaves_the_dataset_before_whole(
    made: tuple[Path, list[PackedGroup]], whole: dict[str, bytes], films: Path, tmp_path: Path
) -> None:
    workspace = assembled(made, tmp_path / "ws")
    added = write_small_film(tmp_path / "more", "three", (("Ruby",),), seed=5)
    with context_of(made[0]).open() as artifacts:
        groups = packed(artifacts, films, added)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2048, hard))
        try:
            with pytest.raises(DiskFullError, match="no space left"):
                assemble(artifacts, workspace, groups, CONFIG)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert bytes_of(workspace.data) == whole
    workspace.dataset().verify()


def test_a_new_film_rewrites_only_its_group(made: tuple[Path, list[PackedGroup]], films: Path, tmp_path: Path) -> None:
    workspace = assembled(made, tmp_path / "ws")
    before = bytes_of(workspace.data)
    added = write_small_film(tmp_path / "more", "three", (("Ruby",),), seed=5)
    with context_of(made[0]).open() as artifacts:
        groups = packed(artifacts, films, added)
        assemble(artifacts, workspace, groups, CONFIG)
    after = bytes_of(workspace.data)
    changed = {path for path in after if after[path] != before.get(path)}
    new = {path for path in changed if path not in before}
    assert changed - new == {"card.json"}
    assert len({Path(path).name[:2] for path in new}) == 1


def test_a_bad_film_leaves_its_neighbours_bytes_alone(
    made: tuple[Path, list[PackedGroup]], whole: dict[str, bytes], films: Path, tmp_path: Path
) -> None:
    build_bad(tmp_path / "bad")
    with context_of(made[0]).open() as artifacts:
        workspace = Workspace.create(tmp_path / "both")
        assemble(artifacts, workspace, packed(artifacts, films, tmp_path / "bad"), CONFIG)
    both = bytes_of(workspace.data)
    shards = [path for path in whole if path.startswith("shards/")]
    assert all(both[path] == whole[path] for path in shards)
    refused = [decision for decision in workspace.dataset().decisions() if decision.outcome == "failed_permanent"]
    assert len(refused) >= 10
    assert all(decision.reason for decision in refused)
    assert judge(workspace, CONFIG.gate).passed


def test_no_usable_film_at_all_is_said_with_the_reasons(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("This is not a film. " * 50)
    with context_of(tmp_path / "home").open() as artifacts:
        groups = packed(artifacts, tmp_path / "text.mp4")
        with pytest.raises(SourceError, match=r"none of 1 films could be used: .*text.mp4"):
            assemble(artifacts, Workspace.create(tmp_path / "ws"), groups, CONFIG)


def test_too_many_failures_that_are_not_the_films_stop_the_run(
    made: tuple[Path, list[PackedGroup]], tmp_path: Path
) -> None:
    crash = Decision(item_id="x", item_kind="film", gate="curate", outcome="failed_retryable", reason="out of memory")
    with context_of(made[0]).open() as artifacts:
        failed = pack_group(artifacts, "zz", [FilmParts(item_id="x", film=None, decisions=(crash,))])
        with pytest.raises(FailureBudgetError, match="1 of 4 films failed .*: .*out of memory"):
            assemble(artifacts, Workspace.create(tmp_path), [*made[1], failed], CONFIG)


def test_only_what_the_gate_passed_becomes_a_version(made: tuple[Path, list[PackedGroup]], tmp_path: Path) -> None:
    workspace = assembled(made, tmp_path)
    report = judge(workspace, CONFIG.gate)
    with pytest.raises(ConflictError, match="changed after the gate"):
        make_version(workspace, report.model_copy(update={"subject": "another"}), "No")
    with pytest.raises(GateFailedError):
        make_version(workspace, report.model_copy(update={"passed": False}), "No")
    assert workspace.versions() == []


def test_films_in_processes_of_their_own_give_the_same_groups(
    made: tuple[Path, list[PackedGroup]], films: Path, tmp_path: Path
) -> None:
    context = context_of(tmp_path / "home")
    with context.open() as artifacts:
        taken = ingest(artifacts, [str(films)], licence="CC0-1.0", owner="me", config=CONFIG.source)
    (shard,) = shards_of(taken, max_films=64)
    assert curate_films(context, see_films(context, shard, CONFIG), CONFIG) == made[1]
    assert [len(part) for part in shards_of(taken, max_films=1)] == [1, 1, 1]


def test_a_real_film_with_its_script_is_curated_gated_and_versioned(shared_films: Path, tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "ws")
    with context_of(tmp_path / "home").open() as artifacts:
        groups = packed(artifacts, shared_films / "anim_director_32" / "film.mp4")
        assemble(artifacts, workspace, groups, CONFIG)
    report = judge(workspace, CONFIG.gate)
    assert report.passed, report.reasons
    assert make_version(workspace, report, "One film") == workspace.versions()[0].revision
    (view,) = workspace.dataset().training_view()
    assert len(view.shots) == 20
    assert [character.name for character in view.characters] == ["Sofia", "The man", "The puppy Max"]
    assert view.references[0].reference.character_id == view.characters[0].character_id
