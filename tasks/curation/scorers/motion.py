"""How much moves in a shot."""

from collections.abc import Iterator

import numpy as np

from tasks.curation.film_view import FilmView
from tasks.curation.scores import Score


class MotionScorer:
    """Gate `motion` of a shot: mean movement of all its picture, as a share of the longer side per second.

    A camera that moves over a still picture moves all of it, and counts; a held picture has none.
    """

    name = "motion"
    version = 1

    def score(self, view: FilmView) -> Iterator[Score]:
        """Return every shot's motion; unknown where none was measured inside it."""
        fps = view.info.fps
        for shot in view.shots:
            # What happens at a boundary and in a transition is no movement.
            start = shot.start_frame + max(1, (shot.transition_frames + 1) // 2)
            measured = view.frames.motion[start : shot.end_frame]
            known = measured[np.isfinite(measured)]
            value = float(known.mean()) * fps if len(known) else None
            reason = f"measured {len(known)} times" if len(known) else "too short to measure"
            yield Score(gate="motion", item_kind="shot", shot=shot.index, value=value, reason=reason)
