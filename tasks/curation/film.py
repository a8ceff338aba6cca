"""One film through every step that needs its pixels: the item beneath a shard, staged so that a kill costs one step."""

import shutil

from pegbar.artifacts import Artifacts, Manifest
from pegbar.errors import InputError
from pegbar.records import Decision, Film, Record
from tasks.context import RunContext
from tasks.curation.annotate import annotate
from tasks.curation.clips import cut_clips
from tasks.curation.config import CurateConfig
from tasks.curation.detect import detect, film_record
from tasks.curation.references import find_references
from tasks.curation.source_film import SourceFilm

PROBE_GATE = "probe"


class FilmParts(Record):
    """What became of one film: the artifacts of its steps by their keys and digests, or only decisions.

    `film` is None where the film could not be used; `decisions` are the film's own, its parts' are in the artifacts.
    """

    item_id: str
    film: Film | None
    keys: dict[str, str] = {}
    digests: dict[str, str] = {}
    decisions: tuple[Decision, ...]


def curate_film(artifacts: Artifacts, film: SourceFilm, config: CurateConfig) -> FilmParts:
    """Take one film from its bytes to shots, stories, clips and references; each step is found done or made.

    A film that cannot be decoded comes back with the decision that says why; it is nobody else's trouble.
    """
    if film.sha256 is None or film.outcome != "kept":
        return FilmParts(item_id=film.item_id, film=None, decisions=(film.decision(),))
    scratch = artifacts.scratch / "films" / film.sha256
    try:
        return _usable(artifacts, film, film.sha256, config)
    except InputError as error:
        reason = error.what.replace(f"{scratch}/", "")  # a decision says the same in every home
        refused = Decision(
            item_id=film.item_id, item_kind="film", gate=PROBE_GATE, outcome="failed_permanent", reason=reason
        )
        return FilmParts(item_id=film.item_id, film=None, decisions=(film.decision(), refused))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _usable(artifacts: Artifacts, film: SourceFilm, sha256: str, config: CurateConfig) -> FilmParts:
    detected, found = detect(artifacts, sha256, film, config.shots)
    annotated, told = annotate(artifacts, film, detected, found, config.annotate)
    clips = cut_clips(artifacts, sha256, film, detected, found, config.clips)
    references, _ = find_references(artifacts, sha256, film, annotated, told, config.references)
    made: dict[str, Manifest] = {"detect": detected, "annotate": annotated, "clips": clips, "references": references}
    probed = Decision(item_id=film.item_id, item_kind="film", gate=PROBE_GATE, outcome="kept")
    return FilmParts(
        item_id=film.item_id,
        film=film_record(film, sha256, found),
        keys={name: manifest.key for name, manifest in made.items()},
        digests={name: manifest.digest for name, manifest in made.items()},
        decisions=(film.decision(), probed),
    )


def curate_item(item: tuple[RunContext, SourceFilm, CurateConfig]) -> FilmParts:
    """Do `curate_film` in a process of its own, which opens the store and the journal for itself."""
    context, film, config = item
    with context.open() as artifacts:
        return curate_film(artifacts, film, config)
