"""The present dataset as an AnimeShooter release: annotations, reference pictures, masks, rights; no film's bytes."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from pegbar.config import Config
from pegbar.dataset import Dataset
from pegbar.errors import GateFailedError, NotFoundError
from pegbar.records import Film, Record
from pegbar.tables import member_of
from tasks.curation.release.dataset import MASK_SUFFIX, DatasetFilms
from tasks.curation.release.readme import AUDIO_FOLDER, readme_of, rights_of
from tasks.curation.release.records import ReleaseForm
from tasks.curation.release.write import ReleaseManifest, fill_release, release_folder
from tasks.studio.statistics import statistics_of

OWN_FORM = ReleaseForm(spelling="spaces", times="segment", precision="milliseconds")
NO_LICENCE = frozenset({"", "unknown"})


class ExportConfig(Config):
    """How a dataset is told.

    Args:
        allow_unknown_licence: whether films go out whose licence nobody knows.
        replace: whether a release that lies at the target gives way.
    """

    form: ReleaseForm = OWN_FORM
    allow_unknown_licence: bool = False
    replace: bool = False


class ExportReport(Record):
    """What was written: the release, its audio subset where there is one, films by licence, and who was left out.

    `films_left_out` have no annotated, kept story.
    """

    folder: str
    release: ReleaseManifest
    audio: ReleaseManifest | None
    num_pictures: int
    licences: dict[str, int]
    films_left_out: tuple[str, ...]


def export_release(dataset: Dataset, target: Path, config: ExportConfig = ExportConfig()) -> ExportReport:  # noqa: B008
    """Write a dataset as a release's folder, whole or not at all; the same dataset gives the same bytes.

    Raises:
        NotFoundError: no film has an annotated story. GateFailedError: a film's licence is unknown.
        ConflictError: something else is at `target`. IntegrityError: a picture differs from its digest.
        DiskFullError, ReadOnlyError: what was there is untouched.
    """
    told = DatasetFilms(dataset)
    films = told.told
    if not films:
        raise NotFoundError(
            "no film of this dataset has an annotated story",
            remedy="put scripts beside the films, or choose another annotator, then: pegbar curate SOURCE",
            subject=str(dataset.root),
        )
    _check_licences(films, config)
    sounding = [heard for film in films if (heard := told.audio(film)) is not None]
    with release_folder(target, replace=config.replace) as aside:
        readme = readme_of(dataset.digest, statistics_of(dataset), config.form, has_audio=bool(sounding))
        notes = {"README.md": readme}
        notes |= {f"rights/{told.video_ids[film.film_id]}.txt": rights_of(film) for film in films}
        words = ((path, text.encode()) for path, text in sorted(notes.items()))
        others = chain(words, _pictures(dataset, told, films))
        visual = (told.visual(film) for film in films)
        release = fill_release(aside, visual, config.form, others=others, dataset=dataset.digest)
        audio = None
        if sounding:
            audio = fill_release(aside / AUDIO_FOLDER, sounding, config.form, dataset=dataset.digest)
    return ExportReport(
        folder=str(target),
        release=release,
        audio=audio,
        num_pictures=sum(path.endswith(MASK_SUFFIX) for path in release.files),
        licences=dict(sorted(Counter(film.licence for film in films).items())),
        films_left_out=tuple(film.name for film in told.films if film not in films),
    )


def _pictures(dataset: Dataset, told: DatasetFilms, films: list[Film]) -> Iterator[tuple[str, bytes]]:
    """Yield the path and bytes of every picture, each followed by its mask."""
    rows = {row["reference_id"]: row for row in dataset.table("references").to_pylist()}
    for film in films:
        for reference in told.references(film):
            row = rows[reference.reference_id]
            yield told.picture_path(film, reference), dataset.read_member(member_of(row, "image"))
            yield told.picture_path(film, reference, MASK_SUFFIX), dataset.read_member(member_of(row, "mask"))


def _check_licences(films: list[Film], config: ExportConfig) -> None:
    nameless = [film.name for film in films if film.licence.strip().lower() in NO_LICENCE]
    if nameless and not config.allow_unknown_licence:
        shown = ", ".join(nameless[:3]) + (", ..." if len(nameless) > 3 else "")
        raise GateFailedError(
            f"the licence of {len(nameless)} of {len(films)} films is unknown: {shown}",
            remedy="write NAME.licence beside them (first line the licence, second the owner) and curate again, "
            "or add --allow-unknown-licence",
            subject=nameless[0],
        )
