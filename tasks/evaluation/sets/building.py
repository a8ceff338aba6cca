"""The evaluation set: characters, a reference and short clips of each to learn from, and stories to be told of them.

The clips are for fine-tuning only, the prompts for evaluation only. Both are named by ids and digests, so that whoever
trains on the dataset can leave these films out and prove it.
"""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from models.clients import Calls
from pegbar.config import Config
from pegbar.dataset import Dataset
from pegbar.errors import AnswerError, InputError
from pegbar.records import Decision, Film, ItemKind, Record
from tasks.evaluation.sets.clips import Candidate, ClipChoice, candidates_of, choose_clips, lot
from tasks.evaluation.sets.language import LanguageWriterConfig
from tasks.evaluation.sets.template import TemplateWriterConfig
from tasks.evaluation.sets.writers import PromptWriter, Subject

GATE = "evaluation_set"
VERSION = 1
WriterConfig = Annotated[TemplateWriterConfig | LanguageWriterConfig, Field(discriminator="kind")]


class EvaluationSetConfig(Config):
    """How large the set is, and who writes its prompts: 20 characters of 20 films with 10 stories each (C.2)."""

    num_ips: int = Field(default=20, ge=1)
    num_stories: int = Field(default=10, ge=1)
    seed: int = Field(default=0, ge=0)
    clips: ClipChoice = ClipChoice()
    writer: WriterConfig = TemplateWriterConfig()


class EvaluationClip(Record):
    """A clip to learn a character from, `file` in the character's folder; `scene` and `caption` are the dataset's."""

    shot_id: str
    file: str
    scene: str
    caption: str
    start_seconds: float
    end_seconds: float
    sha256: str


class EvaluationPrompt(Record):
    """A story to be told, a caption per scene."""

    prompt_id: str
    scenes: tuple[str, ...]


class EvaluationIP(Record):
    """One character. `character_ids` are its ids in all stories of its film; `prompts` are in the file's order."""

    ip_id: str
    film_id: str
    film_name: str
    film_sha256: str
    name: str
    appearance: str
    character_ids: tuple[str, ...]
    reference_id: str
    reference_sha256: str
    clips: tuple[EvaluationClip, ...]
    prompts: tuple[EvaluationPrompt, ...]


class EvaluationSet(Record):
    """A whole set, and why each character or film that is not in it was left out."""

    dataset_digest: str
    seed: int
    choice_version: int
    rules_version: int
    writer: str
    writer_version: int
    ips: tuple[EvaluationIP, ...]
    decisions: tuple[Decision, ...]

    @property
    def film_ids(self) -> frozenset[str]:
        """Films that a model under test may not have been trained on, but for the clips for fine-tuning."""
        return frozenset(ip.film_id for ip in self.ips)

    @property
    def finetuning_shot_ids(self) -> frozenset[str]:
        """The shots that a model under test may be fine-tuned on."""
        return frozenset(clip.shot_id for ip in self.ips for clip in ip.clips)


def build_evaluation_set(dataset: Dataset, config: EvaluationSetConfig, calls: Calls) -> EvaluationSet:
    """Choose characters, one per film, and have their prompts written. Every film and character gets a decision.

    Raises:
        InputError: nobody can be taken; the first reasons are told.
        ProviderError, CallBudgetError, ConfigurationError: see `LanguageClient`.
    """
    writer = config.writer.build(calls)
    builder = _Builder(dataset, config, writer)
    ips, decisions = builder.build()
    if not ips:
        reasons = "; ".join(dict.fromkeys(decision.reason for decision in decisions)) or "it has no films"
        raise InputError(
            f"no character of the dataset can be evaluated on: {reasons}",
            remedy="curate more films with scripts, or ask for fewer clips of each",
            subject=dataset.digest,
        )
    return EvaluationSet(
        dataset_digest=dataset.digest,
        seed=config.seed,
        choice_version=config.clips.version,
        rules_version=config.writer.rules.version,
        writer=writer.name,
        writer_version=writer.version,
        ips=ips,
        decisions=decisions,
    )


class _Builder:
    """Takes films in the order of the draw until there are enough."""

    def __init__(self, dataset: Dataset, config: EvaluationSetConfig, writer: PromptWriter) -> None:
        self._ips: list[EvaluationIP] = []
        self._config = config
        self._writer = writer
        self._films = {film.film_id: film for film in dataset.films()}
        self._candidates = candidates_of(dataset.training_view(), config.clips)
        self._places = tuple(sorted({scene.name for scene in dataset.scenes()}))
        shots = dataset.shots()
        self._told = tuple(sorted({text for shot in shots if (text := shot.plot or shot.caption)}))

    def build(self) -> tuple[tuple[EvaluationIP, ...], tuple[Decision, ...]]:
        """Return who was taken, and a decision on everybody."""
        decisions = tuple(self._decisions())
        return tuple(self._ips), decisions

    def _decisions(self) -> Iterator[Decision]:
        for film_id in sorted(self._films, key=lambda film_id: lot(self._config.seed, film_id)):
            cast = self._candidates.get(film_id)
            if not cast:
                yield self._decision("film", film_id, None, "no story of it has a script and a reference")
                continue
            taken = ""
            for candidate in cast:
                why = self._refusal(candidate, taken) or self._take(self._films[film_id], candidate, cast)
                taken = taken or ("" if why else candidate.name)
                yield self._decision("character", candidate.characters[0].character_id, len(candidate.clips), why)

    def _refusal(self, candidate: Candidate, taken: str) -> str:
        if problem := candidate.problem(self._config.clips):
            return problem
        if taken:
            return f"{taken} stands for its film"
        if len(self._ips) == self._config.num_ips:
            return f"{self._config.num_ips} others were drawn"
        return ""

    def _take(self, film: Film, candidate: Candidate, cast: list[Candidate]) -> str:
        """Add a character with its prompts; return why it cannot be."""
        others = tuple(one.name for one in cast if one is not candidate)
        appearance = candidate.characters[0].appearance
        subject = Subject(candidate.name, appearance, others, self._places, self._told)
        try:
            stories = self._writer.write(subject, self._config.num_stories, self._config.seed)
        except (AnswerError, InputError) as error:
            return error.what
        rules = self._config.writer.rules
        if wrong := rules.violations(stories, self._config.num_stories, candidate.name, others):
            return f"its prompts break the rules: {wrong[0]}"
        ip_id = f"ip-{len(self._ips):03d}"
        reference = candidate.best_reference
        self._ips.append(
            EvaluationIP(
                ip_id=ip_id,
                film_id=film.film_id,
                film_name=film.name,
                film_sha256=film.sha256,
                name=candidate.name,
                appearance=appearance,
                character_ids=tuple(character.character_id for character in candidate.characters),
                reference_id=reference.reference.reference_id,
                reference_sha256=reference.image.sha256,
                clips=self._clips(candidate),
                prompts=tuple(
                    EvaluationPrompt(prompt_id=f"{ip_id}-p{at:02d}", scenes=tuple(scene.caption for scene in story))
                    for at, story in enumerate(stories)
                ),
            )
        )
        return ""

    def _clips(self, candidate: Candidate) -> tuple[EvaluationClip, ...]:
        return tuple(
            EvaluationClip(
                shot_id=clip.shown.shot.shot_id,
                file=f"clips/{at:02d}.mp4",
                scene=clip.scene,
                caption=clip.shown.shot.caption or "",
                start_seconds=clip.shown.shot.start_seconds,
                end_seconds=clip.shown.shot.end_seconds,
                sha256=clip.shown.clip.sha256,
            )
            for at, clip in enumerate(choose_clips(candidate.clips, self._config.clips.max_clips))
        )

    def _decision(self, kind: ItemKind, item_id: str, num_clips: int | None, why: str) -> Decision:
        return Decision(
            item_id=item_id,
            item_kind=kind,
            gate=GATE,
            outcome="rejected" if why else "kept",
            score=None if num_clips is None else float(num_clips),
            threshold=None if num_clips is None else float(self._config.clips.min_clips),
            reason=why,
            version=VERSION,
        )
