"""Everything that shapes a dataset, in one configuration."""

from pydantic import Field

from expectations.gate import GateConfig
from models.annotators import LanguageAnnotatorConfig
from models.clients import ClientConfig
from models.sound_annotators import LanguageSoundConfig
from models.verifiers import LanguageVerifierConfig
from pegbar.config import Config
from tasks.curation.annotate import AnnotateConfig
from tasks.curation.clips import ClipsConfig
from tasks.curation.detection.detect import DetectConfig
from tasks.curation.duplicate_films import DuplicateFilmsConfig
from tasks.curation.facts import FactsConfig
from tasks.curation.filters import FiltersConfig
from tasks.curation.measure import MeasureConfig
from tasks.curation.references.config import ReferencesConfig
from tasks.curation.sound.audio_shots import AudioShotsConfig
from tasks.curation.sources.candidates import SourceConfig
from tasks.curation.survey import SurveyConfig


class CurateConfig(Config):
    """From films to a gated dataset; every part sits beside the step it configures.

    Args:
        max_retryable_share: more films than this failing for a reason that is not theirs stop the run.
        max_films_per_shard: films that one task handles; a group is never split.
    """

    source: SourceConfig = SourceConfig()
    facts: FactsConfig = FactsConfig()
    survey: SurveyConfig = SurveyConfig()
    detect: DetectConfig = DetectConfig()
    measure: MeasureConfig = MeasureConfig()
    filters: FiltersConfig = FiltersConfig()
    duplicate_films: DuplicateFilmsConfig = DuplicateFilmsConfig()
    annotate: AnnotateConfig = AnnotateConfig()
    clips: ClipsConfig = ClipsConfig()
    references: ReferencesConfig = ReferencesConfig()
    audio_shots: AudioShotsConfig = AudioShotsConfig()
    gate: GateConfig = GateConfig()
    max_retryable_share: float = Field(default=0.1, ge=0, le=1)
    max_films_per_shard: int = Field(default=64, ge=1)

    def accepting_drift(self) -> "CurateConfig":
        """Return the same, but a change against the version before is remarked instead of refused."""
        return self.but(gate=self.gate.but(drift=self.gate.drift.but(accept=True)))

    def told_by(self, client: ClientConfig) -> "CurateConfig":
        """Return the same, but a language model tells the stories and the sounds, where none or a script did."""
        annotate = self.annotate.but(annotator=LanguageAnnotatorConfig(client=client))
        return self.but(
            annotate=annotate, audio_shots=self.audio_shots.but(annotator=LanguageSoundConfig(client=client))
        )

    def verified_by(self, client: ClientConfig) -> "CurateConfig":
        """Return the same, but a language model judges the reference pictures."""
        return self.but(references=self.references.but(verifier=LanguageVerifierConfig(client=client)))
