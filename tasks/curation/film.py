"""One film, in two halves: seen once and judged as a whole; then, if it is kept, told, sifted, cut and packed.

Each half is an item beneath a shard, staged so that a kill costs one step.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.clients import Calls
from pegbar.artifacts import Artifacts, Manifest
from pegbar.errors import InputError
from pegbar.media import MediaInfo
from pegbar.media.crop import Crop
from pegbar.records import Decision, Film, Record
from tasks.calls import calls_of
from tasks.context import RunContext
from tasks.curation.annotate import annotate
from tasks.curation.clips import cut_clips
from tasks.curation.config import CurateConfig
from tasks.curation.detection.detect import Detection, detect, load_detection
from tasks.curation.facts import facts_of, facts_scores
from tasks.curation.measure import load_measured, measure
from tasks.curation.references.finding import find_references
from tasks.curation.sift import film_decisions, sift_shots
from tasks.curation.sound.audio_shots import find_audio_shots
from tasks.curation.sources.source_film import SourceFilm
from tasks.curation.survey import survey

PROBE_GATE = "probe"


class SeenFilm(Record):
    """One film after its one decode: what it is, and what every gate said of it as a whole.

    Args:
        info: None where it could not be read. num_frames, duration_seconds: as decoded, or as probed.
        steps: the keys of its steps' artifacts.
    """

    source: SourceFilm
    info: MediaInfo | None = None
    num_frames: int = 0
    duration_seconds: float = 0.0
    crop: Crop | None = None
    steps: dict[str, str] = {}
    decisions: tuple[Decision, ...]

    @property
    def item_id(self) -> str:
        """The film's id."""
        return self.source.item_id

    @property
    def group(self) -> str:
        """Its shard group."""
        return self.source.group

    @property
    def is_kept(self) -> bool:
        """Whether every gate kept it."""
        return self.info is not None and all(decision.outcome == "kept" for decision in self.decisions)

    @property
    def row(self) -> Film | None:
        """The film's row: its rights and facts; None where it could not be read."""
        info, source = self.info, self.source
        if info is None or source.sha256 is None:
            return None
        crop = self.crop or Crop.whole(info.width, info.height)
        return Film(
            film_id=source.item_id,
            name=source.name,
            source=source.source,
            owner=source.owner,
            licence=source.licence,
            sha256=source.sha256,
            size_bytes=source.size_bytes,
            width=info.width,
            height=info.height,
            fps=info.fps,
            num_frames=self.num_frames,
            duration_seconds=self.duration_seconds,
            rotation_degrees=info.rotation_degrees,
            is_variable_frame_rate=info.is_variable_frame_rate,
            has_audio=info.has_audio,
            video_codec=info.video_codec,
            crop_left=crop.left,
            crop_top=crop.top,
            crop_width=crop.width,
            crop_height=crop.height,
            kept=self.is_kept,
        )


class FilmParts(Record):
    """What became of one film: its steps' artifacts by their keys and digests, or only decisions.

    `film` is None where the film could not be read; `decisions` are the film's own, its parts' are in the artifacts.
    """

    item_id: str
    film: Film | None
    steps: dict[str, str] = {}
    digests: dict[str, str] = {}
    decisions: tuple[Decision, ...]


def see_film(artifacts: Artifacts, film: SourceFilm, config: CurateConfig) -> SeenFilm:
    """Look at a film once and judge it as a whole; each step is found done or made.

    The gates that need no decoding come first. A film that cannot be decoded comes back with the decision that
    says why; it is nobody else's trouble.
    """
    if film.sha256 is None or film.outcome != "kept":
        return SeenFilm(source=film, decisions=(film.decision(),))
    try:
        with _scratch_of(artifacts, film.sha256):
            return _seen(artifacts, film, film.sha256, config)
    except InputError as error:
        return SeenFilm(source=film, decisions=(film.decision(), _refused(artifacts, film, film.sha256, error)))


def _seen(artifacts: Artifacts, film: SourceFilm, sha256: str, config: CurateConfig) -> SeenFilm:
    probed, info = facts_of(artifacts, film, sha256, config.facts)
    readable = Decision(item_id=film.item_id, item_kind="film", gate=PROBE_GATE, outcome="kept")
    early = film_decisions(film.item_id, facts_scores(info), config.filters, film.verdicts)
    seen = SeenFilm(
        source=film,
        info=info,
        num_frames=info.num_frames,
        duration_seconds=info.duration_seconds,
        steps={"probe": probed.key},
        decisions=(film.decision(), readable, *early),
    )
    if not seen.is_kept:
        return seen
    surveyed = survey(artifacts, film, sha256, info, config.survey)
    detected, found = detect(artifacts, surveyed, info, config.detect)
    measured, scored = measure(artifacts, film.item_id, surveyed, detected, found, config.measure)
    late = film_decisions(film.item_id, scored.scores, config.filters, film.verdicts)
    made = {"probe": probed, "survey": surveyed, "detect": detected, "measure": measured}
    return seen.model_copy(
        update={
            "num_frames": found.shot_list.num_frames,
            "duration_seconds": found.shot_list.duration_seconds,
            "crop": scored.crop,
            "steps": {name: manifest.key for name, manifest in made.items()},
            "decisions": (*seen.decisions, *late),
        }
    )


def curate_film(artifacts: Artifacts, seen: SeenFilm, config: CurateConfig, calls: Calls) -> FilmParts:
    """Take a kept film to stories, sifted shots, clips, references and audio shots; each step is found done or made.

    A film that some gate rejected keeps its row and its decisions.
    """
    film, row = seen.source, seen.row
    if row is None or not row.kept or film.sha256 is None or seen.info is None:
        return FilmParts(item_id=film.item_id, film=row, decisions=seen.decisions)
    try:
        with _scratch_of(artifacts, film.sha256):
            made = _told(artifacts, seen, seen.info, film.sha256, config, calls)
    except InputError as error:
        refused = _refused(artifacts, film, film.sha256, error)
        others = tuple(decision for decision in seen.decisions if decision.gate != PROBE_GATE)
        return FilmParts(item_id=film.item_id, film=None, decisions=(*others, refused))
    return FilmParts(
        item_id=film.item_id,
        film=row,
        steps={name: manifest.key for name, manifest in made.items()},
        digests={name: manifest.digest for name, manifest in made.items()},
        decisions=seen.decisions,
    )


def _told(
    artifacts: Artifacts, seen: SeenFilm, info: MediaInfo, sha256: str, config: CurateConfig, calls: Calls
) -> dict[str, Manifest]:
    film = seen.source
    surveyed, detected, measured = (artifacts.load(seen.steps[step]) for step in ("survey", "detect", "measure"))
    found: Detection = load_detection(artifacts, detected)
    scored = load_measured(artifacts, measured)
    annotated, told = annotate(artifacts, film, sha256, surveyed, detected, found, config.annotate, calls)
    sifted, kept = sift_shots(artifacts, annotated, told, measured, scored.scores, config.filters)
    clips = cut_clips(artifacts, sha256, film, detected, found, scored.crop, config.clips)
    references, _ = find_references(artifacts, sha256, film, sifted, kept, scored.crop, config.references, calls)
    audio_shots, _ = find_audio_shots(artifacts, sha256, film, info, surveyed, sifted, kept, config.audio_shots, calls)
    return {"survey": surveyed, "sift": sifted, "clips": clips, "references": references, "audio_shots": audio_shots}


@contextmanager
def _scratch_of(artifacts: Artifacts, sha256: str) -> Iterator[None]:
    """Remove the film's local copy at the end, whatever happened."""
    try:
        yield
    finally:
        shutil.rmtree(_scratch(artifacts, sha256), ignore_errors=True)


def _scratch(artifacts: Artifacts, sha256: str) -> Path:
    return artifacts.scratch / "films" / sha256


def _refused(artifacts: Artifacts, film: SourceFilm, sha256: str, error: InputError) -> Decision:
    reason = error.what.replace(f"{_scratch(artifacts, sha256)}/", "")  # a decision says the same in every home
    return Decision(item_id=film.item_id, item_kind="film", gate=PROBE_GATE, outcome="failed_permanent", reason=reason)


def see_item(item: tuple[RunContext, SourceFilm, CurateConfig]) -> SeenFilm:
    """Do `see_film` in a process of its own, which opens the store and the journal for itself."""
    context, film, config = item
    with context.open() as artifacts:
        return see_film(artifacts, film, config)


def curate_item(item: tuple[RunContext, SeenFilm, CurateConfig]) -> FilmParts:
    """Do `curate_film` in a process of its own."""
    context, seen, config = item
    with context.open() as artifacts:
        return curate_film(artifacts, seen, config, calls_of(artifacts, context.settings, seen.item_id))
