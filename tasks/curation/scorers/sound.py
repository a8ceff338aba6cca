"""Whether a film has sound that anybody can hear."""

from collections.abc import Iterator

from tasks.curation.film_view import FilmView
from tasks.curation.scores import Score


class SoundScorer:
    """Gate `sound` of a film: the share of its seconds that are louder than -60 dBFS."""

    name = "sound"
    version = 1

    def score(self, view: FilmView) -> Iterator[Score]:
        """Return the share; 0 where there is no track, or one of digital silence."""
        sound = view.sound
        if not sound.has_audio:
            reason = "no sound track"
        elif sound.peak == 0.0:
            reason = "the sound track is digital silence"
        else:
            reason = f"peak {sound.peak:.3f}"
        audible = 1.0 - sound.silent_share if sound.has_audio else 0.0
        yield Score(gate="sound", item_kind="film", value=audible, reason=reason)
