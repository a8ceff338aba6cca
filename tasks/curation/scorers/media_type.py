"""Animation or live action: a film's pictures go to the classifier; thresholds elsewhere make it three ways."""

from collections.abc import Iterator

from pydantic import Field

from models.media_types import ClassicalConfig, MediaTypeClassifier, MediaTypeConfig
from pegbar.config import Config
from tasks.curation.film_view import FilmView
from tasks.curation.scores import Score

GATE = "media_type"


class MediaTypeScorerConfig(Config):
    """Which classifier sees how many pictures (AnimeShooter, section 3.1: 16, uniformly sampled)."""

    num_pictures: int = Field(default=16, ge=1)
    classifier: MediaTypeConfig = ClassicalConfig()

    def build(self) -> "MediaTypeScorer":
        """Return the scorer; errors as the classifier's `build` raises them."""
        return MediaTypeScorer(self.classifier.build(), self.num_pictures)


class MediaTypeScorer:
    """Gate `media_type` of a film: 0 live action, 1 animation; unknown where no picture shows anything."""

    name = "media_type"
    version = 1

    def __init__(self, classifier: MediaTypeClassifier, num_pictures: int) -> None:
        self._classifier = classifier
        self._num_pictures = num_pictures

    def score(self, view: FilmView) -> Iterator[Score]:
        """Return the film's score."""
        pictures = [view.pixels(sample) for sample in view.spread_samples(self._num_pictures)]
        found = self._classifier.animation_score(pictures) if pictures else None
        yield Score(
            gate=GATE,
            item_kind="film",
            value=found.value if found else None,
            reason=found.reason if found else "no picture shows anything",
            backend=self._classifier.name,
            version=self._classifier.version,
        )
