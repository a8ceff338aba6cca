import json
from pathlib import Path

import pytest
from picture_dataset import picture, png, write_picture_dataset

from pegbar.errors import ConfigurationError, EmptyFileError, InputError, IntegrityError, NotFoundError
from tasks.studio.story import StoryRequest, request_from_dataset, request_from_file

GOOD = {"reference": "fox.png", "captions": ["The fox wakes.", "The fox runs."]}


def write(folder: Path, content: object, reference: bytes | None = None) -> Path:
    (folder / "story.json").write_text(content if isinstance(content, str) else json.dumps(content))
    if reference is not None:
        (folder / "fox.png").write_bytes(reference)
    return folder / "story.json"


def test_a_story_file_names_its_picture_relative_to_itself(tmp_path: Path) -> None:
    request = request_from_file(write(tmp_path, GOOD, png(picture(0))))
    assert request.captions == ("The fox wakes.", "The fox runs.")
    assert request.reference_png == png(picture(0)) and request.origin == "story.json"


def test_a_request_travels_as_json(tmp_path: Path) -> None:
    request = request_from_file(write(tmp_path, GOOD, png(picture(0))))
    again = StoryRequest.model_validate(json.loads(json.dumps(request.model_dump(mode="json"))))
    assert again == request and again.digest == request.digest


def test_a_story_of_the_dataset_brings_its_captions_and_reference(tmp_path: Path) -> None:
    dataset = write_picture_dataset(tmp_path)
    request = request_from_dataset(dataset, dataset.stories()[1].story_id, 2)
    assert request.reference_png == png(picture(1)) and len(request.captions) == 2
    assert request_from_dataset(dataset, None, 3).origin == dataset.stories()[0].story_id


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", {"captions": ["a"]}, GOOD | {"captions": []}, GOOD | {"captions": "a"}, GOOD | {"scenes": 3}],
    ids=["empty", "list", "cut", "no_reference", "no_captions", "text", "unknown_key"],
)
def test_another_form_is_named(tmp_path: Path, content: object) -> None:
    with pytest.raises(ConfigurationError, match="story.json"):
        request_from_file(write(tmp_path, content, b"x"))


def test_what_is_missing_empty_or_no_picture_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no story file"):
        request_from_file(tmp_path / "nowhere.json")
    path = write(tmp_path, GOOD)
    with pytest.raises(NotFoundError, match="fox.png"):
        request_from_file(path)
    for content, error in ((b"", EmptyFileError), (b"no picture", IntegrityError)):
        (tmp_path / "fox.png").write_bytes(content)
        with pytest.raises(error, match="fox.png"):
            request_from_file(path)
    with pytest.raises(InputError, match="caption 2 is empty"):
        request_from_file(write(tmp_path, GOOD | {"captions": ["a", " "]}, png(picture(0))))
