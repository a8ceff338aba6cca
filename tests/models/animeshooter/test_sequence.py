import numpy as np
import pytest
from small_training import picture, sequence

from models.animeshooter.sampling import sequence_for
from models.animeshooter.sequence import ShotSequence, context_range
from pegbar.errors import InputError


def test_layout_is_the_papers() -> None:
    assert sequence("a").layout == "<Reference><Caption1><LQ>"
    three = "<Reference><Caption1><LQ><Frame1><Caption2><LQ><Frame2><Caption3><LQ>"
    assert sequence("a", "b", "c").layout == three


def test_blanks_keep_every_slot() -> None:
    whole = sequence("a", "b")
    blank = whole.without(reference=True, captions=True)
    assert blank.layout == whole.layout
    assert blank.captions == ("", "")
    assert blank.reference.shape == whole.reference.shape
    assert (blank.reference == 255).all()
    assert (blank.frames[0] == whole.frames[0]).all()


def test_the_window_slides_after_the_fourth_shot() -> None:
    seen = [list(context_range(shot, 3)) for shot in range(6)]
    assert seen == [[], [0], [0, 1], [0, 1, 2], [1, 2, 3], [2, 3, 4]]


def test_a_late_shot_sees_the_last_frames_and_captions_of_its_window() -> None:
    shots = [np.full((9, 32, 32, 3), index, dtype=np.uint8) for index in range(5)]
    for index, shot in enumerate(shots):
        shot[-1] = 100 + index
    late = sequence_for(5, picture(), [f"caption {index}" for index in range(6)], shots, context_shots=3)
    assert late.captions == ("caption 2", "caption 3", "caption 4", "caption 5")
    assert [int(frame.mean()) for frame in late.frames] == [102, 103, 104]


@pytest.mark.parametrize(
    ("reference", "captions", "num_frames"),
    [
        (picture(), (), 0),
        (picture(), ("a", "b"), 0),
        (picture()[..., 0], ("a",), 0),
        (picture().astype(np.float32), ("a",), 0),
        (np.zeros((0, 4, 3), dtype=np.uint8), ("a",), 0),
        (np.zeros((1, 300, 3), dtype=np.uint8), ("a",), 0),
    ],
)
def test_what_is_no_sequence_is_refused(reference: np.ndarray, captions: tuple[str, ...], num_frames: int) -> None:
    with pytest.raises(InputError):
        ShotSequence(reference=reference, captions=captions, frames=(picture(),) * num_frames)
