"""The words on title and end cards."""

import random
from collections.abc import Sequence

from pegbar.toonbox.phrases import FIRST_NAMES
from pegbar.toonbox.places import Place

TITLES = (
    ("{names}", "A Day {phrase}"),
    ("{names}", "Together {phrase}"),
    ("The Adventures", "of {names}"),
    ("{names}", "Fun {phrase}"),
    ("What Happened", "to {names}"),
    ("{names}", "The Big Surprise"),
)
FAREWELLS = ("The End", "THE END", "Goodbye!", "See you soon!")
CREDITS = ("Story by {maker}", "Drawings by {maker}", "Music by {maker}", "Colours by {maker}", "Camera: {maker}")
SURNAMES = ("Fern", "Reed", "Stone", "Marsh", "Wood", "Hill", "Brook", "Finch", "Lake", "Frost", "Heath", "Moss")


def title_of(source: random.Random, names: Sequence[str], place: Place) -> tuple[str, ...]:
    """Return the title card's lines: who it is about, and where."""
    words = {"names": " & ".join(_first(name) for name in names), "phrase": place.phrase}
    return tuple(line.format(**words) for line in source.choice(TITLES))


def credits_of(source: random.Random, names: Sequence[str]) -> tuple[str, ...]:
    """Return the end card's lines: goodbye, then who made the film and who is in it."""
    jobs = source.sample(CREDITS, source.randint(2, len(CREDITS)))
    makers = [f"{source.choice(FIRST_NAMES)} {source.choice(SURNAMES)}" for _ in jobs]
    lines = [job.format(maker=maker) for job, maker in zip(jobs, makers, strict=True)]
    return (source.choice(FAREWELLS), *lines, "With " + ", ".join(_first(name) for name in names))


def _first(name: str) -> str:
    return name.split(" the ")[0]
