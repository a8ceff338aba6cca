"""A film's plain facts as scores: how large its picture is without bars, how many frames a second."""

from collections.abc import Iterator

from tasks.curation.film_view import FilmView
from tasks.curation.scores import Score


class SizeScorer:
    """Gates `resolution` (shorter side of the cropped picture) and `frame_rate` of a film."""

    name = "size"
    version = 1

    def score(self, view: FilmView) -> Iterator[Score]:
        """Return both."""
        info = view.info
        width, height = (view.crop.width, view.crop.height) if view.crop else (info.width, info.height)
        is_cut = (width, height) != (info.width, info.height)
        size = f"{width}x{height}" + (f" of {info.width}x{info.height}" if is_cut else "")
        rate = f"variable, {info.fps_exact} on average" if info.is_variable_frame_rate else info.fps_exact
        yield Score(gate="resolution", item_kind="film", value=min(width, height), reason=size)
        yield Score(gate="frame_rate", item_kind="film", value=info.fps, reason=rate)
