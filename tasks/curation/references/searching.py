"""Looking for a story's characters in its frames: cut-outs within the limits (AS-12 to 16)."""

from collections.abc import Mapping, Sequence

import numpy as np

from models.segmenters import (
    Glimpse,
    Segmenter,
    SegmentRequest,
    Subject,
    clean_mask,
    colour_histogram,
    score_cutout,
)
from models.segmenters.looks import reduced
from pegbar.records import Character
from tasks.curation.references.candidates import CandidatesConfig, KeptFrames, Sampled, ShotPlan
from tasks.curation.references.choice import Candidate, Search, Tried
from tasks.curation.references.config import ReferencesConfig
from tasks.curation.references.cutouts import on_white, png_bytes

Story = tuple[Glimpse, ...]


def search_story(
    characters: Sequence[Character],
    plan: Sequence[ShotPlan],
    kept: KeptFrames,
    segmenter: Segmenter,
    config: ReferencesConfig,
) -> dict[str, Search]:
    """Return, by character id, every frame in which a story's characters were looked for and what was found."""
    searches = {character.character_id: Search(character) for character in characters}
    story = tuple(_glimpse(planned, kept, searches, config.candidates) for planned in plan)
    for planned in plan:
        _search_shot(searches, planned, kept, story, segmenter, config)
    return searches


def _glimpse(planned: ShotPlan, kept: KeptFrames, searches: Mapping[str, Search], config: CandidatesConfig) -> Glimpse:
    number = min(config.glimpse_frames, len(planned.frames))
    places = np.unique(np.linspace(0, len(planned.frames) - 1, number).round().astype(int))
    frames = tuple(reduced(kept.load(planned.frames[place]).pixels, config.glimpse_side) for place in places)
    return Glimpse(frames, tuple(_subject(searches[name]) for name in planned.shot.character_ids))


def _search_shot(
    searches: Mapping[str, Search],
    planned: ShotPlan,
    kept: KeptFrames,
    story: Story,
    segmenter: Segmenter,
    config: ReferencesConfig,
) -> None:
    sampled = [kept.load(frame) for frame in planned.frames]
    frames = tuple(frame.pixels for frame in sampled)
    cast = planned.shot.character_ids
    for name in cast:
        others = tuple(_subject(searches[other]) for other in cast if other != name)
        request = SegmentRequest(frames, planned.targets, _subject(searches[name]), others, story)
        for target, raw in zip(planned.targets, segmenter.segment(request), strict=True):
            searches[name].tried.append(_tried(planned, sampled[target], raw, config))


def _tried(
    planned: ShotPlan, frame: Sampled, raw: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]] | None",
    config: ReferencesConfig,
) -> Tried:  # fmt: skip
    """Return a cut-out within the limits, or why there is none."""
    cleaned = clean_mask(raw, config.limits, frame.pixels.shape[:2])
    if cleaned.refusal:
        return Tried(frame.index, cleaned.area_share, refusal=cleaned.refusal)
    rows, columns = np.flatnonzero(cleaned.mask.any(axis=1)), np.flatnonzero(cleaned.mask.any(axis=0))
    candidate = Candidate(
        shot=planned.shot,
        frame=frame.index,
        film_seconds=frame.seconds,
        image=png_bytes(on_white(frame.pixels, cleaned.mask, config.border_share)),
        mask=png_bytes(cleaned.mask.astype(np.uint8) * 255),
        area_share=cleaned.area_share,
        quality=score_cutout(frame.pixels, cleaned.mask, config.score).value,
        colours=colour_histogram(frame.pixels, cleaned.mask),
        aspect=float((rows[-1] - rows[0] + 1) / (columns[-1] - columns[0] + 1)),
    )
    return Tried(frame.index, cleaned.area_share, candidate)


def _subject(search: Search) -> Subject:
    return Subject(search.character.name, search.character.appearance)
