"""Scores into decisions, decisions into kept shots: by thresholds that are data."""

from fractions import Fraction
from pathlib import Path

import cv2
import pytest
from drawn_shots import film_of, pan, walk
from small_films import NO_CALLS, OPEN, artifacts_of, write_small_film

from pegbar.artifacts import Artifacts
from pegbar.errors import TruncatedMediaError
from pegbar.media import frames, write_video
from pegbar.media.crop import Crop
from tasks.curation import survey
from tasks.curation.annotate import AnnotatedFilm
from tasks.curation.compare import tell_apart
from tasks.curation.config import CurateConfig
from tasks.curation.film import SeenFilm, curate_film, see_film
from tasks.curation.filters import FiltersConfig, GateRule
from tasks.curation.overlays import OverlaysConfig, crop_without
from tasks.curation.scorers.logos import Logo
from tasks.curation.scores import Score
from tasks.curation.sift import OUTPUT as SIFTED
from tasks.curation.sources.ingest import ingest

BAND = GateRule(gate="g", item_kind="shot", title="size", unit="px", lower=2.0, uncertain_upper=3.0, upper=5.0)


def score(value: float | None, reason: str = "") -> Score:
    return Score(gate="g", item_kind="shot", shot=0, value=value, reason=reason, backend="b", version=7)


@pytest.mark.parametrize(
    ("value", "outcome", "threshold", "reason"),
    [
        (1.9, "rejected", 2.0, "size 1.9 px is below 2: why"),
        (2.0, "rejected", 3.0, "uncertain: size 2 px is for a person to decide: why"),
        (3.0, "kept", 3.0, "why"),
        (5.0, "kept", 5.0, "why"),
        (5.1, "rejected", 5.0, "size 5.1 px is above 5: why"),
        (1380.0, "rejected", 5.0, "size 1,380 px is above 5: why"),
        (None, "kept", 2.0, "not measured: why"),
    ],
)
def test_a_score_is_decided_by_its_bounds(value: float | None, outcome: str, threshold: float, reason: str) -> None:
    decision = BAND.decide(score(value, "why"), "film-000-001", version=4)
    assert (decision.outcome, decision.threshold, decision.reason) == (outcome, threshold, reason)
    assert (decision.item_id, decision.score, decision.backend, decision.version) == ("film-000-001", value, "b-7", 4)


def test_what_cannot_be_measured_may_be_refused() -> None:
    strict = BAND.but(when_unknown="rejected")
    assert strict.decide(score(None), "x", 1).outcome == "rejected"


def test_a_score_without_a_rule_decides_nothing() -> None:
    assert OPEN.filters.decide(score(1.0), "x") is None


@pytest.mark.parametrize(
    ("logo", "left"),
    [
        (Logo(left=0.9, top=0.02, width=0.08, height=0.1, presence=1.0), Crop(left=0, top=0, width=178, height=100)),
        (Logo(left=0.02, top=0.9, width=0.3, height=0.08, presence=1.0), Crop(left=0, top=0, width=200, height=88)),
        (Logo(left=0.4, top=0.4, width=0.2, height=0.2, presence=1.0), None),
    ],
)
def test_a_logo_is_cropped_away_where_little_goes_with_it(logo: Logo, left: Crop | None) -> None:
    """By hand: a margin of 1 %, then whole even sides; in the middle 39 % would be left."""
    assert crop_without(Crop.whole(200, 100), [logo], OverlaysConfig()) == left


def test_nothing_is_cropped_where_there_is_no_logo() -> None:
    assert crop_without(Crop.whole(200, 100), [], OverlaysConfig()) == Crop.whole(200, 100)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def seen(artifacts: Artifacts, path: Path, config: CurateConfig) -> SeenFilm:
    (film,) = ingest(artifacts, [str(path)], licence="CC0-1.0", owner="me", config=config.source)
    return see_film(artifacts, film, config)


def test_other_thresholds_decide_anew_without_decoding(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_small_film(home / "films", "one", (("Ruby",), ("Bluebell",)))
    with artifacts_of(home) as artifacts:
        assert seen(artifacts, path, OPEN).is_kept

        def refuse(*_: object, **__: object) -> None:
            raise AssertionError("a film is decoded again")

        monkeypatch.setattr(survey, "run_sandboxed", refuse)
        monkeypatch.setattr("tasks.curation.facts.run_sandboxed", refuse)
        strict = OPEN.but(filters=FiltersConfig())
        again = seen(artifacts, path, strict)
    rejected = {decision.gate: decision.reason for decision in again.decisions if decision.outcome == "rejected"}
    assert rejected["resolution"] == "shorter side 120 px is below 144: 160x120"
    assert not again.is_kept
    assert again.row is not None
    assert not again.row.kept


def test_a_film_over_the_length_is_never_decoded(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_small_film(home / "films", "long", (("Ruby",),), seed=9)
    short = GateRule(gate="duration", item_kind="film", title="length", unit="s", upper=1.0)
    monkeypatch.setattr("tasks.curation.film.survey", None)
    with artifacts_of(home) as artifacts:
        film = seen(artifacts, path, OPEN.but(filters=FiltersConfig(rules=(short,))))
        parts = curate_film(artifacts, film, OPEN, NO_CALLS)
    assert film.decisions[-1].reason == "length 2 s is above 1"
    assert parts.steps == {}
    assert parts.film is not None
    assert not parts.film.kept


def test_a_rejected_shot_stays_in_its_story_and_out_of_training(home: Path) -> None:
    path = write_small_film(home / "films", "shots", (("Ruby",), ("Bluebell",)), seed=4)
    rules = (
        GateRule(gate="prologue", item_kind="shot", title="card", upper=-1.0, effect="prologue"),
        GateRule(gate="motion", item_kind="shot", title="motion"),
    )
    config = OPEN.but(filters=FiltersConfig(rules=rules))
    with artifacts_of(home) as artifacts:
        parts = curate_film(artifacts, seen(artifacts, path, config), config, NO_CALLS)
        sifted = artifacts.fetch(artifacts.load(parts.steps["sift"])) / SIFTED
        told = AnnotatedFilm.from_json(sifted.read_bytes())
    assert [(shot.kept, shot.is_prologue_or_epilogue) for shot in told.annotation.shots] == [(False, True)] * 2
    assert [story.kept for story in told.annotation.stories] == [False]
    gates = [decision.gate for decision in told.decisions if decision.item_kind == "shot"]
    assert gates.count("prologue") == gates.count("motion") == 2


@pytest.mark.parametrize(("said", "outcome"), [("animation", "kept"), ("Live action\n", "rejected")])
def test_a_person_stands_above_the_classifier(tmp_path: Path, said: str, outcome: str) -> None:
    path = write_small_film(tmp_path / "films", "judged", (("Ruby",),), seed=7)
    path.with_suffix(".verdict").write_text(said)
    rule = GateRule(gate="media_type", item_kind="film", title="likeness", lower=0.0, uncertain_upper=2.0)
    with artifacts_of(tmp_path / "home") as artifacts:
        film = seen(artifacts, path, OPEN.but(filters=FiltersConfig(rules=(rule,))))
    assert (film.decisions[-1].outcome, film.decisions[-1].backend) == (outcome, "person")


def test_a_verdict_that_is_none_is_said(tmp_path: Path) -> None:
    path = write_small_film(tmp_path / "films", "judged", (("Ruby",),), seed=7)
    path.with_suffix(".verdict").write_text("perhaps")
    with artifacts_of(tmp_path / "home") as artifacts:
        film = seen(artifacts, path, OPEN)
    assert film.decisions[-1].reason == "judged.verdict holds neither animation nor live action"


def test_of_two_films_that_show_the_same_the_larger_stays(tmp_path: Path) -> None:
    large = write_small_film(tmp_path / "films", "large", (("Ruby",), ("Bluebell",), ("Ruby", "Bluebell")), seed=3)
    small = [cv2.resize(frame.rgb, (120, 90), interpolation=cv2.INTER_AREA) for frame in frames(large)]
    copy = tmp_path / "films" / "copy.mp4"
    write_video(copy, small, Fraction(8))
    rule = FiltersConfig().rule("duplicate_film", "film")
    assert rule is not None
    config = OPEN.but(filters=FiltersConfig(rules=(rule,)))
    with artifacts_of(tmp_path / "home") as artifacts:
        other = film_of(tmp_path / "films" / "other.mp4", [*walk(1, 48), *pan(2, 48, 1.0), *walk(3, 48)])
        films = [seen(artifacts, path, config) for path in (copy, large, other)]
        apart = tell_apart(artifacts, films, config)
        backwards = tell_apart(artifacts, films[::-1], config)
    assert [film.is_kept for film in apart] == [False, True, True]
    assert apart[0].decisions[-1].reason == "shows the same as large.mp4"
    assert backwards == apart[::-1]


def test_a_film_that_fails_while_it_is_cut_keeps_what_its_gates_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def torn(*_: object, **__: object) -> None:
        raise TruncatedMediaError("torn.mp4 is cut off", remedy="copy the film again")

    path = write_small_film(tmp_path / "films", "torn", (("Ruby",),), seed=2)
    config = OPEN.but(filters=FiltersConfig(rules=(GateRule(gate="sound", item_kind="film", title="sound"),)))
    monkeypatch.setattr("tasks.curation.film.cut_clips", torn)
    with artifacts_of(tmp_path / "home") as artifacts:
        parts = curate_film(artifacts, seen(artifacts, path, config), config, NO_CALLS)
    assert parts.film is None
    outcomes = {decision.gate: decision.outcome for decision in parts.decisions}
    assert outcomes == {"ingest": "kept", "sound": "kept", "probe": "failed_permanent"}
    assert len(parts.decisions) == len(outcomes)
