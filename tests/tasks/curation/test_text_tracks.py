"""One track for as long as a line keeps its place and its letters; held pictures are read once."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from drawn_text import SAYINGS, Pixels, scenery, write_line
from film_views import view_of_pictures

from models.text_detectors import TextBox
from tasks.curation.scorers.readings import ReadingConfig, read_text
from tasks.curation.scorers.text_tracks import TextTrack, TrackConfig, track_text

Tracker = Callable[[Sequence[str | None]], tuple[TextTrack, ...]]


class WhiteLines:
    """Finds the one line that is written in pure white, and counts how often it is asked."""

    name, version = "white", 1

    def __init__(self) -> None:
        self.asked = 0

    def detect(self, pixels: Pixels) -> tuple[TextBox, ...]:
        self.asked += 1
        rows, columns = np.nonzero((pixels > 245).all(axis=2))
        if not len(rows):
            return ()
        height, width = pixels.shape[:2]
        left, top = float(columns.min()) / width, float(rows.min()) / height
        box = TextBox(left, top, (columns.max() + 1) / width - left, (rows.max() + 1) / height - top)
        return (box,)


@pytest.fixture
def tracks_of(tmp_path: Path) -> Tracker:
    """Give what becomes of one text per sample, each over scenery of its own."""

    def tracked(texts: Sequence[str | None]) -> tuple[TextTrack, ...]:
        pictures = [scenery(number) // 2 for number in range(len(texts))]
        for pixels, text in zip(pictures, texts, strict=True):
            if text is not None:
                write_line(pixels, text)
        view = view_of_pictures(pictures, tmp_path, fps=2.0)
        return track_text(read_text(view, WhiteLines(), ReadingConfig()), TrackConfig())

    return tracked


def test_a_text_goes_on_while_the_picture_behind_it_changes(tracks_of: Tracker) -> None:
    (track,) = tracks_of([None, SAYINGS[0], SAYINGS[0], SAYINGS[0], None])
    assert track.readings == (1, 2, 3)


def test_other_letters_at_the_same_place_are_another_text(tracks_of: Tracker) -> None:
    tracks = tracks_of([SAYINGS[0], SAYINGS[0], SAYINGS[2], SAYINGS[2]])
    assert [track.readings for track in tracks] == [(0, 1), (2, 3)]


def test_one_missed_sample_does_not_end_a_text_but_two_do(tracks_of: Tracker) -> None:
    text = SAYINGS[1]
    tracks = tracks_of([text, None, text, None, None, text])
    assert [track.readings for track in tracks] == [(0, 2), (5,)]


def test_held_pictures_are_read_once(tmp_path: Path) -> None:
    one, other = scenery(0) // 2, scenery(0) // 2
    write_line(one, SAYINGS[0])
    write_line(other, SAYINGS[3])
    detector = WhiteLines()
    readings = read_text(view_of_pictures([one, one, one, other, other], tmp_path, 2.0), detector, ReadingConfig())
    assert detector.asked == 2
    assert [len(reading.lines) for reading in readings] == [1] * 5
