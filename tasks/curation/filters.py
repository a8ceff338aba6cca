"""What scores mean: thresholds as versioned data, and the one function that turns a score into a decision."""

from typing import Literal

from pydantic import Field

from pegbar.config import Config
from pegbar.records import Decision
from tasks.curation.scores import Score

Effect = Literal["reject", "prologue"]
UNCERTAIN = "uncertain"


class GateRule(Config):
    """One gate: which scores pass.

    Args:
        title: what is measured, for a person. unit: of the score. scorer: who measures it.
        lower, upper: a score below or above is rejected; None is no bound.
        uncertain_upper: a score from `lower` up to this waits for a person, and is not kept until then.
        effect: what a rejected shot is: simply rejected, or a prologue or epilogue.
        when_unknown: what becomes of an item that could not be measured.
    """

    gate: str
    item_kind: Literal["film", "shot"]
    title: str
    unit: str = ""
    scorer: str = ""
    lower: float | None = None
    upper: float | None = None
    uncertain_upper: float | None = None
    effect: Effect = "reject"
    when_unknown: Literal["kept", "rejected"] = "kept"

    def decide(self, score: Score, item_id: str, version: int) -> Decision:
        """Return the last word of this gate on one item."""
        outcome, threshold, why = self._verdict(score.value)
        reason = why if not score.reason else f"{why}: {score.reason}" if why else score.reason
        return Decision(
            item_id=item_id,
            item_kind=self.item_kind,
            gate=self.gate,
            outcome=outcome,
            score=score.value,
            threshold=threshold,
            reason=reason,
            backend=f"{score.backend}-{score.version}",
            version=version,
        )

    def _verdict(self, value: float | None) -> tuple[Literal["kept", "rejected"], float | None, str]:
        """Return outcome, the threshold that decided (or the nearest), and why not."""
        if value is None:
            return self.when_unknown, self.lower if self.lower is not None else self.upper, "not measured"
        if self.lower is not None and value < self.lower:
            return "rejected", self.lower, f"{self._said(value)} is below {self.lower:g}"
        if self.uncertain_upper is not None and value < self.uncertain_upper:
            return "rejected", self.uncertain_upper, f"{UNCERTAIN}: {self._said(value)} is for a person to decide"
        if self.upper is not None and value > self.upper:
            return "rejected", self.upper, f"{self._said(value)} is above {self.upper:g}"
        bounds = [bound for bound in (self.lower, self.uncertain_upper, self.upper) if bound is not None]
        return "kept", min(bounds, key=lambda bound: abs(bound - value), default=None), ""

    def _said(self, value: float) -> str:
        number = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
        return f"{self.title} {number}{f' {self.unit}' if self.unit else ''}"


DEFAULT_RULES: tuple[GateRule, ...] = (
    GateRule(gate="duration", item_kind="film", title="length", unit="s", upper=1200.0, scorer="probe"),
    GateRule(gate="resolution", item_kind="film", title="shorter side", unit="px", lower=144.0, scorer="size"),
    GateRule(gate="frame_rate", item_kind="film", title="frame rate", unit="fps", lower=6.0, scorer="size"),
    GateRule(
        gate="effective_fps", item_kind="film", title="drawings a second", unit="fps", lower=3.0, scorer="held"
    ),
    GateRule(gate="freeze", item_kind="film", title="share of frozen time", upper=0.6, scorer="held"),
    GateRule(gate="black_bars", item_kind="film", title="share of black bars", upper=0.6, scorer="bars"),
    GateRule(
        gate="media_type", item_kind="film", title="likeness to animation", lower=0.2, uncertain_upper=0.88,
        scorer="media_type",
    ),
    GateRule(gate="subtitles", item_kind="film", title="share of time with subtitles", upper=0.05, scorer="text"),
    GateRule(gate="watermark", item_kind="film", title="share of shots with a logo", upper=0.6, scorer="text"),
    GateRule(gate="sound", item_kind="film", title="share of time with sound", scorer="sound"),
    GateRule(gate="duplicate_film", item_kind="film", title="share that a better film shows", upper=0.5),
    GateRule(
        gate="prologue", item_kind="shot", title="likeness to a card", upper=0.5, effect="prologue", scorer="text"
    ),
    GateRule(gate="text", item_kind="shot", title="share of picture under text", upper=0.15, scorer="text"),
    GateRule(gate="freeze", item_kind="shot", title="share of frozen time", upper=0.98, scorer="held"),
    GateRule(gate="motion", item_kind="shot", title="motion, as a share of the longer side a second", scorer="motion"),
    GateRule(gate="exposure", item_kind="shot", title="share crushed or burnt", upper=0.95, scorer="exposure"),
    GateRule(
        gate="blur", item_kind="shot", title="width of its edges", unit="‰ of the longer side", upper=3.0,
        scorer="sharpness",
    ),
    GateRule(gate="duplicate", item_kind="shot", title="likeness to an earlier shot", upper=0.5, scorer="duplicates"),
)  # fmt: skip


class FiltersConfig(Config):
    """Every gate between a film and the dataset, in the order of the funnel. Raise `version` when a bound changes."""

    version: int = Field(default=1, ge=1)
    rules: tuple[GateRule, ...] = DEFAULT_RULES

    def rule(self, gate: str, item_kind: str) -> GateRule | None:
        """Return the rule of a gate for films or shots; None where it is off."""
        return next((rule for rule in self.rules if (rule.gate, rule.item_kind) == (gate, item_kind)), None)

    def decide(self, score: Score, item_id: str) -> Decision | None:
        """Return the decision on a score; None where no rule asks for one."""
        rule = self.rule(score.gate, score.item_kind)
        return rule.decide(score, item_id, self.version) if rule else None
