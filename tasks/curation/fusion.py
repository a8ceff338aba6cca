"""The rule that decides every boundary of a film: passages through one colour first, then cuts, then the rest."""

from itertools import pairwise

from pydantic import Field

from pegbar.config import Config
from tasks.curation.blanks import BlankConfig, boundaries_at, passages_of
from tasks.curation.boundary import Boundary, spaced
from tasks.curation.cuts import CutConfig, believed_cuts
from tasks.curation.dissolves import DissolveConfig, dissolves_of
from tasks.curation.frame_table import FrameTable
from tasks.curation.strip import Strip


class FusionConfig(Config):
    """Thresholds as data: raise `version` when a default changes."""

    version: int = 2
    min_shot_seconds: float = Field(default=0.4, ge=0)
    blank: BlankConfig = BlankConfig()
    cut: CutConfig = CutConfig()
    dissolve: DissolveConfig = DissolveConfig()


def fuse(table: FrameTable, config: FusionConfig) -> list[Boundary]:
    """Decide every boundary of a film, in order; the film's start is none."""
    strip = Strip.of(table)
    passages = passages_of(strip, config.blank)
    veiled = [(passage.start, passage.end) for passage in passages]
    faded = [found for passage in passages for found in boundaries_at(strip, passage, veiled, config.blank, config.cut)]
    cuts = spaced(believed_cuts(strip, veiled, config.cut), strip.seconds, config.min_shot_seconds)
    taken = sorted([*veiled, *((cut.frame, cut.frame) for cut in cuts), (0, 0), (strip.num_frames, strip.num_frames)])
    slow = [
        change
        for (_, first), (end, _) in pairwise(taken)
        for change in strongest(dissolves_of(strip, (first, end), config.dissolve))
    ]
    return spaced([*cuts, *faded, *slow], strip.seconds, config.min_shot_seconds)


def strongest(changes: list[Boundary]) -> list[Boundary]:
    """Keep the strongest of changes that overlap."""
    kept: list[Boundary] = []
    for change in sorted(changes, key=lambda item: (-item.change, item.frame)):
        if all(change.end <= other.start or change.start >= other.end for other in kept):
            kept.append(change)
    return kept
