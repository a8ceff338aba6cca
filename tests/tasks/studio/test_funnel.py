"""The funnel: counts and shares by hand, hostile names harmless, any size, drawn in a real browser."""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from PIL import Image

from pegbar.errors import IntegrityError
from pegbar.records import Decision
from tasks.curation.filters import FiltersConfig, GateRule
from tasks.curation.scores import Score
from tasks.studio.funnel import FunnelData, FunnelItem, GateCard, funnel_data
from tasks.studio.funnel_chart import number_text, round_ticks
from tasks.studio.funnel_page import duration_text, rule_text, write_funnel

CHROMIUM = shutil.which("chromium")
HOSTILE = "<script>document.title='owned'</script>"
LENGTH = GateRule(gate="duration", item_kind="film", title="length", unit="s", upper=100.0)
KIND = GateRule(gate="media_type", item_kind="film", title="likelihood of animation", lower=0.35, uncertain_upper=0.65)
SHARP = GateRule(gate="blur", item_kind="shot", title="sharpness", lower=10.0)
FILTERS = FiltersConfig(version=3, rules=(LENGTH, KIND, SHARP))


def decided(gate: str, kind: Literal["film", "shot"], scores: dict[str, float | None]) -> list[Decision]:
    asked = (FILTERS.decide(Score(gate=gate, item_kind=kind, value=value), item) for item, value in scores.items())
    return [decision for decision in asked if decision is not None]


def probed(outcomes: dict[str, Literal["kept", "failed_permanent"]]) -> list[Decision]:
    return [Decision(item_id=item, item_kind="film", gate="probe", outcome=one) for item, one in outcomes.items()]


def small_funnel(items: dict[str, FunnelItem] | None = None) -> FunnelData:
    """Four films: one broken, one too long, one uncertain; two shots of the one that is left."""
    decisions = [
        *decided("blur", "shot", {"d-0": 12.0, "d-1": 9.5}),  # their order does not matter
        *probed({"a": "failed_permanent", "b": "kept", "c": "kept", "d": "kept"}),
        *decided("duration", "film", {"b": 101.0, "c": 60.0, "d": 40.0}),
        *decided("media_type", "film", {"b": 0.9, "c": 0.5, "d": 0.8}),
    ]
    lengths = {"b": 101.0, "c": 60.0, "d": 40.0, "d-0": 30.0, "d-1": 10.0}
    known = items or {name: FunnelItem(seconds=seconds) for name, seconds in lengths.items()}
    return funnel_data(decisions, FILTERS, known, {"blur": 2.5})


def card_of(data: FunnelData, gate: str) -> GateCard:
    return next(card for card in data.gates if card.gate == gate)


def shots_card(scores: Iterable[float | None]) -> GateCard:
    named = {f"s{index}": score for index, score in enumerate(scores)}
    return card_of(funnel_data(decided("blur", "shot", named), FILTERS, {}), "blur")


def test_an_item_leaves_at_the_first_gate_that_does_not_keep_it() -> None:
    assert [(stage.item_kind, stage.gate, stage.num_items, stage.seconds) for stage in small_funnel().stages] == [
        ("film", None, 4, 201.0),
        ("film", "probe", 3, 201.0),
        ("film", "duration", 2, 100.0),
        ("film", "media_type", 1, 40.0),
        ("shot", None, 2, 40.0),
        ("shot", "blur", 1, 30.0),
    ]


def test_each_gate_counts_everything_it_decided_on() -> None:
    data = small_funnel()
    assert card_of(data, "probe").counts == {"kept": 3, "uncertain": 0, "rejected": 0, "failed": 1}
    assert card_of(data, "media_type").counts == {"kept": 2, "uncertain": 1, "rejected": 0, "failed": 0}
    blur = card_of(data, "blur")
    assert (blur.version, blur.seconds_taken, blur.total) == (3, 2.5, 2)


def test_the_share_kept_by_a_bound_a_tenth_looser_and_stricter() -> None:
    card = shots_card([8.0, 9.5, 10.5, 12.0, None])  # bounds 9, 10 and 11; what was not measured is kept
    assert (card.kept_if_looser, card.counts["kept"], card.kept_if_stricter) == (0.8, 3, 0.4)
    assert card.unmeasured == 1


def test_the_twenty_nearest_to_the_threshold_are_shown() -> None:
    card = shots_card([10.0 + 0.5 * step for step in range(30, 0, -1)] + [3.0, 9.0, None])
    assert [example.score for example in card.examples["kept"]] == [10.0 + 0.5 * step for step in range(1, 21)]
    assert [example.score for example in card.examples["rejected"]] == [9.0, 3.0]


def test_a_rule_that_decided_nothing_is_there_too() -> None:
    assert [card.total for card in funnel_data([], FILTERS, {}).gates] == [0, 0, 0]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.0 s"), (0.02, "< 0.1 s"), (59.9, "59.9 s"), (59.96, "1 min 00 s"), (725, "12 min 05 s"),
     (11520, "3 h 12 min")],
)  # fmt: skip
def test_times_are_said_in_two_units(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("score", "text"),
    [(1384.2, "1,384"), (0.12345, "0.123"), (0.000512, "0.000512"), (-12.345, "-12.3"), (96.0, "96"), (0.0, "0")],
)
def test_scores_have_three_digits_and_no_powers(score: float, text: str) -> None:
    assert number_text(score) == text


def test_ticks_are_round() -> None:
    assert round_ticks(-0.02, 1.02) == [
        (0.0, "0.0"), (pytest.approx(0.2), "0.2"), (pytest.approx(0.4), "0.4"), (pytest.approx(0.6), "0.6"),
        (pytest.approx(0.8), "0.8"), (1.0, "1.0"),
    ]  # fmt: skip
    assert [text for _, text in round_ticks(3.8, 1384.0)] == ["500", "1,000"]


def test_a_rule_is_said_in_a_sentence() -> None:
    assert rule_text(LENGTH) == "Keeps a film whose length is at most 100 s."
    assert rule_text(KIND) == (
        "Keeps a film whose likelihood of animation is at least 0.65. From 0.35 up to 0.65 it waits for a person."
    )


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "shot.png"
    Image.new("RGB", (640, 360), (200, 60, 190)).save(path)
    return path


def test_names_and_reasons_cannot_act(picture: Path, tmp_path: Path) -> None:
    item = FunnelItem(name=HOSTILE, seconds=5.0)
    score = Score(gate="blur", item_kind="shot", value=3.0, reason=HOSTILE)
    decision = SHARP.decide(score, HOSTILE, 1)
    data = funnel_data([decision], FILTERS, {HOSTILE: item}, title=HOSTILE)
    page = write_funnel(data, tmp_path / "out", lambda item_id: picture).read_text()
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 3
    assert "http" not in page.replace("http-equiv", "")
    with Image.open(tmp_path / "out" / "assets" / "0000.jpg") as shown:
        assert shown.size == (240, 135)


@pytest.mark.parametrize("filters", [FILTERS, FiltersConfig(rules=())])
def test_an_empty_funnel_is_a_page(filters: FiltersConfig, tmp_path: Path) -> None:
    page = write_funnel(funnel_data([], filters, {}), tmp_path)
    assert "No film has come in yet" in page.read_text()


def test_one_film_is_a_page(tmp_path: Path) -> None:
    data = funnel_data(decided("duration", "film", {"a": 42.0}), FILTERS, {"a": FunnelItem(seconds=42.0)})
    assert "100.0 %" in write_funnel(data, tmp_path).read_text()


def test_ten_thousand_decisions_are_a_small_page(tmp_path: Path) -> None:
    values = np.random.default_rng(0).lognormal(3, 1, 10_000).tolist()
    data = funnel_data(decided("blur", "shot", {f"s{index}": value for index, value in enumerate(values)}), FILTERS, {})
    assert sum(one.kept for one in data.gates[2].histogram) == sum(value >= 10 for value in values)
    assert write_funnel(data, tmp_path).stat().st_size < 100_000


def test_a_thumbnail_that_is_no_picture_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    with pytest.raises(IntegrityError, match=r"broken\.jpg"):
        write_funnel(small_funnel(), tmp_path / "out", lambda item_id: broken if item_id == "d-0" else None)


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_a_browser_draws_both_sides_and_the_pictures(picture: Path, tmp_path: Path) -> None:
    item = FunnelItem(name="a film", seconds=30.0)
    data = small_funnel(dict.fromkeys(("b", "c", "d", "d-0", "d-1"), item))
    page = write_funnel(data, tmp_path / "out", lambda item_id: picture)
    shown = tmp_path / "page.png"
    command = [
        str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
        f"--user-data-dir={tmp_path / 'profile'}", f"--screenshot={shown}", "--window-size=800,3000", page.as_uri(),
    ]  # fmt: skip
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    with Image.open(shown) as drawn:
        pixels = np.asarray(drawn.convert("RGB")).reshape(-1, 3).astype(int)
    kept, rejected, thumbnail = (
        int((np.abs(pixels - colour).max(axis=1) <= 6).sum())
        for colour in ((0x22, 0x74, 0xA5), (0xD9, 0x82, 0x2B), (200, 60, 190))
    )
    assert kept > rejected > 1000  # most of the film time goes on
    assert thumbnail > 20_000
