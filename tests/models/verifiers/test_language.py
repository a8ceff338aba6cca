"""A language model as verifier: what it is asked, what is made of its judgement, and what it may not answer."""

import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from language_questions import KEY, KEY_VARIABLE, calls_to
from servers.language_server import LanguageServer, language_server, scripted

from models.clients import OpenAIConfig
from models.prompts import Prompt
from models.verifiers import Cutout, LanguageVerifierConfig, Verdict
from models.verifiers.language import PROMPTS
from pegbar.errors import AnswerError

CONFIG = LanguageVerifierConfig(client=OpenAIConfig(model="gpt-4o"))
FRAME = np.full((90, 160, 3), 200, np.uint8)
MASK = np.zeros((90, 160), bool)
MASK[20:80, 40:100] = True
CUTOUT = Cutout(
    frame=FRAME,
    mask=MASK,
    picture=np.full((1536, 768, 3), (250, 120, 0), np.uint8),
    name="Rufus",
    appearance="A red fox who costs $5.",
    told=("Rufus, in his green coat, waits.", "Rufus runs.", "Rufus runs."),
    others=("A grey owl.",),
)


def judgement(verdict: str, explanation: str = "The figure stands whole and clear.", **failed: str) -> str:
    passed = dict.fromkeys(("completeness", "description", "consistency", "pose", "quality"), "pass")
    return json.dumps({**passed, **failed, "explanation": explanation, "verdict": verdict})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LanguageServer]:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    with language_server(scripted(judgement("yes"))) as running:
        yield running


def verdict_on(server: LanguageServer, folder: Path, *answers: str, cutout: Cutout = CUTOUT) -> Verdict:
    server.answers = scripted(*answers)
    return CONFIG.build(calls_to(server, folder)).verify(cutout)


def test_yes_accepts(server: LanguageServer, tmp_path: Path) -> None:
    verdict = verdict_on(server, tmp_path, judgement("yes"))
    assert verdict == Verdict(is_accepted=True, score=1.0, explanation="The figure stands whole and clear.")


def test_no_refuses_and_names_what_failed_in_the_paper_s_order(server: LanguageServer, tmp_path: Path) -> None:
    verdict = verdict_on(server, tmp_path, judgement("no", " Seen from behind. ", pose="fail", completeness="fail"))
    assert verdict.failed == ("completeness", "pose")
    assert (verdict.is_accepted, verdict.explanation) == (False, "Seen from behind.")
    assert verdict.score == pytest.approx(3 / 5)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (judgement("yes", quality="fail"), "quality failed"),
        (judgement("no"), "all five criteria pass"),
        (judgement("yes", " "), "explanation is empty"),
        (judgement("maybe"), "verdict"),
        ('{"verdict": "yes", "explanation": "Fine."}', "completeness"),
    ],
    ids=["yes-failed", "no-passed", "silent", "maybe", "without-criteria"],
)
def test_what_contradicts_itself_is_told_and_asked_again(
    server: LanguageServer, tmp_path: Path, wrong: str, told: str
) -> None:
    verdict = verdict_on(server, tmp_path, wrong, judgement("no", quality="fail"))
    assert verdict.failed == ("quality",)
    assert told in server.asked[1].turns[-1]


def test_nonsense_three_times_is_an_error(server: LanguageServer, tmp_path: Path) -> None:
    with pytest.raises(AnswerError, match="reference v1"):
        verdict_on(server, tmp_path, "What a lovely fox!")
    assert len(server.asked) == 3


def test_the_cut_out_goes_as_a_bounded_png_with_all_that_is_told_of_it(server: LanguageServer, tmp_path: Path) -> None:
    verdict_on(server, tmp_path, judgement("yes"))
    ((media_type, content),) = server.asked[0].media
    assert media_type == "image/png"
    shown = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert shown.shape == (768, 384, 3)
    assert (shown == (0, 120, 250)).all()
    (words,) = server.asked[0].texts
    assert "1. A grey owl." in words
    for part in (
        "Rufus",
        "A red fox who costs $5.",
        "1. Rufus, in his green coat, waits.",
        "2. Rufus runs.",
        "768 x 1536",
    ):
        assert part in words
    assert "3. " not in words.split("Judge each point")[0]


def test_a_description_of_ten_megabytes_is_told_in_short(server: LanguageServer, tmp_path: Path) -> None:
    long = "very red " * 1_200_000
    small = np.zeros((1, 1, 3), np.uint8)
    verdict_on(
        server,
        tmp_path,
        judgement("yes"),
        cutout=Cutout(FRAME, MASK, small, long, long, (long, *map(str, range(99))), (long,)),
    )
    assert len(server.asked[0].texts[0]) < 10_000


def test_the_words_change_with_their_version_only() -> None:
    """A changed prompt is a new file with the next version; this one has been asked and its answers kept."""
    prompt = Prompt.load(PROMPTS / "reference.v1.md")
    assert (prompt.title, prompt.digest) == (
        "reference v1",
        "3faf7e13b01070949ab1d8479344ecbbfa68970722b84cf4d2d2fd2af5053ec5",
    )
