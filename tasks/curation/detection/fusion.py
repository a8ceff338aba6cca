"""The rule that decides every boundary of a film, from what one decode measured."""

from itertools import pairwise

from pydantic import Field

from pegbar.config import Config
from tasks.curation.detection.blanks import BlankConfig, boundaries_at, passages_of
from tasks.curation.detection.boundary import Boundary, spaced
from tasks.curation.detection.cuts import CutConfig, believed_cuts
from tasks.curation.detection.gradual import GradualConfig, gradual_changes
from tasks.curation.detection.strip import Strip
from tasks.curation.frame_table import FrameTable


class FusionConfig(Config):
    """Thresholds as data: raise `version` when a default changes."""

    version: int = 5
    min_shot_seconds: float = Field(default=0.4, ge=0)
    blank: BlankConfig = BlankConfig()
    cut: CutConfig = CutConfig()
    gradual: GradualConfig = GradualConfig()


def fuse(table: FrameTable, config: FusionConfig) -> list[Boundary]:
    """Decide every boundary of a film, in order; the film's start is none.

    First come passages through one colour: fades, flashes, and lightning, which is none. Then the sudden changes
    that stand alone are cuts. In what lies between, windows that go from one picture to another are dissolves or
    wipes by the way they go. Of two boundaries closer than the shortest shot the stronger stays.
    """
    strip = Strip.of(table)
    passages = passages_of(strip, config.blank)
    veiled = [(passage.start, passage.end) for passage in passages]
    faded = [found for passage in passages for found in boundaries_at(strip, passage, veiled, config.blank, config.cut)]
    walls = [(found.start, found.end) for found in faded]
    cuts = spaced(believed_cuts(strip, walls, veiled, config.cut), strip.seconds, config.min_shot_seconds)
    walls += [(cut.frame, cut.frame) for cut in cuts]
    edges = sorted([*veiled, *walls, (0, 0), (strip.num_frames, strip.num_frames)])
    gradual = [
        found
        for (_, first), (end, _) in pairwise(edges)
        for found in gradual_changes(strip, (first, end), walls, config.gradual, config.cut)
    ]
    return spaced([*cuts, *faded, *gradual], strip.seconds, config.min_shot_seconds)
