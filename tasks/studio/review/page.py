"""A sample of a dataset as a page that a person judges, without a server; the page saves the verdicts as a file."""

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from pegbar.config import Config
from pegbar.dataset import Dataset
from pegbar.errors import InputError
from pegbar.files import write_bytes
from tasks.studio.review.questions import VERSION
from tasks.studio.review.sample import ReviewSample, draw_sample
from tasks.studio.review.verdicts import MAX_COMMENT, MAX_NAME, Verdicts

if TYPE_CHECKING:
    from tasks.studio.review.view import ItemView

PAGE, SAMPLE = "review.html", "sample.json"


class ReviewConfig(Config):
    """How much a person is shown. Stories come with all their shots."""

    num_stories: int = Field(default=12, ge=0, le=1000)
    num_references: int = Field(default=24, ge=0, le=1000)
    seed: int = Field(default=0, ge=0, lt=2**31)


def write_review(dataset: Dataset, config: ReviewConfig, folder: Path) -> tuple[Path, ReviewSample]:
    """Write ``review.html``, its assets and ``sample.json``; the folder may be zipped and sent.

    Returns:
        The page's path, and what was drawn.

    Raises:
        InputError: the dataset has nothing to show.
        IntegrityError: a shard is damaged.
    """
    from tasks.studio.page import write_page
    from tasks.studio.review.media import MediaFolder
    from tasks.studio.review.view import item_views

    sample = draw_sample(dataset, config.num_stories, config.num_references, config.seed)
    if not sample.items:
        raise InputError(
            "there is no story and no reference to review",
            remedy="pegbar data show, or ask for more with --stories and --references",
            subject=dataset.digest,
        )
    views = item_views(dataset, sample, MediaFolder(folder))
    write_bytes(folder / SAMPLE, sample.to_json())
    return write_page(folder / PAGE, "review/review.html.j2", _page_view(sample, views)), sample


def _page_view(sample: ReviewSample, views: "list[ItemView]") -> dict[str, object]:
    numbered = list(enumerate(views))
    return {
        "groups": {
            "Stories": [(index, view) for index, view in numbered if view.kind == "story"],
            "References": [(index, view) for index, view in numbered if view.kind != "story"],
        },
        "title": f"Review of dataset {sample.dataset_digest[:12]}",
        "sample": sample,
        "sample_digest": sample.digest,
        "items": views,
        "schema_version": Verdicts.schema_version,
        "questions_version": VERSION,
        "max_comment": MAX_COMMENT,
        "max_name": MAX_NAME,
    }
