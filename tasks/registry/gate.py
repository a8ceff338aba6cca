"""The promotion gate: fails closed on missing, undefined or worse scores, and says every reason."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from expectations.gate import check_frame
from expectations.shot_scores import shot_scores_suite
from models.metrics import mean_interval
from pegbar.config import Config
from pegbar.digests import digest_bytes
from pegbar.errors import IntegrityError
from pegbar.files import write_bytes
from pegbar.records import Record
from tasks.evaluation.card import EvaluationCard
from tasks.registry.line import taints
from tasks.registry.records import RegisteredVersion
from tasks.registry.versions import Versions

if TYPE_CHECKING:
    import pandas as pd


class PromoteConfig(Config):
    """What a candidate must reach. No paper states bounds; these are ours, and a recipe sets its own."""

    min_mean: float = Field(default=0.2, ge=0, le=1)
    min_harmeanp: float = Field(default=0.0, ge=0, le=1)
    max_harmeanp_drop: float = Field(default=0.02, ge=0, description="how far below the champion's HarMeanP is allowed")
    min_stories: int = Field(default=1, ge=1)


class Comparison(Record):
    """Candidate minus champion in HarMeanP.

    Args:
        kind: ``paired`` on the same stories, references and seeds; ``unpaired`` on different ones of the same
            measure; ``first`` where there is no champion.
        interval: 95 % of the mean difference, paired only.
    """

    kind: Literal["paired", "unpaired", "first"]
    champion: str | None = None
    champion_digest: str = ""
    difference: float | None = None
    interval: tuple[float, float] | None = None


class Verdict(Record):
    """The gate's word on one candidate, with the evidence it rests on."""

    passed: bool
    model: str
    version: str
    evaluation_digest: str
    mean: float | None
    harmeanp: float | None
    comparison: Comparison
    config: PromoteConfig
    reasons: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Digest of the verdict: what the promotion log names."""
        return digest_bytes(self.to_json())


def judge(
    registry: Versions,
    candidate: RegisteredVersion,
    champion: RegisteredVersion | None,
    config: PromoteConfig,
    out: Path,
) -> Verdict:
    """Judge a candidate by its attached evaluation, against the champion's; write ``verdict.json`` under `out`."""
    card, problems = _card_of(registry, candidate)
    problems += _check_taint(registry, candidate)
    comparison = Comparison(kind="first")
    if card is not None:
        problems += _check_scores(card, out) + _check_bounds(card, config)
        if champion is not None:
            rival, missing = _card_of(registry, champion)
            comparison, worse = _compared(card, rival, champion, config)
            problems += missing + worse
    verdict = Verdict(
        passed=not problems,
        model=candidate.model,
        version=candidate.version,
        evaluation_digest=candidate.evaluation_digest,
        mean=card.mean if card else None,
        harmeanp=card.harmeanp if card else None,
        comparison=comparison,
        config=config,
        reasons=tuple(problems),
    )
    write_bytes(out / "verdict.json", verdict.to_json())
    return verdict


def shot_frame(card: EvaluationCard) -> "pd.DataFrame":
    """Return one row per scored shot; an undefined score is NaN."""
    import pandas as pd

    rows = [
        {
            "item_id": f"{story.story_id}:{story.seed}:{index}",
            "story_id": story.story_id,
            "seed": story.seed,
            "shot_index": index,
            "score": math.nan if score is None else score,
        }
        for story in card.stories
        for index, score in enumerate(story.shots)
    ]
    return pd.DataFrame(rows, columns=["item_id", "story_id", "seed", "shot_index", "score"])


def _card_of(registry: Versions, found: RegisteredVersion) -> tuple[EvaluationCard | None, list[str]]:
    name = f"{found.model}/{found.version}"
    try:
        card = registry.evaluation_card(found)
    except IntegrityError as error:
        return None, [error.what]
    if card is None:
        return None, [f"{name} was never evaluated"]
    if card.model_digest != found.model_digest:
        return None, [f"the evaluation of {name} is of another model"]
    return card, []


def _check_taint(registry: Versions, candidate: RegisteredVersion) -> list[str]:
    why = taints(registry.journal.promotion_log(candidate.model)).get(candidate.version)
    return [f"it may have learnt from what was taken down: {why}"] if why else []


def _check_scores(card: EvaluationCard, out: Path) -> list[str]:
    """Run the table's contract over the shots."""
    measure = card.measure
    expected = measure.num_stories * len(measure.seeds) * measure.shots_per_story
    report = check_frame(shot_scores_suite(expected), shot_frame(card), out)
    found = sum(len(story.shots) for story in card.stories)
    surplus = [f"{found} shots scored, {expected} expected"] if found > expected else []
    failed = [f"{reason.check}: {reason.message}" for reason in report.reasons if reason.severity == "critical"]
    return surplus + failed + ([] if report.passed or failed else ["the gate did not pass"])


def _check_bounds(card: EvaluationCard, config: PromoteConfig) -> list[str]:
    problems = []
    if len(card.stories) < config.min_stories:
        problems.append(f"{len(card.stories)} stories evaluated, at least {config.min_stories} needed")
    for name, value, bound in (("Mean", card.mean, config.min_mean), ("HarMeanP", card.harmeanp, config.min_harmeanp)):
        if value is None or not math.isfinite(value):
            problems.append(f"{name} is undefined")
        elif value < bound:
            problems.append(f"{name} {value:.4f} is under {bound:g}")
    return problems


def _compared(
    card: EvaluationCard, rival: EvaluationCard | None, champion: RegisteredVersion, config: PromoteConfig
) -> tuple[Comparison, list[str]]:
    name = f"the champion {champion.model}/{champion.version}"
    comparison = Comparison(kind="unpaired", champion=champion.version, champion_digest=champion.evaluation_digest)
    if rival is None:
        return comparison, [f"{name} has no evaluation to compare with"]
    if _yardstick(rival) != _yardstick(card):
        return comparison, [f"{name} was measured differently: pegbar evaluate {champion.model}/{champion.version}"]
    if rival.harmeanp is None or card.harmeanp is None:
        return comparison, [] if rival.harmeanp is not None else [f"HarMeanP of {name} is undefined"]
    difference = card.harmeanp - rival.harmeanp
    pairs = _paired_differences(card, rival)
    comparison = comparison.model_copy(
        update={
            "kind": "paired" if pairs else "unpaired",
            "difference": difference,
            "interval": mean_interval(pairs) if pairs else None,
        }
    )
    if difference < -config.max_harmeanp_drop:
        worse = f"HarMeanP {card.harmeanp:.4f} is {-difference:.4f} below {name} ({config.max_harmeanp_drop:g} allowed)"
        return comparison, [worse]
    return comparison, []


def _yardstick(card: EvaluationCard) -> tuple[object, ...]:
    """Return what must be equal for two cards' numbers to stand side by side."""
    measure = card.measure
    return measure.embedder, measure.embedder_version, measure.preprocessing, measure.shots_per_story


def _paired_differences(card: EvaluationCard, rival: EvaluationCard) -> list[float]:
    """Return the differences per story and seed, where both were measured on the same set."""
    if card.measure.set_digest != rival.measure.set_digest:
        return []
    theirs = {(story.story_id, story.seed): story.harmeanp for story in rival.stories}
    pairs = [(story.harmeanp, theirs.get((story.story_id, story.seed))) for story in card.stories]
    return [own - other for own, other in pairs if own is not None and other is not None]
