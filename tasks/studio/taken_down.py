"""Pages and stories that show what was taken down: removed where pegbar knows of them.

It knows the folders that runs of the journal wrote into, and what lies in the workspace itself. Copies that people
made elsewhere are theirs to remove.
"""

import json
import os
import shutil
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from pegbar.files import disk_errors
from pegbar.journal import Run
from pegbar.versions.tombstones import Tombstone
from tasks.evaluation.sets.folder import RECORD as EVALUATION_SET
from tasks.studio.generate import STORY
from tasks.studio.review.page import PAGE as REVIEW_PAGE
from tasks.studio.review.page import SAMPLE as REVIEW_SAMPLE

REPORT_PAGE = "report.html"
ASSETS, PICTURES, STORY_FOLDER = "assets", "pictures", "story"
SHORT = 12  # digits of a digest or a revision that a page shows
OF_WORKSPACE = frozenset({"data", "gate", "edits", "tombstones"})


def purge_pages(root: Path, runs: Iterable[Run], tombstones: Collection[Tombstone]) -> list[Path]:
    """Remove every page, story and evaluation set that shows films; return the files and folders that went.

    Args:
        root: of the workspace. runs: of the journal.
    """
    folders = {*_folders_of(root), *_written_by(root, runs)}
    found = {path for folder in folders if folder.is_dir() for path in _shown_in(folder, tombstones)}
    for path in sorted(found):
        with disk_errors(path):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    return sorted(found)


def _folders_of(root: Path) -> Iterator[Path]:
    """Yield the folders in a workspace that are people's: hidden ones and those of the dataset are not."""
    for place, folders, _ in os.walk(root):
        skipped = OF_WORKSPACE if Path(place) == root else ()
        folders[:] = [name for name in folders if not name.startswith(".") and name not in skipped]
        yield Path(place)


def _written_by(root: Path, runs: Iterable[Run]) -> Iterator[Path]:
    for run in runs:
        request = run.recipe.get("request")
        if run.workspace == str(root) and isinstance(request, dict) and isinstance(out := request.get("out"), str):
            yield Path(out)
            yield Path(out) / STORY_FOLDER


def _shown_in(folder: Path, tombstones: Collection[Tombstone]) -> Iterator[Path]:
    """Yield what of a folder shows films; a page with pictures goes with all of them."""
    sample = _read(folder / REVIEW_SAMPLE).get("items", ())
    if any(_is_of(item, "film_id", tombstones) for item in sample):
        yield from _there(folder, REVIEW_PAGE, REVIEW_SAMPLE, ASSETS)
    characters = _read(folder / EVALUATION_SET).get("ips", ())
    if any(_is_of(character, "film_id", tombstones) for character in characters):
        yield folder  # a set with a hole is another set: it is built anew
    story = _read(folder / STORY)
    if _is_of(story, "origin", tombstones):
        yield from _there(folder, STORY, *story.get("files", ()))
    page = folder / REPORT_PAGE
    versions = [version for stone in tombstones for version in stone.versions]
    names = {name[:SHORT] for version in versions for name in (version.revision, version.dataset_digest) if name}
    if page.is_file() and any(name in page.read_text(errors="replace") for name in names):
        yield from _there(folder, REPORT_PAGE, ASSETS, PICTURES)


def _there(folder: Path, *names: str) -> Iterator[Path]:
    inside = (name for name in names if not Path(name).is_absolute() and ".." not in Path(name).parts)
    return (folder / name for name in inside if (folder / name).exists())


def _is_of(item: Any, field: str, tombstones: Collection[Tombstone]) -> bool:
    named = item.get(field) if isinstance(item, dict) else None
    return isinstance(named, str) and any(stone.concerns(named) for stone in tombstones)


def _read(path: Path) -> dict[str, Any]:
    """Return a file's JSON object; empty where there is none: the name may be anybody's."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
