"""Gathers what a curation decided into the page of its funnel, also where nothing was kept."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prefect import task

from pegbar.artifacts import Artifacts
from pegbar.records import Decision, Shot
from pegbar.tables import TableName, read_tables, records_of
from pegbar.workspace import Workspace
from tasks.context import RunContext
from tasks.curation.assemble import Thumbnails
from tasks.curation.config import CurateConfig
from tasks.curation.film import SeenFilm
from tasks.curation.film_view import middle_sample
from tasks.curation.measure import ATTEMPT
from tasks.curation.pack import PackedGroup
from tasks.curation.survey import OUTPUT as SURVEY
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
        return write_funnel(data, workspace.gate / FOLDER, Pictures(artifacts, seen, groups))


def funnel_of(
    artifacts: Artifacts, seen: Sequence[SeenFilm], groups: Sequence[PackedGroup], config: CurateConfig
) -> FunnelData:
    """Return the funnel of every film that came in and every shot that was found."""
    names = {film.item_id: film.source.name for film in seen}
    items = {film.item_id: FunnelItem(name=film.source.name, seconds=film.duration_seconds) for film in seen}
    shots: list[Shot] = _rows(artifacts, groups, "shots")
    items |= {
        shot.shot_id: FunnelItem(
            name=f"{names.get(shot.film_id, shot.film_id)}, {shot.start_seconds:.1f} s",
            seconds=shot.end_seconds - shot.start_seconds,
        )
        for shot in shots
    }
    decisions: list[Decision] = _rows(artifacts, groups, "decisions")
    return funnel_data(
        decisions, config.filters, items, _seconds(artifacts, seen, config), "What was kept, and why not"
    )


class Pictures:
    """Finds the picture of a film or of a shot, fetching that one alone."""

    def __init__(self, artifacts: Artifacts, seen: Sequence[SeenFilm], groups: Sequence[PackedGroup]) -> None:
        self._artifacts = artifacts
        self._films = {film.item_id: film for film in seen if "survey" in film.steps}
        self._shots = Thumbnails(artifacts, groups)

    def __call__(self, item_id: str) -> Path | None:
        """Return the middle of a film that was looked at, or a shot's thumbnail; None where there is none."""
        film = self._films.get(item_id)
        return self._shots.get(item_id) if film is None else self._middle(film)

    def _middle(self, film: SeenFilm) -> Path:
        manifest = self._artifacts.load(film.steps["survey"])
        folder = self._artifacts.fetch(manifest, lambda path: path == SURVEY)
        middle = middle_sample(read_survey(folder).samples, 0, film.num_frames).path
        return self._artifacts.fetch(manifest, lambda path: path == middle) / middle


def _rows(artifacts: Artifacts, groups: Sequence[PackedGroup], name: TableName) -> list[Any]:
    table = f"tables/{name}.parquet"
    folders = [artifacts.fetch(artifacts.load(group.key), lambda path: path == table) for group in groups]
    return records_of(read_tables([folder / table for folder in folders if (folder / table).is_file()], name), name)


def _seconds(artifacts: Artifacts, seen: Sequence[SeenFilm], config: CurateConfig) -> dict[str, float]:
    """Return, by gate, what its scorer took over all films; gates that share a scorer share its seconds."""
    by_scorer: dict[str, float] = defaultdict(float)
    for film in seen:
        for step, key in film.steps.items():
            for attempt in artifacts.journal.attempts(key=key) if step in ("probe", "measure") else ():
                by_scorer[attempt.step.removeprefix(ATTEMPT)] += attempt.seconds or 0.0
    return {rule.gate: by_scorer[rule.scorer] for rule in config.filters.rules if rule.scorer in by_scorer}
