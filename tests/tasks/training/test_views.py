import pytest
from small_training import small_training

from pegbar.dataset import Dataset, StoryView
from pegbar.errors import InputError
from tasks.training.config import StageConfig
from tasks.training.views import choose_ip, examples_of


def stage(name: str) -> StageConfig:
    return small_training().stage(name)  # type: ignore[arg-type]


def without_cast(story: StoryView, index: int) -> StoryView:
    """The story with nobody in shot `index`."""
    shots = list(story.shots)
    empty = shots[index].shot.model_copy(update={"character_ids": ()})
    shots[index] = shots[index].model_copy(update={"shot": empty})
    return story.model_copy(update={"shots": tuple(shots)})


def test_a_clip_needs_no_reference_and_a_shot_needs_its_character(drawn_dataset: Dataset) -> None:
    stories = [without_cast(story, 0) for story in drawn_dataset.training_view()]
    assert [len(examples_of(stories, stage(name))) for name in ("condition-alignment", "single-shot")] == [6, 4]
    assert all(example.references == () for example in examples_of(stories, stage("condition-alignment")))


def test_stories_give_runs_of_neighbours(drawn_dataset: Dataset) -> None:
    stories = drawn_dataset.training_view()
    three = examples_of(stories, stage("multi-shot"))
    assert [[shot.shot.index for shot in example.shots] for example in three] == [[0, 1, 2], [0, 1, 2]]
    two = examples_of(stories, stage("multi-shot").but(shots_per_sequence=2))
    assert [[shot.shot.index for shot in example.shots] for example in two] == [[0, 1], [1, 2], [0, 1], [1, 2]]
    assert len({example.shots[0].shot.story_id for example in three}) == 2


def test_an_ip_gives_every_ordered_choice_of_its_clips(drawn_dataset: Dataset) -> None:
    stories = drawn_dataset.training_view()
    assert len(examples_of(stories, stage("ip-lora"))) == 6 * 5 * 4
    five = examples_of(stories, stage("ip-lora").but(max_ip_clips=5))
    assert len(five) == 5 * 4 * 3
    assert all(len({shot.shot.shot_id for shot in example.shots}) == 3 for example in five)
    assert len(five[0].references) == 2  # both stories' pictures of the fox


def test_the_ip_is_the_character_seen_most_or_the_one_named(drawn_dataset: Dataset) -> None:
    stories = drawn_dataset.training_view()
    film_id = stories[0].story.film_id
    assert choose_ip(stories) == (film_id, "Fox")
    assert choose_ip(stories, name="Nobody") is None
    assert choose_ip(stories, name="Fox", film_id="other") is None
    with pytest.raises(InputError, match="no example for stage ip-lora"):
        examples_of(stories, stage("ip-lora").but(ip="Nobody"))
