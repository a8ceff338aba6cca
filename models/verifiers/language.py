"""A model that looks judges a cut-out by the five criteria of AnimeShooter (section 3.3, figure 7)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from models.clients import Calls, ClientConfig, LanguageClient, Picture, Question, Text
from models.prompts import Prompt
from models.segmenters import Pixels
from models.verifiers.base import Criterion, Cutout, Verdict
from pegbar.config import Config

PROMPTS = Path(__file__).parent / "prompts"
CRITERIA: tuple[Criterion, ...] = get_args(Criterion)
NOTHING = "(nothing)"
Finding = Literal["pass", "fail"]


class LanguageVerifierConfig(Config):
    """Who is asked, with which words, and what is shown.

    Args:
        client: the model; its name is the one that decisions bear.
        max_side: longer side, in pixels, to which a larger cut-out is brought down.
        max_listed, max_characters: so many captions and others are told at most, and so much of each.
    """

    kind: Literal["language"] = "language"
    client: ClientConfig
    prompt: Literal["reference.v1"] = "reference.v1"
    max_side: int = Field(default=768, ge=32)
    max_listed: int = Field(default=12, ge=1)
    max_characters: int = Field(default=1000, ge=1)

    def build(self, calls: Calls) -> "LanguageVerifier":
        """Return the verifier.

        Raises:
            MissingExtraError, InputError: see the client's `build`.
        """
        return LanguageVerifier(self, self.client.build(calls))


class Judgement(BaseModel):
    """What the model answers. The verdict comes last, so that it follows from what was said before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    completeness: Finding
    description: Finding
    consistency: Finding
    pose: Finding
    quality: Finding
    explanation: str = Field(max_length=2000)
    verdict: Literal["yes", "no"]

    @property
    def failed(self) -> tuple[Criterion, ...]:
        """The criteria that fail, in the paper's order."""
        return tuple(name for name in CRITERIA if getattr(self, name) == "fail")


class LanguageVerifier:
    """Accepts what passes all five criteria; the score is the share of them that pass."""

    def __init__(self, config: LanguageVerifierConfig, client: LanguageClient) -> None:
        self._config = config
        self._client = client
        self._prompt = Prompt.load(PROMPTS / f"{config.prompt}.md")
        self.name = client.name
        self.version = self._prompt.version

    def verify(self, cutout: Cutout) -> Verdict:
        """Judge one cut-out.

        Raises:
            AnswerError, ProviderError, CallBudgetError, ConfigurationError: see `LanguageClient`.
        """
        parts = Text(self._words(cutout)), Picture(_encoded(cutout.picture, self._config.max_side), "image/png")
        judgement = self._client.ask(Question(self._prompt.title, parts, Judgement, contradictions)).value
        return Verdict(
            is_accepted=judgement.verdict == "yes",
            score=1 - len(judgement.failed) / len(CRITERIA),
            failed=judgement.failed,
            explanation=judgement.explanation.strip(),
        )

    def _words(self, cutout: Cutout) -> str:
        longest = self._config.max_characters
        height, width = cutout.picture.shape[:2]
        return self._prompt.render(
            name=cutout.name[:longest],
            appearance=cutout.appearance[:longest] or NOTHING,
            told=self._listed(cutout.told),
            others=self._listed(cutout.others),
            size=f"{width} x {height}",
        )

    def _listed(self, texts: Sequence[str]) -> str:
        once = list(dict.fromkeys(texts))[: self._config.max_listed]
        lines = (f"{number}. {text[: self._config.max_characters]}" for number, text in enumerate(once, 1))
        return "\n".join(lines) or NOTHING


def contradictions(judgement: Judgement) -> Sequence[str]:
    """Return what in a judgement does not fit together, one sentence each."""
    wrong: list[str] = []
    if not judgement.explanation.strip():
        wrong.append("the explanation is empty")
    if judgement.verdict == "yes" and judgement.failed:
        wrong.append(f"the verdict is yes, and {', '.join(judgement.failed)} failed: either they pass or it is no")
    if judgement.verdict == "no" and not judgement.failed:
        wrong.append("the verdict is no, and all five criteria pass: name the one that fails or say yes")
    return wrong


def _encoded(picture: Pixels, max_side: int) -> bytes:
    """Return RGB pixels as a PNG, brought down to `max_side` where they are larger."""
    height, width = picture.shape[:2]
    if (scale := max_side / max(height, width)) < 1:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    _, encoded = cv2.imencode(".png", np.ascontiguousarray(picture[:, :, ::-1]), [cv2.IMWRITE_PNG_COMPRESSION, 6])
    return encoded.tobytes()
