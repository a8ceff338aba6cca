"""Shards of films: whole groups, the longest first; the same bytes from both engines."""

from pathlib import Path

from engine_kinds import ENGINES, skip_without
from small_films import OPEN, write_small_film

from pegbar.engine import EngineConfig, running_engine
from pegbar.media import MediaInfo
from pegbar.settings import Settings
from tasks.context import RunContext
from tasks.curation.film import SeenFilm
from tasks.curation.pack import PackedGroup
from tasks.curation.shard import curate_films, see_films, shards_of, work_seconds
from tasks.curation.sources.ingest import ingest
from tasks.curation.sources.source_film import SourceFilm

INFO = MediaInfo.model_construct()


def source(item_id: str, megabytes: float = 1.0) -> SourceFilm:
    return SourceFilm(
        item_id=item_id, name=item_id, source=item_id, owner="me", licence="CC0-1.0", sha256=item_id,
        size_bytes=int(megabytes * 1e6),
    )  # fmt: skip


def seen(item_id: str, minutes: float) -> SeenFilm:
    film = source(item_id)
    return SeenFilm(source=film, info=INFO, duration_seconds=60 * minutes, decisions=(film.decision(),))


def ids(shards: list[tuple[SeenFilm, ...]]) -> list[list[str]]:
    return [[film.item_id for film in shard] for shard in shards]


def test_a_shard_is_whole_groups_and_the_longest_go_first() -> None:
    films = [seen("aa1", 1), seen("bb1", 30), seen("aa2", 2), seen("cc1", 3), seen("dd1", 1), seen("bb2", 1)]
    # 0.45 s of work a second: 30 minutes are 810 s, beyond any shard of 180 s; 3 + 1 minutes are 108 s
    assert ids(shards_of(films, 64)) == [["bb1", "bb2"], ["cc1", "dd1"], ["aa2", "aa1"]]
    assert ids(shards_of(list(reversed(films)), 64)) == ids(shards_of(films, 64))


def test_more_workers_take_longer_shards() -> None:
    films = [seen("aa1", 5), seen("bb1", 6)]
    assert ids(shards_of(films, 64, num_workers=1)) == [["bb1"], ["aa1"]]
    assert ids(shards_of(films, 64, num_workers=2)) == [["bb1", "aa1"]]


def test_a_shard_has_no_more_films_than_allowed_unless_a_group_has() -> None:
    films = [seen("aa1", 1), seen("aa2", 1), seen("aa3", 1), seen("bb1", 1), seen("cc1", 1)]
    assert ids(shards_of(films, 2)) == [["aa1", "aa2", "aa3"], ["bb1", "cc1"]]


def test_a_film_costs_by_its_duration_once_that_is_known_and_nothing_once_it_is_rejected() -> None:
    assert work_seconds(source("aa1", 200)) > work_seconds(source("bb1", 2)) > 0
    assert work_seconds(seen("aa1", 2)) == 54.0
    assert work_seconds(SeenFilm(source=source("aa1"), info=None, duration_seconds=120.0, decisions=())) == 0.0


def packed(engine: EngineConfig, folder: Path, films: Path) -> list[PackedGroup]:
    home = folder / engine.kind
    context = RunContext(settings=Settings(home=home, engine=engine), workspace=home / "workspace", run_id="run")
    with context.open() as artifacts:
        taken = ingest(artifacts, [str(films)], licence="CC0-1.0", owner="me", config=OPEN.source)
    with running_engine(engine):
        return curate_films(context, see_films(context, taken, OPEN), OPEN)


def test_both_engines_give_the_same_bytes(tmp_path: Path) -> None:
    for kind in ENGINES:
        skip_without(kind)
    write_small_film(tmp_path / "films", casts=(("Bluebell",), ("Ruby", "Bluebell")))
    (tmp_path / "films" / "broken.mp4").write_bytes(b"no film")
    engines = [engine.but(num_workers=1) for engine in ENGINES.values()]
    pool, ray = (packed(engine, tmp_path, tmp_path / "films") for engine in engines)
    assert (sum(group.num_films for group in pool), sum(group.num_refused for group in pool)) == (1, 1)
    assert pool == ray
