from pathlib import Path

import numpy as np
import pytest
from picture_dataset import picture, write_picture_dataset

from pegbar.errors import InputError, IntegrityError
from tasks.evaluation.stories import decode_picture, digest_of_set, evaluation_stories, story_of


def test_takes_captions_in_story_order_and_the_characters_reference(tmp_path: Path) -> None:
    stories = evaluation_stories(write_picture_dataset(tmp_path, whole_mask=False), num_stories=5, shots_per_story=3)
    assert [story.character for story in stories] == ["Fox", "Fox"]
    assert stories[0].captions == tuple(f"The fox walks, shot {index}." for index in range(3))
    for number, story in enumerate(stories):
        assert np.array_equal(story.reference, picture(number))
        assert story.reference_mask is not None and story.reference_mask.sum() == 16 * 16


def test_fewer_stories_are_spread_over_the_dataset_and_name_another_set(tmp_path: Path) -> None:
    dataset = write_picture_dataset(tmp_path)
    one, both = (evaluation_stories(dataset, number, 2) for number in (1, 2))
    assert (len(one), len(both)) == (1, 2)
    names = {digest_of_set(one, (0,), 5), digest_of_set(both, (0,), 5), digest_of_set(both, (1,), 5)}
    assert len(names) == 3


def test_too_few_shots_or_an_unknown_story_is_an_error_with_its_name(tmp_path: Path) -> None:
    dataset = write_picture_dataset(tmp_path)
    with pytest.raises(InputError, match="4 captioned shots"):
        evaluation_stories(dataset, 1, 4)
    with pytest.raises(InputError, match="no story 'nobody'"):
        story_of(dataset, "nobody", 2)
    with pytest.raises(InputError, match="has 3 captioned shots"):
        story_of(dataset, dataset.stories()[1].story_id, 4)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"x" * 40], ids=["empty", "gif", "cut"])
def test_what_is_no_picture_is_damage(content: bytes) -> None:
    with pytest.raises(IntegrityError, match="not a PNG or JPEG"):
        decode_picture(content, "reference.png")
