"""The drawing of one gate's scores: bars, threshold lines and the sides on which items are not kept."""

import math
from collections.abc import Callable, Iterator

from tasks.curation.filters import GateRule
from tasks.studio.funnel import GateCard, bounds_of
from tasks.studio.histogram import Bin

LEFT, RIGHT, BOTTOM, HEIGHT = 40.0, 452.0, 160.0, 112.0
LEAST_BAR = 2.0
MOST_TICKS = 6

Place = Callable[[float], float]


def number_text(value: float) -> str:
    """Return a score with three significant digits or as the whole number it is; never in powers of ten."""
    if not math.isfinite(value) or value == round(value):
        return f"{value:,.0f}"
    decimals = min(6, max(0, 2 - math.floor(math.log10(abs(value)))))
    return f"{value:,.{decimals}f}"


def bound_text(value: float) -> str:
    """Return a threshold as it is configured, thousands apart."""
    return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"


def chart_of(card: GateCard) -> dict[str, object]:
    """Return the geometry of a gate's histogram, which has bars, in a view box 460 wide and 200 high."""
    bins, bounds = card.histogram, bounds_of(card.rule) if card.rule else ()
    low, high = bins[0].start, bins[-1].end
    tallest = max(1, *(one.kept + one.uncertain + one.rejected for one in bins))

    def x(value: float) -> float:
        place = LEFT + (RIGHT - LEFT) * (value - low) / (high - low)
        return round(min(max(place, LEFT), RIGHT), 2)

    return {
        "name": _axis_name(card, low, high),
        "most": f"{tallest:,}",
        "bars": [bar for one in bins for bar in _bars(one, x, tallest)],
        "ticks": [{"x": x(tick), "text": text} for tick, text in round_ticks(low, high)],
        "lines": [
            {"x": x(bound), "text": _mark(bound, low, high), "y": 12 + 13 * index, "is_left": x(bound) > LEFT + 60}
            for index, bound in enumerate(bounds)
        ],
        "zones": [zone for zone in _zones(card.rule, x) if zone["width"]] if card.rule else [],
    }


def round_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Return two to seven round numbers (multiples of 1, 2 or 5) from `low` to `high`, and how they are written."""
    rough = (high - low) / MOST_TICKS
    power = math.floor(math.log10(rough))
    step = next(digit * 10.0**power for digit in (1, 2, 5, 10) if digit * 10.0**power >= rough * (1 - 1e-9))
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    first, last = math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6)
    return [(index * step, f"{index * step:,.{decimals}f}") for index in range(first, last + 1)]


def _axis_name(card: GateCard, low: float, high: float) -> str:
    name = card.rule.title if card.rule else "score"
    unit = f", {card.rule.unit}" if card.rule and card.rule.unit else ""
    lowest, highest = card.score_range or (low, high)
    if low <= lowest and highest <= high:
        return f"{name}{unit}"
    return f"{name}{unit} (with the end bars: {number_text(lowest)} to {number_text(highest)})"


def _bars(one: Bin, x: Place, tallest: int) -> Iterator[dict[str, object]]:
    """Yield a bin's verdicts, stacked; a single item is still seen beside thousands."""
    bottom = BOTTOM
    label = f"{number_text(one.start)} to {number_text(one.end)}"
    for verdict, count in (("kept", one.kept), ("uncertain", one.uncertain), ("rejected", one.rejected)):
        if count:
            height = max(LEAST_BAR, HEIGHT * count / tallest)
            bottom -= height
            yield {
                "verdict": verdict,
                "x": round(x(one.start) + 0.5, 2),
                "width": round(x(one.end) - x(one.start) - 1, 2),
                "y": round(bottom, 2),
                "height": round(height, 2),
                "label": f"{label}: {count:,} {verdict}",
            }


def _zones(rule: GateRule, x: Place) -> list[dict[str, object]]:
    """Return the stretches of scores that are rejected, or wait for a person."""
    spans = []
    if rule.uncertain_upper is not None:
        start = LEFT if rule.lower is None else x(rule.lower)
        spans.append(("uncertain", start, x(rule.uncertain_upper)))
    if rule.lower is not None:
        spans.append(("rejected", LEFT, x(rule.lower)))
    if rule.upper is not None:
        spans.append(("rejected", x(rule.upper), RIGHT))
    return [{"verdict": verdict, "x": start, "width": round(end - start, 2)} for verdict, start, end in spans]


def _mark(bound: float, low: float, high: float) -> str:
    """Return a threshold's label; a triangle points at one beyond the drawing."""
    text = bound_text(bound)
    return f"{text} \u25b8" if bound > high else f"\u25c2 {text}" if bound < low else text
