"""What a person asks for: a reference picture and one caption per shot, from a file or from the dataset."""

import base64
import json
from pathlib import Path

from pydantic import Field, ValidationError, field_serializer, field_validator

from pegbar.config import Config
from pegbar.dataset import Dataset
from pegbar.digests import digest_bytes, digest_of
from pegbar.errors import ConfigurationError, EmptyFileError, InputError, NotFoundError
from tasks.evaluation.stories import decode_picture, story_of

MAX_REFERENCE_BYTES = 8 << 20  # a request is kept in the journal


class StoryFile(Config):
    """``story.json`` as a person writes it; `reference` is relative to the file."""

    reference: Path
    captions: tuple[str, ...] = Field(min_length=1, max_length=64)


class StoryRequest(Config):
    """A story to generate. `reference_png` holds the picture's bytes (PNG or JPEG), in JSON as base64."""

    captions: tuple[str, ...] = Field(min_length=1)
    reference_png: bytes = Field(repr=False)
    origin: str = ""

    @field_validator("reference_png", mode="before")
    @classmethod
    def _from_base64(cls, value: object) -> object:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else value

    @field_serializer("reference_png", when_used="json")
    def _to_base64(self, value: bytes) -> str:
        return base64.b64encode(value).decode()

    @property
    def reference_sha256(self) -> str:
        """Digest of the picture's bytes."""
        return digest_bytes(self.reference_png)

    @property
    def digest(self) -> str:
        """Name the request by its contents."""
        return digest_of({"captions": self.captions, "reference": self.reference_sha256})


def request_from_file(path: Path) -> StoryRequest:
    """Read ``{"reference": "fox.png", "captions": ["...", ...]}``.

    Raises:
        NotFoundError: the file or its picture is missing. ConfigurationError: it is not such JSON.
        EmptyFileError, InputError: the picture is empty, too large, or no PNG or JPEG.
    """
    if not path.is_file():
        raise NotFoundError(f"no story file {path}", remedy='write {"reference": "fox.png", "captions": ["..."]}')
    try:
        story = StoryFile.model_validate(json.loads(path.read_bytes()))
    except ValidationError as error:
        raise ConfigurationError.from_validation(path.name, error) from error
    except ValueError as error:
        raise ConfigurationError(f"{path} is not JSON: {error}", remedy=f"correct {path}", subject=str(path)) from error
    blank = [index for index, caption in enumerate(story.captions, 1) if not caption.strip()]
    if blank:
        raise InputError(f"{path}: caption {blank[0]} is empty", remedy=f"correct {path}", subject=str(path))
    picture = path.parent / story.reference
    return StoryRequest(captions=story.captions, reference_png=_picture(picture), origin=path.name)


def request_from_dataset(dataset: Dataset, story_id: str | None, num_shots: int) -> StoryRequest:
    """Ask for a story of the dataset again: its captions and its character's best reference.

    Args:
        story_id: of the training view; None takes the first that has enough shots.

    Raises:
        InputError: there is no such story, or it has fewer than `num_shots` captioned shots.
    """
    story, content = story_of(dataset, story_id, num_shots)
    return StoryRequest(captions=story.captions, reference_png=content, origin=story.story_id)


def _picture(path: Path) -> bytes:
    if not path.is_file():
        raise NotFoundError(f"no reference picture {path}", remedy="correct the story's reference", subject=str(path))
    size = path.stat().st_size
    if size == 0:
        raise EmptyFileError(f"{path} is empty", remedy="give a PNG or JPEG picture", subject=str(path))
    if size > MAX_REFERENCE_BYTES:
        raise InputError(f"{path} has {size} bytes", remedy="give a smaller picture", subject=str(path))
    content = path.read_bytes()
    decode_picture(content, path.name)
    return content
