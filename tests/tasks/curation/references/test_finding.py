"""References with segmenters and verifiers made by hand: what each candidate is decided on, and who is asked."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from small_films import FPS, HEIGHT, NO_CALLS, SHOT_FRAMES, WIDTH, write_small_film

from models.annotators import Annotation
from models.segmenters import ClassicalConfig, SegmentRequest, Subject
from models.verifiers import Cutout, LanguageVerifierConfig, RulesVerifierConfig, Verdict
from pegbar.errors import AnswerError, CallBudgetError, PegbarError, ProviderError
from pegbar.media.crop import Crop
from pegbar.records import Character, Decision, Shot
from tasks.curation.annotate import AnnotatedFilm
from tasks.curation.references import candidates
from tasks.curation.references.candidates import CandidatesConfig, KeptFrames, decode_frames, plan_shots, wanted_frames
from tasks.curation.references.choice import Search
from tasks.curation.references.config import ReferencesConfig
from tasks.curation.references.finding import decisions_of, search_references
from tasks.curation.references.searching import search_story
from tasks.curation.references.verifying import verify_all

CASTS = (("Ruby",), ("Ruby", "Bluebell"), ("Ruby",))
NAMES = ("Ruby", "Bluebell")
ASKING = ReferencesConfig(
    verifier=LanguageVerifierConfig.model_validate({"client": {"kind": "openai", "model": "gpt-4o"}}), max_asked=2
)
Drawn = Callable[[SegmentRequest, int], Any]


def told_of(casts: tuple[tuple[str, ...], ...]) -> AnnotatedFilm:
    """Tell a small film as its script does."""
    ids = {name: f"s-c{number}" for number, name in enumerate(NAMES)}
    shots = tuple(
        Shot(
            shot_id=f"s-{number}", story_id="s", film_id="f", index=number, start_frame=number * SHOT_FRAMES,
            end_frame=(number + 1) * SHOT_FRAMES, start_seconds=number * SHOT_FRAMES / FPS,
            end_seconds=(number + 1) * SHOT_FRAMES / FPS, story_start_seconds=0.0, story_end_seconds=1.0,
            transition_in="cut", character_ids=tuple(ids[name] for name in cast), caption="A figure walks.",
        )
        for number, cast in enumerate(casts)
    )  # fmt: skip
    words = {"Ruby": "A round red figure.", "Bluebell": "A round blue figure."}
    characters = tuple(
        Character(character_id=ids[name], story_id="s", name=name, appearance=words[name]) for name in NAMES
    )
    annotation = Annotation(stories=(), shots=shots, characters=characters, scenes=(), story_notes=(), shot_notes=())
    return AnnotatedFilm(annotation=annotation, decisions=())


@dataclass
class Drawing:
    """A segmenter that gives what it is told to."""

    draw: Drawn
    name: str = "drawing"
    version: int = 7

    def segment(self, request: SegmentRequest) -> list[Any]:
        return [self.draw(request, target) for target in request.targets]


@dataclass
class Judge:
    """A verifier that says what it is told to, in turn, and counts."""

    says: list[Verdict | PegbarError]
    name: str = "judge"
    version: int = 3
    seen: list[Cutout] = field(default_factory=list)

    def verify(self, cutout: Cutout) -> Verdict:
        self.seen.append(cutout)
        answer = self.says[(len(self.seen) - 1) % len(self.says)]
        if isinstance(answer, PegbarError):
            raise answer
        return answer


YES = Verdict(is_accepted=True, score=1.0)
NO = Verdict(is_accepted=False, score=0.6, failed=("pose", "quality"), explanation="It lies, blurred.")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_film(tmp_path_factory.mktemp("films"), "small", CASTS, with_script=False)


@pytest.fixture(scope="module")
def kept(film: Path, tmp_path_factory: pytest.TempPathFactory) -> KeptFrames:
    config = CandidatesConfig()
    plan = plan_shots(told_of(CASTS), config)
    return decode_frames(film, plan, Crop.whole(WIDTH, HEIGHT), tmp_path_factory.mktemp("frames"), config)


def figure(request: SegmentRequest, target: int) -> NDArray[np.bool_]:
    """Return the pixels in the subject's own colours: red or blue."""
    pixels = request.frames[target].astype(int)
    red, _, blue = np.moveaxis(pixels, 2, 0)
    mask: NDArray[np.bool_] = (red - blue > 80) if request.subject.name == "Ruby" else (blue - red > 80)
    return mask & (np.arange(HEIGHT)[:, None] > 20) & (np.arange(WIDTH)[None] > 30)


def searched(kept: KeptFrames, segmenter: Any, verifier: Any, config: ReferencesConfig) -> dict[str, Search]:
    told = told_of(CASTS)
    plan = plan_shots(told, config.candidates)
    searches = search_story(told.annotation.characters, plan, kept, segmenter, config)
    verify_all(searches, plan, kept, verifier, config)
    return searches


def decided(searches: dict[str, Search], segmenter: Any, verifier: Any, config: ReferencesConfig) -> list[Decision]:
    """Return every decision; one per item and gate, with a reason where it says no."""
    decisions = [one for search in searches.values() for one in decisions_of(search, segmenter, verifier, config)]
    assert max(Counter((one.item_kind, one.item_id, one.gate) for one in decisions).values()) == 1
    assert all(one.reason for one in decisions if one.outcome != "kept")
    return decisions


def test_every_frame_of_every_shot_that_lists_a_character_is_decided_on(film: Path) -> None:
    config, told = ReferencesConfig(), told_of(CASTS)
    segmenter, verifier = ClassicalConfig().build(), RulesVerifierConfig().build(NO_CALLS)
    plan = plan_shots(told, config.candidates)
    searches = search_references(told, plan, film, Crop.whole(WIDTH, HEIGHT), segmenter, verifier, config)
    decisions = decided(searches, segmenter, verifier, config)
    # two seconds a shot: two candidates; Ruby is in three shots, Bluebell, who is never alone, in one
    assert Counter((one.item_kind, one.gate, one.outcome) for one in decisions) == {
        ("reference", "mask", "kept"): 8,
        ("reference", "verify", "kept"): 8,
        ("character", "references", "kept"): 2,
    }
    assert all(search.best and search.best.candidate.image for search in searches.values())
    assert sum(bool(one.candidate.image) for search in searches.values() for one in search.ranked) == 2
    frames = {one.item_id for one in decisions if one.item_kind == "reference" and one.item_id.startswith("s-c1")}
    assert frames == {"s-c1-f000021", "s-c1-f000026"}


def in_two_stories() -> AnnotatedFilm:
    """Tell the small film as two stories, its last shot the second one, with a Ruby of its own."""
    annotation = told_of(CASTS).annotation
    last = annotation.shots[-1].model_copy(update={"story_id": "t", "character_ids": ("t-c0",)})
    twin = annotation.characters[0].model_copy(update={"story_id": "t", "character_id": "t-c0"})
    changes = {"shots": (*annotation.shots[:-1], last), "characters": (*annotation.characters, twin)}
    return AnnotatedFilm(annotation=annotation.model_copy(update=changes), decisions=())


def test_where_frames_must_make_room_for_others_the_same_is_found(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, told, crop = ReferencesConfig(), in_two_stories(), Crop.whole(WIDTH, HEIGHT)
    segmenter, verifier = Drawing(figure), RulesVerifierConfig().build(NO_CALLS)
    plan = plan_shots(told, config.candidates)
    at_once = search_references(told, plan, film, crop, segmenter, verifier, config)
    monkeypatch.setattr(candidates, "MAX_KEPT_BYTES", 1)
    assert [len(batch) for batch in candidates.batches_of(plan, crop, config.candidates)] == [2, 1]
    in_turns = search_references(told, plan, film, crop, segmenter, verifier, config)
    assert decided(in_turns, segmenter, verifier, config) == decided(at_once, segmenter, verifier, config)
    assert [search.best and search.best.candidate.image for search in in_turns.values()] == [
        search.best and search.best.candidate.image for search in at_once.values()
    ]


@pytest.mark.parametrize(
    ("drawn", "reason"),
    [
        (lambda request, target: None, "nothing found"),
        (lambda request, target: np.zeros((HEIGHT, WIDTH), bool), "nothing found"),
        (lambda request, target: np.ones((HEIGHT, WIDTH), bool), "over 90% of the frame"),
        (lambda request, target: np.indices((HEIGHT, WIDTH)).sum(axis=0) // 9 % 2 == 0, "over 15 contours"),
        (lambda request, target: np.ones((9, 9), bool), "a mask of shape (9, 9) for a frame of (120, 160)"),
        (lambda request, target: np.full((HEIGHT, WIDTH), np.nan), "a mask with values that are no numbers"),
        (lambda request, target: np.full((HEIGHT, WIDTH), "x"), "a mask of <U1"),
    ],
)
def test_a_bad_mask_is_a_decision_with_its_reason_and_nobody_is_asked(
    kept: KeptFrames, drawn: Drawn, reason: str
) -> None:
    segmenter, judge, config = Drawing(drawn), Judge([YES]), ReferencesConfig()
    decisions = decided(searched(kept, segmenter, judge, config), segmenter, judge, config)
    assert {one.reason for one in decisions if one.gate == "mask"} == {reason}
    assert {(one.outcome, one.backend, one.version) for one in decisions} == {("rejected", "drawing", 7)}
    assert f"6 candidates: 6 {reason}" in {one.reason for one in decisions if one.gate == "references"}
    assert judge.seen == []


def test_a_model_is_asked_the_best_first_until_it_accepts_one(kept: KeptFrames) -> None:
    segmenter, judge = Drawing(figure), Judge([NO, YES])
    searches = searched(kept, segmenter, judge, ASKING)
    decisions = decided(searches, segmenter, judge, ASKING)
    assert len(judge.seen) == 4  # two of each character's: refused, accepted
    ruby = searches["s-c0"]
    scores = [one.score for one in ruby.ranked]
    assert scores == sorted(scores, reverse=True)
    assert ruby.best is ruby.ranked[1]
    verdicts = [one for one in decisions if one.gate == "verify"]
    assert [(one.outcome, one.reason, one.score) for one in verdicts[:2]] == [
        ("rejected", "It lies, blurred.", 0.6), ("kept", "", 1.0),
    ]  # fmt: skip
    assert {(one.backend, one.version) for one in verdicts} == {("judge", 3)}


def test_no_more_are_asked_than_may_be(kept: KeptFrames) -> None:
    segmenter, judge = Drawing(figure), Judge([NO])
    searches = searched(kept, segmenter, judge, ASKING)
    assert len(judge.seen) == 2 * ASKING.max_asked
    last = next(one for one in decided(searches, segmenter, judge, ASKING) if one.item_id == "s-c0")
    assert (last.outcome, last.reason) == ("rejected", "6 candidates: 2 pose, quality")


def test_an_answer_that_is_none_costs_its_candidate_alone(kept: KeptFrames) -> None:
    nonsense = AnswerError("three answers were no JSON", remedy="ask another model")
    segmenter, judge = Drawing(figure), Judge([nonsense, YES])
    searches = searched(kept, segmenter, judge, ASKING)
    verdicts = [one for one in decided(searches, segmenter, judge, ASKING) if one.gate == "verify"]
    assert [(one.outcome, one.reason) for one in verdicts[:2]] == [
        ("rejected", "three answers were no JSON"), ("kept", ""),
    ]  # fmt: skip
    assert searches["s-c0"].best is not None


@pytest.mark.parametrize("kind", [ProviderError, CallBudgetError])
def test_a_server_that_is_away_or_no_money_is_nobodys_verdict(kept: KeptFrames, kind: type[PegbarError]) -> None:
    with pytest.raises(kind):
        searched(kept, Drawing(figure), Judge([kind("not now", remedy="later")]), ASKING)


def test_a_cutout_of_somebody_else_is_refused_before_anybody_is_asked(kept: KeptFrames) -> None:
    def always_ruby(request: SegmentRequest, target: int) -> NDArray[np.bool_]:
        return figure(replace(request, subject=Subject("Ruby", "")), target)

    segmenter, judge = Drawing(always_ruby), Judge([YES])
    decisions = decided(searched(kept, segmenter, judge, ASKING), segmenter, judge, ASKING)
    bluebell = [one for one in decisions if one.item_id.startswith("s-c1-") and one.gate == "verify"]
    assert [(one.outcome, one.reason) for one in bluebell] == 2 * [("rejected", "showing somebody else")]
    assert {cutout.name for cutout in judge.seen} == {"Ruby"}


def test_a_long_shot_gives_a_candidate_a_second_and_a_short_one_its_middle() -> None:
    config = CandidatesConfig()
    shot = told_of(CASTS).annotation.shots[0]
    minute = shot.model_copy(update={"end_frame": 480, "end_seconds": 60.0})
    frames, targets = wanted_frames(minute, config)
    assert (len(frames), len(targets)) == (60, 60)
    hour = shot.model_copy(update={"end_frame": 28_800, "end_seconds": 3600.0})
    assert len(wanted_frames(hour, config)[0]) == config.max_frames
    blink = shot.model_copy(update={"end_frame": 3, "end_seconds": 0.375})
    assert wanted_frames(blink, config) == ((0, 1, 2), (1,))
