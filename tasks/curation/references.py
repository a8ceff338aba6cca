"""Reference pictures: of every character of every story, the best cut-out from the shots that list it (AS-12 to 16)."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from pydantic import Field

from models.segmenters import (
    ClassicalConfig,
    Mask,
    MaskLimits,
    ScoreConfig,
    Segmenter,
    SegmenterConfig,
    SegmentRequest,
    Subject,
    clean_mask,
    colour_histogram,
    score_cutout,
)
from pegbar.artifacts import Artifacts, Manifest
from pegbar.config import Config
from pegbar.digests import digest_of
from pegbar.media.crop import Crop
from pegbar.records import Character, Decision, Record, Reference, Shot
from pegbar.steps import Facts, Step
from tasks.curation.annotate import AnnotatedFilm
from tasks.curation.candidates import CandidatesConfig, Sampled, plan_shots, sampled_shots, wanted_frames
from tasks.curation.choice import Candidate, Choice, ChoiceConfig, Search, choose
from tasks.curation.cutouts import on_white, png_bytes
from tasks.curation.source_film import SourceFilm, local_copy

STEP = Step(name="references", version=2)
GATE = "references"
OUTPUT = "references.json"


class ReferencesConfig(Config):
    """Which frames are tried and which cut-outs are good enough.

    Args:
        border_share: white around the character, as a share of its longer side.
    """

    candidates: CandidatesConfig = CandidatesConfig()
    segmenter: SegmenterConfig = ClassicalConfig()
    limits: MaskLimits = MaskLimits()
    score: ScoreConfig = ScoreConfig()
    choice: ChoiceConfig = ChoiceConfig()
    border_share: float = Field(default=0.06, ge=0)


class ReferenceSet(Record):
    """A film's references and this gate's decisions; `<reference_id>.png` and `.mask.png` lie beside it."""

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
) -> tuple[Manifest, ReferenceSet]:
    """Find a film's references in one decode, or find that done. Every character gets a decision.

    Raises:
        MediaError: the film no longer decodes.
    """
    segmenter = config.segmenter.build()

    def make(folder: Path) -> Facts:
        searches = {character.character_id: Search(character) for character in told.annotation.characters}
        plan = plan_shots(told, config.candidates)
        if plan:
            path = local_copy(artifacts, film, sha256)
            with TemporaryDirectory(dir=path.parent) as pictures:
                for shot, frames in sampled_shots(path, plan, crop, Path(pictures), config.candidates):
                    for character_id in plan[shot.shot_id].character_ids:
                        try_shot(searches, character_id, shot, frames, segmenter, config)
        chosen = choose(searches, config.choice)
        found = tuple(
            reference
            for name, search in searches.items()
            if (reference := _write(folder, search, chosen[name], segmenter, config)) is not None
        )
        decisions = tuple(_decision(search, chosen[name], segmenter, config) for name, search in searches.items())
        (folder / OUTPUT).write_bytes(ReferenceSet(references=found, decisions=decisions).to_json())
        return {"num_references": len(found), "num_characters": len(searches)}

    inputs = {
        "film": sha256,
        "annotation": annotated.digest,
        "crop": digest_of(crop),
        "segmenter": f"{segmenter.name}-{segmenter.version}",
    }
    manifest, _ = artifacts.run(STEP, inputs, config, make)
    return manifest, ReferenceSet.from_json((artifacts.fetch(manifest) / OUTPUT).read_bytes())


def try_shot(
    searches: dict[str, Search],
    character_id: str,
    shot: Shot,
    frames: list[Sampled],
    segmenter: Segmenter,
    config: ReferencesConfig,
) -> None:
    """Cut the character out of the shot's candidate frames; count why a cut-out does not pass."""
    search = searches[character_id]
    others = tuple(_subject(searches[other].character) for other in shot.character_ids if other != character_id)
    _, targets = wanted_frames(shot, config.candidates)
    request = SegmentRequest(
        frames=tuple(frame.pixels for frame in frames),
        targets=targets,
        subject=_subject(search.character),
        others=others,
    )
    for target, raw in zip(targets, segmenter.segment(request), strict=True):
        search.num_tried += 1
        candidate, refusal = _candidate(shot, frames[target], raw, config)
        if candidate is None:
            search.refusals[refusal] += 1
        else:
            search.candidates.append(candidate)


def _candidate(shot: Shot, frame: Sampled, raw: Mask | None, config: ReferencesConfig) -> tuple[Candidate | None, str]:
    """Return a candidate that passes the limits, or why it does not."""
    if raw is None:
        return None, "nothing found"
    cleaned = clean_mask(raw, config.limits)
    if cleaned.refusal:
        return None, cleaned.refusal
    score = score_cutout(frame.pixels, cleaned.mask, config.score)
    if score.refusal:
        return None, score.refusal
    candidate = Candidate(
        shot=shot,
        frame=frame.index,
        film_seconds=frame.seconds,
        image=png_bytes(on_white(frame.pixels, cleaned.mask, config.border_share)),
        mask=png_bytes(cleaned.mask.astype(np.uint8) * 255),
        area_share=cleaned.area_share,
        quality=score.value,
        colours=colour_histogram(frame.pixels, cleaned.mask),
    )
    return candidate, ""


def _write(
    folder: Path, search: Search, choice: Choice, segmenter: Segmenter, config: ReferencesConfig
) -> Reference | None:
    """Write the picture and the mask of a character that has a good cut-out."""
    best = choice.candidate
    if best is None or choice.score < config.choice.min_score:
        return None
    name = f"{search.character.character_id}-r0"
    (folder / f"{name}.png").write_bytes(best.image)
    (folder / f"{name}.mask.png").write_bytes(best.mask)
    return Reference(
        reference_id=name,
        character_id=search.character.character_id,
        story_id=search.character.story_id,
        shot_id=best.shot.shot_id,
        frame=best.frame,
        film_seconds=best.film_seconds,
        mask_area_share=best.area_share,
        score=choice.score,
        backend=segmenter.name,
        backend_version=segmenter.version,
    )


def _decision(search: Search, choice: Choice, segmenter: Segmenter, config: ReferencesConfig) -> Decision:
    """Return the last word on a character, with what its candidates were refused for."""
    is_good = choice.candidate is not None and choice.score >= config.choice.min_score
    refused = ", ".join(f"{count} {reason}" for reason, count in sorted(search.refusals.items()))
    reason = f"{search.num_tried} candidates" + (f": {refused}" if refused else "")
    if choice.candidate is not None and not is_good:
        reason += f"; the best scores under {config.choice.min_score:g}"
    return Decision(
        item_id=search.character.character_id,
        item_kind="character",
        gate=GATE,
        outcome="kept" if is_good else "rejected",
        score=choice.score if choice.candidate else None,
        threshold=config.choice.min_score,
        reason=reason,
        backend=segmenter.name,
        version=segmenter.version,
    )


def _subject(character: Character) -> Subject:
    return Subject(character.name, character.appearance)
