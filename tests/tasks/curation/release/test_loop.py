"""A dataset goes out as a release, comes back beside its films, and curation makes the same of it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from packed_dataset import write_packed_dataset
from small_films import OPEN, artifacts_of, curated, write_small_film

from models.annotators import Annotation
from pegbar.artifacts import Artifacts
from pegbar.dataset import Dataset
from tasks.curation.annotate import AnnotateConfig, AnnotatedFilm
from tasks.curation.film import FilmParts
from tasks.curation.release.export import ExportConfig, export_release
from tasks.curation.release.importing import import_release
from tasks.curation.release.records import ReleaseForm
from tasks.curation.sift import OUTPUT as SIFTED
from tasks.curation.stories import StoriesConfig

CASTS = (("Ruby",), ("Ruby", "Bluebell"), ("Bluebell",))
SHORT_STORIES = StoriesConfig(target_seconds=4, min_seconds=2, max_seconds=4.5)
CONFIG = OPEN.but(annotate=AnnotateConfig(stories=SHORT_STORIES))


def told_by(artifacts: Artifacts, parts: FilmParts) -> Annotation:
    folder = artifacts.fetch(artifacts.load(parts.steps["sift"]))
    return AnnotatedFilm.from_json((folder / SIFTED).read_bytes()).annotation


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("films")


@pytest.fixture(scope="module")
def artifacts(films: Path) -> Iterator[Artifacts]:
    with artifacts_of(films / "home") as opened:
        yield opened


@pytest.fixture(scope="module")
def parts(artifacts: Artifacts, films: Path) -> FilmParts:
    return curated(artifacts, write_small_film(films, "Fuchs & Bär", CASTS), CONFIG)


@pytest.fixture(scope="module")
def dataset(artifacts: Artifacts, films: Path, parts: FilmParts) -> Dataset:
    return write_packed_dataset(artifacts, films / "data", parts)


@pytest.mark.parametrize(
    "form", [ReleaseForm(spelling="spaces", times="segment", precision="milliseconds"),
             ReleaseForm(spelling="underscores", times="film", precision="seconds")],
)  # fmt: skip
def test_a_dataset_exported_and_imported_is_annotated_the_same_again(
    artifacts: Artifacts, films: Path, parts: FilmParts, dataset: Dataset, tmp_path: Path, form: ReleaseForm
) -> None:
    config = ExportConfig(form=form)
    first = export_release(dataset, tmp_path / "out", config)
    assert (first.release.num_stories, first.release.num_shots) == (2, 3)
    bare = Path(shutil.copy(films / "Fuchs & Bär.mp4", tmp_path))
    (imported,) = import_release(tmp_path / "out", tmp_path).films
    assert (imported.outcome, imported.num_pictures) == ("written", first.num_pictures)
    again = curated(artifacts, bare, CONFIG)
    before, after = told_by(artifacts, parts), told_by(artifacts, again)
    for part in ("stories", "shots", "characters", "scenes"):
        assert getattr(after, part) == getattr(before, part)
    second = export_release(write_packed_dataset(artifacts, tmp_path / "data", again), tmp_path / "again", config)
    kept = {path: sha256 for path, sha256 in first.release.files.items() if path != "README.md"}  # names the version
    assert {path: sha256 for path, sha256 in second.release.files.items() if path != "README.md"} == kept
