"""Cutting: which transition joins two shots, and how the film itself begins and ends."""

import random

from pegbar.toonbox.colours import WHITE, Colour
from pegbar.toonbox.transitions import IRIS, Transition, TransitionIn

GRADUAL: tuple[TransitionIn, ...] = ("dissolve", "fade", "wipe", "flash")
SCENE_CHANGE, WITHIN_SCENE = 0.72, 0.15  # how often a boundary is no cut
SPARE_FRAMES = 6  # of a shot, at 12 fps, that no transition changes
REACH = (4, 8)  # frames a gradual transition changes on either side, at 12 fps
BLACK: Colour = (0, 0, 0)
FLASH_COLOURS: tuple[Colour, ...] = (WHITE, WHITE, (255, 250, 214), (255, 232, 232), (226, 240, 255))
WAYS = (0, 180, 90, 270, 45, 225, IRIS, IRIS)
EDGES = (0.0, 0.0, 0.12, 0.25)
OPENS, CLOSES = 0.45, 0.6  # how often a film fades in at its start and out at its end


class Cutter:
    """Chooses transitions for one film; a kind comes again only when all have been."""

    def __init__(self, source: random.Random, fps: int) -> None:
        self._source = source
        self._fps = fps
        self._deck: list[TransitionIn] = []

    def join(self, room_before: int, room_after: int, is_new_scene: bool) -> Transition:
        """Choose how two shots meet.

        Args:
            room_before: frames of the old shot that are still unchanged.
            room_after: frames of the new shot.
            is_new_scene: whether the place changes.
        """
        if self._source.random() >= (SCENE_CHANGE if is_new_scene else WITHIN_SCENE):
            return Transition()
        kind = self._next_kind()
        if kind == "flash":
            return self._flash()
        room = min(room_before - self._scaled(SPARE_FRAMES), room_after // 2)
        reach = min(self._scaled(self._source.randint(*REACH)), room)
        if reach < self._scaled(REACH[0]):
            return Transition()
        if kind == "fade":
            return self._fade(reach)
        if kind == "wipe":
            way, edge = self._source.choice(WAYS), self._source.choice(EDGES)
            return Transition("wipe", reach, reach, degrees=way, softness=edge)
        return Transition(kind, reach, reach)

    def edges(self, room_first: int, room_last: int) -> tuple[Transition | None, Transition | None]:
        """Choose how the film fades in (frames `after` its start) and out (frames `before` its end).

        Args:
            room_first: how many of the first frames may change.
            room_last: how many of the last.
        """
        opens, closes = self._source.random() < OPENS, self._source.random() < CLOSES
        long_in, long_out = (self._scaled(self._source.randint(5, 12)) for _ in range(2))
        colour = self._fade_colour()
        first, last = min(long_in, room_first), min(long_out, room_last)
        return (
            Transition("fade", 0, first, colour=colour) if opens and first > 1 else None,
            Transition("fade", last, 0, colour=BLACK) if closes and last > 1 else None,
        )

    def _next_kind(self) -> TransitionIn:
        if not self._deck:
            self._deck = list(GRADUAL)
            self._source.shuffle(self._deck)
        return self._deck.pop()

    def _flash(self) -> Transition:
        length = self._source.choice((2, 3, 4))
        return Transition("flash", length // 2, length - length // 2, colour=self._source.choice(FLASH_COLOURS))

    def _fade(self, reach: int) -> Transition:
        blank = max(1, self._scaled(self._source.choice((1, 2, 3))))
        return Transition("fade", reach, reach, min(blank, reach - 2), self._fade_colour())

    def _fade_colour(self) -> Colour:
        return WHITE if self._source.random() < 0.25 else BLACK

    def _scaled(self, frames: int) -> int:
        return round(frames * self._fps / 12)
