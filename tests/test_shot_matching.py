"""The matching that benchmarks rest on, by hand."""

from shot_matching import Counts, Edge, counts_of, f1_interval, matched

CUT, FADE = Edge("cut", 40, 40, 40), Edge("fade", 100, 90, 110)


def test_each_boundary_is_in_one_pair_at_most() -> None:
    twice = [Edge.at(40), Edge.at(41)]
    assert matched([CUT], twice, 1) == [(0, 0)]
    assert counts_of([CUT], twice, 1) == Counts(1, 1, 0)
    assert counts_of([CUT, Edge("cut", 41, 41, 41)], [Edge.at(40)], 1) == Counts(1, 0, 1)


def test_tolerance_is_in_frames_for_cuts_and_overlap_for_what_takes_frames() -> None:
    assert counts_of([CUT], [Edge.at(41)], 0).hits == 0
    assert counts_of([CUT], [Edge.at(41)], 1).hits == 1
    assert counts_of([FADE], [Edge("fade", 80, 70, 90)], 0).hits == 0  # ends where the fade begins
    assert counts_of([FADE], [Edge("fade", 80, 70, 91)], 0).hits == 1
    assert counts_of([FADE], [Edge.at(110)], 0).hits == 1  # the first whole frame of the new shot


def test_who_names_kinds_must_name_them_right() -> None:
    assert counts_of([FADE], [Edge("dissolve", 100, 90, 110)], 1, "fade") == Counts(0, 0, 1)
    assert counts_of([FADE], [Edge("dissolve", 100, 90, 110)], 1, "dissolve") == Counts(0, 1, 0)
    assert counts_of([FADE, CUT], [Edge.at(100)], 1, "cut") == Counts(0, 0, 1)


def test_figures_by_hand() -> None:
    counts = Counts(8, 2, 4)
    assert (counts.precision, counts.recall, counts.f1) == (0.8, 8 / 12, 16 / 22)
    assert f1_interval([counts] * 5) == (16 / 22, 16 / 22)
