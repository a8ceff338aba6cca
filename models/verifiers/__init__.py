"""Verifiers: what says whether a cut-out may stand for a character. One file per backend."""

from typing import Annotated

from pydantic import Field

from models.verifiers.base import Criterion, Cutout, Verdict, Verifier
from models.verifiers.language import LanguageVerifierConfig
from models.verifiers.rules import RulesVerifierConfig

VerifierConfig = Annotated[RulesVerifierConfig | LanguageVerifierConfig, Field(discriminator="kind")]

__all__ = [
    "Criterion",
    "Cutout",
    "LanguageVerifierConfig",
    "RulesVerifierConfig",
    "Verdict",
    "Verifier",
    "VerifierConfig",
]
