"""Everything that is written on or laid over a film: subtitles, logos, cards, and how much of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import Field

from models.text_detectors import RapidOcrConfig, TextBox, TextDetectorConfig
from pegbar.config import Config
from tasks.curation.film_view import FilmView
from tasks.curation.scorers.logos import LogosConfig, LogoSearch, find_logos
from tasks.curation.scorers.prologue import PrologueConfig, prologue_or_epilogue
from tasks.curation.scorers.readings import Reading, ReadingConfig, read_text
from tasks.curation.scorers.subtitles import SubtitlesConfig, find_subtitles
from tasks.curation.scorers.text_tracks import TextTrack, TrackConfig, track_text
from tasks.curation.scores import Score


class TextConfig(Config):
    """How text is found and told apart. Raise `version` when the way changes; the parts have their own."""

    version: int = Field(default=1, ge=1)
    detector: TextDetectorConfig = RapidOcrConfig()
    reading: ReadingConfig = ReadingConfig()
    tracks: TrackConfig = TrackConfig()
    prologue: PrologueConfig = PrologueConfig()
    subtitles: SubtitlesConfig = SubtitlesConfig()
    logos: LogosConfig = LogosConfig()

    def build(self) -> "TextScorer":
        """Construct the scorer and its detector.

        Raises:
            MissingExtraError: the detector's package is not installed.
        """
        return TextScorer(self)


@dataclass(frozen=True)
class FilmText:
    """What is written on a film.

    Args:
        readings: the lines of every sample.
        shots: for every sample, the number of its shot.
        tracks: every text over time. subtitles: those of them that are subtitles.
        logos: what stays in the picture.
        prologue: for every shot, how much it is a prologue or epilogue.
        cards: the numbers of the shots that are.
    """

    readings: tuple[Reading, ...]
    shots: tuple[int, ...]
    tracks: tuple[TextTrack, ...]
    subtitles: tuple[TextTrack, ...]
    logos: LogoSearch
    prologue: tuple[float | None, ...]
    cards: frozenset[int]

    def subtitled(self) -> frozenset[int]:
        """Return the numbers of the samples, cards aside, that show a subtitle."""
        numbers = {number for track in self.subtitles for number in track.readings}
        return frozenset(number for number in numbers if self.shots[number] not in self.cards)


class TextScorer:
    """Gates `subtitles` and `watermark` of a film; `text` and `prologue` of its shots."""

    name = "text"

    def __init__(self, config: TextConfig) -> None:
        self._config = config
        self._detector = config.detector.build()
        self.version = config.version

    def score(self, view: FilmView) -> Sequence[Score]:
        """Return the scores of the film and its shots."""
        return self.scores(view, self.look(view))

    def look(self, view: FilmView) -> FilmText:
        """Read a film's samples and tell what is what; a sample is read once."""
        config = self._config
        readings = read_text(view, self._detector, config.reading)
        shots = tuple(_shot_of(view, reading.sample.frame) for reading in readings)
        prologue = prologue_or_epilogue(view, readings, config.prologue)
        cards = frozenset(
            place for place, value in enumerate(prologue) if value is not None and value >= config.prologue.card_score
        )
        tracks = track_text(readings, config.tracks)
        told = [track for track in tracks if not cards.issuperset(shots[number] for number in track.readings)]
        subtitles = find_subtitles(told, config.subtitles)
        logos = find_logos(view, config.logos, cards, [track.box for track in subtitles])
        return FilmText(readings, shots, tracks, subtitles, logos, prologue, cards)

    def scores(self, view: FilmView, text: FilmText) -> tuple[Score, ...]:
        """Return the scores of a film that has been looked at."""
        covered = _covered(text)
        scores = [self._subtitles(text), self._watermark(text)]
        for shot in view.shots:
            own = [number for number, index in enumerate(text.shots) if index == shot.index]
            share = sum(covered[number] for number in own) / len(own) if own else None
            prologue = text.prologue[shot.index]
            reason = "" if own else "no sample shows it"
            scores.append(self._score("text", share, reason, shot.index))
            scores.append(self._score("prologue", prologue, reason, shot.index))
        return tuple(scores)

    def _subtitles(self, text: FilmText) -> Score:
        told = sum(shot not in text.cards for shot in text.shots)
        if not told:
            return self._score("subtitles", None, "the film is all cards")
        lines = len(text.subtitles)
        return self._score("subtitles", len(text.subtitled()) / told, f"{lines} lines in one band" if lines else "")

    def _watermark(self, text: FilmText) -> Score:
        if text.logos.logos is None:
            return self._score("watermark", None, text.logos.reason)
        places = "; ".join(_said(logo.box) for logo in text.logos.logos)
        return self._score("watermark", max((logo.presence for logo in text.logos.logos), default=0.0), places)

    def _score(self, gate: str, value: float | None, reason: str, shot: int | None = None) -> Score:
        kind = self._detector.name if gate != "watermark" else "pegbar"
        return Score(
            gate=gate, item_kind="film" if shot is None else "shot", shot=shot, value=value, reason=reason,
            backend=kind, version=self.version,
        )  # fmt: skip


def _covered(text: FilmText) -> list[float]:
    """Return, for every sample, the share of the picture under text seen more than once, logos left out."""
    logos = [logo.box for logo in text.logos.logos or ()]
    shares = [0.0] * len(text.readings)
    for track in text.tracks:
        if len(track.readings) == 1 or any(track.box.overlap(logo) > track.box.area / 2 for logo in logos):
            continue
        for number, line in zip(track.readings, track.lines, strict=True):
            shares[number] = min(1.0, shares[number] + line.box.area)
    return shares


def _shot_of(view: FilmView, frame: int) -> int:
    return next(shot.index for shot in view.shots if shot.start_frame <= frame < shot.end_frame)


def _said(box: TextBox) -> str:
    return f"at {box.left:.0%}, {box.top:.0%}, {box.width:.0%} wide, {box.height:.0%} high"
