"""Gathers what a curation decided into the page of its funnel, also where nothing was kept."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from prefect import task

from pegbar.artifacts import Artifacts
from pegbar.records import Decision, Shot
from pegbar.tables import TableName, read_tables, records_of
from pegbar.workspace import Workspace
from tasks.context import RunContext
from tasks.curation.assemble import thumbnails_of
from tasks.curation.config import CurateConfig
from tasks.curation.film import SeenFilm
from tasks.curation.film_view import middle_sample
from tasks.curation.measure import ATTEMPT
from tasks.curation.pack import PackedGroup
from tasks.curation.survey import read_survey
from tasks.studio.funnel import FunnelData, FunnelItem, funnel_data
from tasks.studio.funnel_page import write_funnel

FOLDER = "funnel"


@task(name="funnel")
def publish_funnel(context: RunContext, seen: list[SeenFilm], groups: list[PackedGroup], config: CurateConfig) -> Path:
    """Write the funnel's page into the workspace's gate folder; return its path."""
    workspace = Workspace.open(context.workspace)
    with context.open() as artifacts:
        data = funnel_of(artifacts, seen, groups, config)
        return write_funnel(data, workspace.gate / FOLDER)


def funnel_of(
    artifacts: Artifacts, seen: Sequence[SeenFilm], groups: Sequence[PackedGroup], config: CurateConfig
) -> FunnelData:
    """Return the funnel of every film that came in and every shot that was found."""
    thumbnails = thumbnails_of(artifacts, groups)
    shots: list[Shot] = _rows(artifacts, groups, "shots")
    names = {film.item_id: film.source.name for film in seen}
    items = dict(_film_items(artifacts, seen))
    items |= {
        shot.shot_id: FunnelItem(
            name=f"{names.get(shot.film_id, shot.film_id)}, {shot.start_seconds:.1f} s",
            seconds=shot.end_seconds - shot.start_seconds,
            thumbnail=thumbnails.get(shot.shot_id),
        )
        for shot in shots
    }
    decisions: list[Decision] = _rows(artifacts, groups, "decisions")
    return funnel_data(
        decisions, config.filters, items, _seconds(artifacts, seen, config), "What was kept, and why not"
    )


def _rows(artifacts: Artifacts, groups: Sequence[PackedGroup], name: TableName) -> list[Any]:
    folders = [artifacts.fetch(artifacts.load(group.key)) for group in groups]
    paths = [path for folder in folders if (path := folder / "tables" / f"{name}.parquet").is_file()]
    return records_of(read_tables(paths, name), name)


def _film_items(artifacts: Artifacts, seen: Sequence[SeenFilm]) -> Iterator[tuple[str, FunnelItem]]:
    """Yield every film with the picture of its middle, if it was looked at."""
    for film in seen:
        thumbnail = None
        if "survey" in film.steps:
            folder = artifacts.fetch(artifacts.load(film.steps["survey"]))
            thumbnail = folder / middle_sample(read_survey(folder).samples, 0, film.num_frames).path
        name = film.source.name
        yield film.item_id, FunnelItem(name=name, seconds=film.duration_seconds, thumbnail=thumbnail)


def _seconds(artifacts: Artifacts, seen: Sequence[SeenFilm], config: CurateConfig) -> dict[str, float]:
    """Return, by gate, what its scorer took over all films; gates that share a scorer share its seconds."""
    by_scorer: dict[str, float] = defaultdict(float)
    for film in seen:
        for step, key in film.steps.items():
            for attempt in artifacts.journal.attempts(key=key) if step in ("probe", "measure") else ():
                by_scorer[attempt.step.removeprefix(ATTEMPT)] += attempt.seconds or 0.0
    return {rule.gate: by_scorer[rule.scorer] for rule in config.filters.rules if rule.scorer in by_scorer}
