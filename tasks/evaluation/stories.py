"""The stories a model is evaluated on: captions and one character reference, taken from the training view."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.metrics import sampled_frames
from pegbar.dataset import Dataset, ReferenceView, StoryView
from pegbar.digests import digest_of
from pegbar.errors import InputError, IntegrityError
from tasks.curation.references.cutouts import mask_of_cutout


@dataclass(frozen=True)
class EvaluationStory:
    """What is asked of a model: captions in order, and a character to keep.

    Args:
        reference: RGB picture (H, W, 3).
        reference_mask: its foreground (H, W), or None.
        reference_sha256: of the picture's file.
    """

    story_id: str
    character: str
    captions: tuple[str, ...]
    reference: NDArray[np.uint8]
    reference_mask: NDArray[np.bool_] | None
    reference_sha256: str

    @property
    def digest(self) -> str:
        """Name the request by its contents."""
        return digest_of({"captions": self.captions, "reference": self.reference_sha256})


def evaluation_stories(dataset: Dataset, num_stories: int, shots_per_story: int) -> list[EvaluationStory]:
    """Take up to `num_stories` spread evenly over the training view's stories that have enough shots.

    Raises:
        InputError: no story has `shots_per_story` captioned shots.
        IntegrityError: a reference picture differs from its digest or is no picture.
    """
    views = [view for view in dataset.training_view() if len(view.shots) >= shots_per_story]
    if not views:
        raise InputError(
            f"no story of the dataset has {shots_per_story} captioned shots and a reference",
            remedy="curate more films with scripts, or evaluate with a smaller shots_per_story",
            subject=dataset.digest,
        )
    return [_story(dataset, views[index], shots_per_story) for index in sampled_frames(len(views), num_stories)]


def story_of(dataset: Dataset, story_id: str | None, num_shots: int) -> tuple[EvaluationStory, bytes]:
    """Return one story of the training view and its reference's PNG; the first with enough shots for None.

    Raises:
        InputError: there is no such story, or it has fewer captioned shots.
    """
    for view in dataset.training_view():
        if view.story.story_id == story_id or (story_id is None and len(view.shots) >= num_shots):
            return _story(dataset, view, num_shots), dataset.read_member(best_reference(view).image)
    raise InputError(
        f"no story {story_id!r} in the training view" if story_id else f"no story has {num_shots} captioned shots",
        remedy="pegbar data show --json",
        subject=story_id or dataset.digest,
    )


def best_reference(view: StoryView) -> ReferenceView:
    """Return the story's reference with the highest score."""
    return min(view.references, key=lambda shown: (-shown.reference.score, shown.reference.reference_id))


def _story(dataset: Dataset, view: StoryView, num_shots: int) -> EvaluationStory:
    best = best_reference(view)
    reference = decode_picture(dataset.read_member(best.image), best.image.name)
    names = {character.character_id: character.name for character in view.characters}
    return EvaluationStory(
        story_id=view.story.story_id,
        character=names.get(best.reference.character_id, best.reference.character_id),
        captions=_captions(view, best.reference.character_id, num_shots),
        reference=reference,
        reference_mask=_foreground(dataset, best, reference.shape[0]),
        reference_sha256=best.image.sha256,
    )


def _captions(view: StoryView, character_id: str, num_shots: int) -> tuple[str, ...]:
    """Prefer shots that show the character; fill up with the others, in story order."""
    shots = [shown.shot for shown in view.shots]
    if len(shots) < num_shots:
        raise InputError(
            f"story {view.story.story_id} has {len(shots)} captioned shots, {num_shots} are needed",
            remedy="name another story, or write a story file",
            subject=view.story.story_id,
        )
    by_preference = sorted(shots, key=lambda shot: (character_id not in shot.character_ids, shot.index))
    chosen = sorted(by_preference[:num_shots], key=lambda shot: shot.index)
    return tuple(shot.caption or "" for shot in chosen)


def decode_picture(content: bytes, name: str) -> NDArray[np.uint8]:
    """Return a PNG or JPEG as RGB (H, W, 3).

    Raises:
        IntegrityError: the bytes are no picture.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
            return np.asarray(picture.convert("RGB"))
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise IntegrityError(
            f"{name} is not a PNG or JPEG picture: {error}", remedy="pegbar data pull", subject=name
        ) from error


def _foreground(dataset: Dataset, shown: ReferenceView, side: int) -> NDArray[np.bool_]:
    """Return the cut-out's own foreground (side, side); the dataset's mask is the whole frame's."""
    return mask_of_cutout(decode_picture(dataset.read_member(shown.mask), shown.mask.name)[..., 0] > 127, side)


def digest_of_set(stories: Sequence[EvaluationStory], seeds: Sequence[int], frames_per_shot: int) -> str:
    """Name the evaluation set: two models may be compared pairwise only on the same one."""
    requests = [{"id": story.story_id, "digest": story.digest} for story in stories]
    return digest_of({"stories": requests, "seeds": list(seeds), "frames_per_shot": frames_per_shot})
