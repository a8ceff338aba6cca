"""What every verifier keeps, run over all of them; the language model is a local server that judges by size."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import pytest
from language_questions import KEY, KEY_VARIABLE, calls_to
from servers.language_server import Asked, LanguageServer, language_server
from small_films import scene

from models.clients import OpenAIConfig
from models.verifiers import (
    Criterion,
    Cutout,
    LanguageVerifierConfig,
    RulesVerifierConfig,
    Verifier,
    VerifierConfig,
)
from tasks.curation.references.cutouts import on_white

CRITERIA = get_args(Criterion)
Build = Callable[[], Verifier]


def judged_by_size(asked: Asked) -> str:
    """Fail a picture of few bytes for its quality, as a model would that sees it."""
    sharp = "pass" if len(asked.media[0][1]) > 500 else "fail"
    found = dict.fromkeys(CRITERIA, "pass") | {"quality": sharp}
    return json.dumps(found | {"explanation": "By its size.", "verdict": "yes" if sharp == "pass" else "no"})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LanguageServer]:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    with language_server(judged_by_size) as running:
        yield running


@pytest.fixture(params=["rules", "language"])
def build(request: pytest.FixtureRequest, server: LanguageServer, tmp_path: Path) -> Build:
    configs: dict[str, VerifierConfig] = {
        "rules": RulesVerifierConfig(),
        "language": LanguageVerifierConfig(client=OpenAIConfig(model="gpt-4o")),
    }
    config = configs[request.param]
    return lambda: config.build(calls_to(server, tmp_path))


@pytest.fixture(scope="module")
def whole() -> Cutout:
    """A figure as a segmenter finds it at its best."""
    pixels, mask = scene(0, 5, ("Ruby",))
    cv2.circle(pixels, (90, 84), 9, (255, 255, 255), -1)  # a belly, so that light and dark are in it
    return Cutout(pixels, mask, on_white(pixels, mask, 0.1), "Ruby", "A round red figure.", ("Ruby waves.",))


@pytest.fixture(scope="module")
def scrap(whole: Cutout) -> Cutout:
    """A few pixels of the figure."""
    rows, columns = np.nonzero(whole.mask)
    mask = np.zeros_like(whole.mask)
    mask[rows[0] : rows[0] + 3, columns[0] : columns[0] + 3] = True
    return replace(whole, mask=mask, picture=on_white(whole.frame, mask, 0.1))


def test_a_whole_figure_passes_and_a_scrap_is_refused_for_a_reason(build: Build, whole: Cutout, scrap: Cutout) -> None:
    good, bad = build().verify(whole), build().verify(scrap)
    assert good.is_accepted
    assert good.failed == ()
    assert not bad.is_accepted
    assert bad.failed
    assert bad.explanation
    assert 0 <= bad.score < good.score <= 1


def test_the_same_cut_out_gets_the_same_verdict(build: Build, scrap: Cutout) -> None:
    assert build().verify(scrap) == build().verify(scrap)


@pytest.mark.parametrize("words", ["", "$name ${told} %s {}", "\U0001f98a\x00\u202e狐", "very red " * 100_000])
def test_whatever_is_told_is_judged(build: Build, whole: Cutout, words: str) -> None:
    verdict = build().verify(replace(whole, name=words, appearance=words, told=(words, words)))
    assert set(verdict.failed) <= set(CRITERIA)
    assert verdict.is_accepted == (not verdict.failed)


def test_a_verifier_has_a_name_and_a_version(build: Build) -> None:
    verifier = build()
    assert verifier.name
    assert verifier.version >= 1
