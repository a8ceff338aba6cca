"""Reference pictures: of every character of every story, the best cut-out from the shots that list it (AS-12 to 17)."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from models.clients.base import Calls
from models.segmenters import Segmenter
from models.verifiers import Verifier
from pegbar.artifacts import Artifacts, Manifest
from pegbar.digests import digest_of
from pegbar.media.crop import Crop
from pegbar.records import Decision, Record, Reference
from pegbar.steps import Facts, Step
from tasks.curation.annotate import AnnotatedFilm
from tasks.curation.references.candidates import ShotPlan, batches_of, by_story, decode_frames, plan_shots
from tasks.curation.references.choice import Search
from tasks.curation.references.config import ReferencesConfig
from tasks.curation.references.searching import search_story
from tasks.curation.references.verifying import verify_all
from tasks.curation.sources.source_film import SourceFilm, local_copy

STEP = Step(name="references", version=3)
GATE, MASK_GATE, VERIFY_GATE = "references", "mask", "verify"
OUTPUT = "references.json"
MAX_REASON = 200  # characters of what a verifier explains


class ReferenceSet(Record):
    """A film's references and these gates' decisions; `<reference_id>.png` and `.mask.png` lie beside it."""

    references: tuple[Reference, ...]
    decisions: tuple[Decision, ...]


def find_references(
    artifacts: Artifacts,
    sha256: str,
    film: SourceFilm,
    annotated: Manifest,
    told: AnnotatedFilm,
    crop: Crop,
    config: ReferencesConfig,
    calls: Calls,
) -> tuple[Manifest, ReferenceSet]:
    """Find a film's references in one decode, or find that done. Every character and every candidate is decided on.

    Raises:
        MediaError: the film no longer decodes.
        ProviderError, CallBudgetError: a language model is to judge, and its server or the run's budget says no.
    """
    segmenter, verifier = config.segmenter.build(), config.verifier.build(calls)

    def make(folder: Path) -> Facts:
        plan = plan_shots(told, config.candidates)
        path = local_copy(artifacts, film, sha256) if plan else None
        searches = search_references(told, plan, path, crop, segmenter, verifier, config)
        found = tuple(
            reference
            for search in searches.values()
            if (reference := _write(folder, search, segmenter, config)) is not None
        )
        decisions = tuple(
            decision for search in searches.values() for decision in decisions_of(search, segmenter, verifier, config)
        )
        (folder / OUTPUT).write_bytes(ReferenceSet(references=found, decisions=decisions).to_json())
        return {"num_references": len(found), "num_characters": len(searches)}

    inputs = {
        "film": sha256,
        "annotation": annotated.digest,
        "crop": digest_of(crop),
        "segmenter": f"{segmenter.name}-{segmenter.version}",
        "verifier": f"{verifier.name}-{verifier.version}",
    }
    manifest, _ = artifacts.run(STEP, inputs, config, make)
    return manifest, ReferenceSet.from_json((artifacts.fetch(manifest) / OUTPUT).read_bytes())


def search_references(
    told: AnnotatedFilm,
    plan: Sequence[ShotPlan],
    path: Path | None,
    crop: Crop,
    segmenter: Segmenter,
    verifier: Verifier,
    config: ReferencesConfig,
) -> dict[str, Search]:
    """Look for every character in the planned shots of a local film and judge what is found; by character id.

    Only the pictures of each character's best are kept, and on the disk never the frames of more than a batch of
    stories: a long film is decoded once for each batch.
    """
    characters = told.annotation.characters
    searches = {character.character_id: Search(character) for character in characters}
    if path is None:
        return searches
    for batch in batches_of(plan, crop, config.candidates):
        with TemporaryDirectory(dir=path.parent) as folder:
            kept = decode_frames(path, batch, crop, Path(folder), config.candidates)
            for story, shots in by_story(batch).items():
                cast = [character for character in characters if character.story_id == story]
                found = search_story(cast, shots, kept, segmenter, config)
                verify_all(found, shots, kept, verifier, config)
                searches |= {name: search.lightened() for name, search in found.items()}
    return searches


def _write(folder: Path, search: Search, segmenter: Segmenter, config: ReferencesConfig) -> Reference | None:
    """Write the picture and the mask of a character that has a good cut-out."""
    best = search.best
    if best is None or best.score < config.choice.min_score:
        return None
    name = f"{search.character.character_id}-r0"
    (folder / f"{name}.png").write_bytes(best.candidate.image)
    (folder / f"{name}.mask.png").write_bytes(best.candidate.mask)
    return Reference(
        reference_id=name,
        character_id=search.character.character_id,
        story_id=search.character.story_id,
        shot_id=best.candidate.shot.shot_id,
        frame=best.candidate.frame,
        film_seconds=best.candidate.film_seconds,
        mask_area_share=best.candidate.area_share,
        score=best.score,
        backend=segmenter.name,
        backend_version=segmenter.version,
    )


def decisions_of(
    search: Search, segmenter: Segmenter, verifier: Verifier, config: ReferencesConfig
) -> Iterator[Decision]:
    """Yield the last word on a character, on each frame it was looked for in, and on each cut-out judged."""
    yield _last_word(search, segmenter, config)
    for tried in search.tried:
        yield Decision(
            item_id=_candidate_id(search, tried.frame),
            item_kind="reference",
            gate=MASK_GATE,
            outcome="rejected" if tried.refusal else "kept",
            score=tried.area_share,
            reason=tried.refusal,
            backend=segmenter.name,
            version=segmenter.version,
        )
    for ranked in search.ranked:
        if ranked.is_judged:
            yield Decision(
                item_id=_candidate_id(search, ranked.candidate.frame),
                item_kind="reference",
                gate=VERIFY_GATE,
                outcome="kept" if ranked.is_accepted else "rejected",
                score=None if ranked.verdict is None else ranked.verdict.score,
                reason=(ranked.refusal or (ranked.verdict.explanation if ranked.verdict else ""))[:MAX_REASON],
                backend="choice" if ranked.shows_somebody_else else verifier.name,
                version=config.choice.version if ranked.shows_somebody_else else verifier.version,
            )


def _candidate_id(search: Search, frame: int) -> str:
    return f"{search.character.character_id}-f{frame:06d}"


def _last_word(search: Search, segmenter: Segmenter, config: ReferencesConfig) -> Decision:
    """Return the last word on a character, with what its candidates were refused for."""
    best = search.best
    is_good = best is not None and best.score >= config.choice.min_score
    refused = ", ".join(f"{count} {reason}" for reason, count in sorted(search.refusals.items()))
    reason = f"{len(search.tried)} candidates" + (f": {refused}" if refused else "")
    if best is not None and not is_good:
        reason += f"; the best scores under {config.choice.min_score:g}"
    return Decision(
        item_id=search.character.character_id,
        item_kind="character",
        gate=GATE,
        outcome="kept" if is_good else "rejected",
        score=best.score if best else None,
        threshold=config.choice.min_score,
        reason=reason,
        backend=segmenter.name,
        version=segmenter.version,
    )
