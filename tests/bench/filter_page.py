"""The page of the filters' benchmarks, put together from their JSON: each benchmark measures, then writes it anew."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent.parent.parent / "docs"


def write_page() -> None:
    """Write docs/filter_benchmark.md from whichever of the three JSON files are there, and print it."""
    parts = ["# Filters: precision and recall"]
    for name, section in SECTIONS.items():
        if (DOCS / name).is_file():
            parts.append(section(json.loads((DOCS / name).read_text())))
    page = "\n\n".join(parts) + "\n"
    (DOCS / "filter_benchmark.md").write_text(page)
    print(page)  # noqa: T201 - a script for a person


def _texts(report: dict[str, Any]) -> str:
    lines = [
        "## Text, logos, cards", "",
        f"`{report['command']}`, commit {report['commit']}, {report['date']}, {report['machine']}. "
        f"Toonbox seeds {report['seeds']} (none was used in tuning) and the real films, where they are.", "",
        "| what | precision | recall | positives | negatives |", "|---|---|---|---|---|",
    ]  # fmt: skip
    costs = []
    for name in ("text",):
        for what, figures in report[name].items():
            if not isinstance(figures, dict):
                costs.append(f"{name}: {what.replace('_', ' ')} {figures}")
                continue
            cells = (figures[column] for column in ("precision", "recall", "positives", "negatives"))
            lines.append(f"| {what} | {' | '.join('-' if cell is None else str(cell) for cell in cells)} |")
    return "\n".join([*lines, "", *costs])


def _duplicates(result: dict[str, Any]) -> str:
    shots, films = result["shots"], result["films"]
    lines = [
        "## Near-duplicates", "",
        f"`{result['command']}`, commit {result['commit'][:7]}, {result['date']}.", "",
        "| what | there | found | others | taken for one |", "|---|---|---|---|---|",
        f"| shots shown again: re-encoded, relit, softened | {shots['shown_again']} | {shots['found']} "
        f"| {shots['natural']} | {shots['false']} |",
        f"| films copied: coarser, smaller and relit, trimmed | {films['copies']} | {films['found']} "
        f"| {films['originals']} | {films['false']} |",
    ]  # fmt: skip
    return "\n".join(lines)


def _media_types(result: dict[str, Any]) -> str:
    lines = [
        "## Media type",
        "",
        "`PYTHONPATH=.:tests:tests/bench .venv/bin/python tests/bench/media_types.py`, "
        f"commit {result['commit'][:7]}, {result['date']}.",
        f"`classical`, score card {result['card_in_use']['version']}: live action up to {result['lower']:g}, animation "
        f"from {result['upper']:g}, a person decides between. {result['cpu_seconds_per_film']:.2f} CPU seconds a film. "
        "Held out: scored by a card fitted without any variant of the film's source.",
        "",
        "| films | kept precision | kept recall | live action rejected | uncertain | animation rejected |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, summary in result["summary"].items():
        shares = " | ".join(f"{summary[key]:.3f}" for key in ("precision", "recall", "live_rejected"))
        said = name.replace("held_out", "held out").replace("score", "card in use")
        lines.append(
            f"| {said} | {shares} | {summary['uncertain']} of {summary['films']} | {summary['animation_rejected']} |"
        )
    names = list(dict.fromkeys(row["variant"] for row in result["films"]))
    lines += [
        "",
        f"| film | kind | {' | '.join(names)} | held out, as is |",
        f"| --- | --- |{' --- |' * (len(names) + 1)}",
    ]
    for film in dict.fromkeys(row["film"] for row in result["films"]):
        mine = {row["variant"]: row for row in result["films"] if row["film"] == film}
        scores = " | ".join(f"{mine[name]['score']:.2f}" if name in mine else "-" for name in names)
        first = next(iter(mine.values()))
        lines.append(f"| {film} | {first['kind']} | {scores} | {first['held_out']:.2f} |")
    if result["missing"]:
        lines += ["", f"Not here: {', '.join(result['missing'])}."]
    return "\n".join(lines)


SECTIONS: dict[str, Callable[[dict[str, Any]], str]] = {
    "filter_benchmark.json": _texts,
    "duplicate_benchmark.json": _duplicates,
    "media_type_benchmark.json": _media_types,
}


if __name__ == "__main__":
    write_page()
