"""The tree of errors is the one drawn, survives a process boundary, and names the next command."""

import pickle
import re

import pytest

from pegbar import errors


def all_errors(kind: type[errors.PegbarError]) -> set[type[errors.PegbarError]]:
    return {kind}.union(*(all_errors(child) for child in kind.__subclasses__())) if kind.__subclasses__() else {kind}


def test_the_drawing_matches_the_classes() -> None:
    drawn = re.findall(r"^[│├└─ ]*(\w+Error)\b\s*(\d)?", errors.__doc__ or "", re.MULTILINE)
    ours = {kind.__name__: kind for kind in all_errors(errors.PegbarError) if kind.__module__ == "pegbar.errors"}
    assert {name for name, _ in drawn} == set(ours)
    assert all(ours[name].exit_code == int(code) for name, code in drawn if code)


@pytest.mark.parametrize("kind", sorted(all_errors(errors.PegbarError), key=lambda kind: kind.__name__))
def test_every_error_travels_between_processes_and_reads_in_two_lines(kind: type[errors.PegbarError]) -> None:
    error = pickle.loads(pickle.dumps(kind("film x is empty", remedy="pegbar curate y", subject="x")))
    assert type(error) is kind
    assert str(error) == "film x is empty\n  next: pegbar curate y"
    assert error.subject == "x"
