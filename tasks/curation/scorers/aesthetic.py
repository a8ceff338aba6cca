"""How pictures look, by the model that is configured; without one there is no score and no gate."""

from collections.abc import Iterator

from models.aesthetics import AestheticConfig, AestheticModel
from pegbar.config import Config
from tasks.curation.film_view import FilmView
from tasks.curation.scores import Score

GATE = "aesthetic"


class AestheticScorerConfig(Config):
    """Which model scores."""

    model: AestheticConfig

    def build(self) -> "AestheticScorer":
        """Return the scorer; errors as the model's `build` raises them."""
        return AestheticScorer(self.model.build())


class AestheticScorer:
    """Gate `aesthetic` of a shot, the mean over its samples, and of the film, the mean over all of them."""

    name = "aesthetic"
    version = 1

    def __init__(self, model: AestheticModel) -> None:
        self._model = model

    def score(self, view: FilmView) -> Iterator[Score]:
        """Return every shot's score, then the film's; unknown where there is no sample."""
        values: list[float] = []
        for shot in view.shots:
            found = self._model.score([view.pixels(sample) for sample in view.samples_of(shot)])
            values += found
            yield self._mean(found, shot.index)
        yield self._mean(values, None)

    def _mean(self, values: list[float], shot: int | None) -> Score:
        return Score(
            gate=GATE,
            item_kind="film" if shot is None else "shot",
            shot=shot,
            value=sum(values) / len(values) if values else None,
            reason=f"mean of {len(values)} pictures" if values else "no sample",
            backend=self._model.name,
            version=self._model.version,
        )
