"""What is believed of some frames of one shot, and how it is learnt over the shots of a story."""

from collections.abc import Mapping, Sequence

from models.segmenters.base import Subject
from models.segmenters.beliefs import BeliefConfig, first_belief, lively, places_of, updated
from models.segmenters.looks import Look
from models.segmenters.palettes import Palette, cells_of, palette_of, typical

Palettes = Mapping[Subject, Palette]


class ShotBelief:
    """Beliefs of a shot's frames, each of shape (characters, height, width), in the order of its cast."""

    def __init__(self, look: Look, cast: Sequence[Subject], config: BeliefConfig) -> None:
        self._config = config
        self.look = look
        self.cast = tuple(cast)
        self.cells = [cells_of(lab) for lab in look.lab]
        self.beliefs = [
            first_belief(lab, moving, cast, config) for lab, moving in zip(look.lab, look.moving, strict=True)
        ]
        self.places = [places_of(belief, config) for belief in self.beliefs]

    def palette(self, subject: Subject) -> Palette | None:
        """Return the colours of what is believed to be one of the cast; None where it is nowhere."""
        place = self.cast.index(subject)
        return palette_of(self.cells, [belief[place] for belief in self.beliefs])

    def update(self, palettes: Palettes) -> None:
        """Believe anew, by these colours of the characters and, of the others and the scenery, by those of now."""
        own = [palettes[subject] if subject in palettes else self.palette(subject) for subject in self.cast]
        scenery = palette_of(self.cells, [1.0 - belief.sum(axis=0) for belief in self.beliefs])
        for index, cells in enumerate(self.cells):
            likely = self.places[index] * lively(self.look.moving[index], self._config)
            belief = updated(cells, own, scenery, likely, self._config)
            self.beliefs[index], self.places[index] = belief, places_of(belief, self._config)


def learnt(shots: Sequence[ShotBelief]) -> Palettes:
    """Return the typical colours of every character that is believed to be somewhere."""
    cast = dict.fromkeys(subject for shot in shots for subject in shot.cast)
    found = {
        subject: [palette for shot in shots if subject in shot.cast and (palette := shot.palette(subject)) is not None]
        for subject in cast
    }
    return {subject: typical(palettes) for subject, palettes in found.items() if palettes}
