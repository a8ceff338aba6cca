"""Films held against each other: of those that show the same, the best stays."""

from collections.abc import Sequence

from prefect import task

from pegbar.artifacts import Artifacts
from pegbar.records import Decision
from tasks.context import RunContext
from tasks.curation.config import CurateConfig
from tasks.curation.duplicate_films import DuplicateFilm, find_duplicate_films
from tasks.curation.film import SeenFilm
from tasks.curation.filters import GateRule
from tasks.curation.measure import load_measured
from tasks.curation.scores import Score

GATE = "duplicate_film"


def tell_apart(artifacts: Artifacts, films: Sequence[SeenFilm], config: CurateConfig) -> list[SeenFilm]:
    """Add to every film that is still kept the decision whether a better one shows the same; order does not matter.

    The gate's upper bound is the largest share of a film that another one may show; without the gate all are kept.
    """
    rule = config.filters.rule(GATE, "film")
    if rule is None or rule.upper is None:
        return list(films)
    kept = sorted((film for film in films if film.is_kept), key=lambda film: film.item_id)
    signatures = [load_measured(artifacts, artifacts.load(film.steps["measure"])).signature for film in kept]
    found = {
        duplicate.film_id: duplicate
        for duplicate in find_duplicate_films(signatures, config.duplicate_films.but(min_share=rule.upper))
    }
    names = {film.item_id: film.source.name for film in kept}
    decided = {film.item_id: _decision(film.item_id, found.get(film.item_id), names, rule, config) for film in kept}
    return [
        film.model_copy(update={"decisions": (*film.decisions, decided[film.item_id])})
        if film.item_id in decided
        else film
        for film in films
    ]


def _decision(
    film_id: str, found: DuplicateFilm | None, names: dict[str, str], rule: GateRule, config: CurateConfig
) -> Decision:
    if found is None:
        return rule.decide(Score(gate=GATE, item_kind="film", value=0.0), film_id, config.filters.version)
    reason = f"shows the same as {names[found.like_film_id]}" + (", mirrored" if found.is_mirrored else "")
    score = Score(gate=GATE, item_kind="film", value=found.share, reason=reason)
    # its share may equal the bound, and of two films that show each other one has to go
    return rule.decide(score, film_id, config.filters.version).model_copy(
        update={"outcome": "rejected", "reason": reason}
    )


@task(name="compare-films")
def compare_films(context: RunContext, films: list[SeenFilm], config: CurateConfig) -> list[SeenFilm]:
    """Tell films apart (see `tell_apart`)."""
    with context.open() as artifacts:
        return tell_apart(artifacts, films, config)
