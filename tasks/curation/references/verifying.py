"""Judging cut-outs, the best first, by the five criteria (AS-17)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np

from models.verifiers import Cutout, Verifier
from pegbar.errors import AnswerError
from pegbar.records import Shot
from tasks.curation.references.candidates import KeptFrames, ShotPlan
from tasks.curation.references.choice import SOMEBODY_ELSE, Candidate, Ranked, Search, rank
from tasks.curation.references.config import ReferencesConfig
from tasks.curation.references.told import told_of


def verify_all(
    searches: Mapping[str, Search],
    plan: Sequence[ShotPlan],
    kept: KeptFrames,
    verifier: Verifier,
    config: ReferencesConfig,
) -> None:
    """Rank every character's cut-outs and judge as many as the configuration says.

    Raises:
        ProviderError, CallBudgetError: see `Verifier`.
    """
    shots = [planned.shot for planned in plan]
    for name, ranked in rank(searches, config.choice).items():
        told = _told(name, searches, shots)
        searches[name].ranked = _judged(searches[name], ranked, told, searches, kept, verifier, config.most_judged)


def _told(name: str, searches: Mapping[str, Search], shots: Sequence[Shot]) -> tuple[str, ...]:
    own = searches[name].character
    others = [
        search.character.name
        for other, search in searches.items()
        if other != name and search.character.story_id == own.story_id
    ]
    return told_of(own.name, others, [shot for shot in shots if name in shot.character_ids])


def _judged(
    search: Search,
    ranked: Sequence[Ranked],
    told: tuple[str, ...],
    searches: Mapping[str, Search],
    kept: KeptFrames,
    verifier: Verifier,
    most: int | None,
) -> list[Ranked]:
    judged: list[Ranked] = []
    asked, is_done = 0, False
    for one in ranked:
        if one.shows_somebody_else:
            one = replace(one, refusal=SOMEBODY_ELSE)
        elif most is None or (asked < most and not is_done):
            asked += 1
            one = _verified(one, _cutout(search, one.candidate, told, searches, kept), verifier)
            is_done = one.is_accepted
        judged.append(one)
    return judged


def _verified(ranked: Ranked, cutout: Cutout, verifier: Verifier) -> Ranked:
    try:
        verdict = verifier.verify(cutout)
    except AnswerError as error:
        return replace(ranked, refusal=error.what)
    refusal = "" if verdict.is_accepted else verdict.explanation or ", ".join(verdict.failed) or "refused"
    return replace(ranked, verdict=verdict, refusal=refusal)


def _cutout(
    search: Search, candidate: Candidate, told: tuple[str, ...], searches: Mapping[str, Search], kept: KeptFrames
) -> Cutout:
    own = search.character
    picture = cv2.imdecode(np.frombuffer(candidate.image, np.uint8), cv2.IMREAD_COLOR)
    mask = cv2.imdecode(np.frombuffer(candidate.mask, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None and mask is not None, "a PNG of our own"
    return Cutout(
        frame=kept.load(candidate.frame).pixels,
        mask=mask > 127,
        picture=np.ascontiguousarray(picture[:, :, ::-1], np.uint8),
        name=own.name,
        appearance=own.appearance,
        told=told,
        others=tuple(
            searches[other].character.appearance for other in candidate.shot.character_ids if other != own.character_id
        ),
    )
