"""Films held against each other: of those that show the same, the best stays."""

from collections.abc import Sequence

from prefect import task

from pegbar.artifacts import Artifacts
from pegbar.records import Decision
from tasks.context import RunContext
from tasks.curation.config import CurateConfig
from tasks.curation.duplicate_films import DuplicateFilm, DuplicateFilmsConfig, find_duplicate_films
from tasks.curation.film import SeenFilm
from tasks.curation.measure import load_measured

GATE = "duplicate_film"


def tell_apart(artifacts: Artifacts, films: Sequence[SeenFilm], config: DuplicateFilmsConfig) -> list[SeenFilm]:
    """Add to every film that is still kept the decision whether a better one shows the same; order does not matter."""
    kept = sorted((film for film in films if film.is_kept), key=lambda film: film.item_id)
    signatures = [load_measured(artifacts, artifacts.load(film.keys["measure"])).signature for film in kept]
    found = {duplicate.film_id: duplicate for duplicate in find_duplicate_films(signatures, config)}
    names = {film.item_id: film.source.name for film in kept}
    decided = {film.item_id: _decision(film.item_id, found.get(film.item_id), names, config) for film in kept}
    return [
        film.model_copy(update={"decisions": (*film.decisions, decided[film.item_id])})
        if film.item_id in decided
        else film
        for film in films
    ]


def _decision(
    film_id: str, duplicate: DuplicateFilm | None, names: dict[str, str], config: DuplicateFilmsConfig
) -> Decision:
    reason = ""
    if duplicate is not None:
        reason = f"shows the same as {names[duplicate.like_film_id]}" + (", mirrored" if duplicate.is_mirrored else "")
    return Decision(
        item_id=film_id,
        item_kind="film",
        gate=GATE,
        outcome="kept" if duplicate is None else "rejected",
        score=0.0 if duplicate is None else duplicate.share,
        threshold=config.min_share,
        reason=reason,
    )


@task(name="compare-films")
def compare_films(context: RunContext, films: list[SeenFilm], config: CurateConfig) -> list[SeenFilm]:
    """Tell films apart (see `tell_apart`)."""
    with context.open() as artifacts:
        return tell_apart(artifacts, films, config.duplicate_films)
