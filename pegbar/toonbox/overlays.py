"""What lies over every picture: bars, a logo, subtitles. Prepared once, painted on each frame."""

from dataclasses import dataclass

import cv2
import numpy as np

from pegbar.toonbox.colours import Colour
from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.lettering import Corner, Lettering, Stencil, paint, stacked, text_stencil, thickened
from pegbar.toonbox.pen import Labels, Pen, Picture
from pegbar.toonbox.plan import Bars, FilmPlan, Logo, LogoShape, Subtitle, SubtitleLook
from pegbar.toonbox.shapes import box, ellipse, polygon, star

Box = tuple[int, int, int, int]  # x, y, width, height in pixels of the displayed picture
BLACK: Colour = (0, 0, 0)
BACKING: Colour = (14, 14, 22)
MARGIN = 0.045  # of the height, between the picture's edge and what lies near it
LOGO_HEIGHT = 0.1
SAMPLES = 4


@dataclass(frozen=True)
class Paint:
    """One colour through one stencil at one place."""

    stencil: Stencil
    corner: Corner
    colour: Colour
    opacity: int = 256

    @property
    def box(self) -> Box:
        """Return the smallest box round what is painted."""
        rows, columns = (np.flatnonzero(self.stencil.any(axis=axis)) for axis in (1, 0))
        x, y = self.corner[0] + int(columns[0]), self.corner[1] + int(rows[0])
        return x, y, int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1


class Overlay:
    """Everything that lies over a film's pictures, and where."""

    def __init__(self, plan: FilmPlan, config: ToonboxConfig) -> None:
        self._size = config.width, config.height
        self._blemishes = plan.blemishes
        self._logo = [] if plan.blemishes.logo is None else self._logo_paints(plan.blemishes.logo)
        self._words: tuple[Subtitle, list[Paint]] | None = None

    @property
    def logo_box(self) -> Box | None:
        """Return where the logo is, if there is one."""
        return self._logo[0].box if self._logo else None

    def subtitle_box(self, subtitle: Subtitle) -> Box:
        """Return where a subtitle is, its outline or box included."""
        return self._subtitle_paints(subtitle)[0].box

    def lay_over(self, picture: Picture, labels: Labels, frame: int) -> tuple[Picture, Labels]:
        """Return a frame with bars, logo and subtitle, and its map without what the bars hide."""
        subtitle = next((one for one in self._blemishes.subtitles if one.start_frame <= frame < one.end_frame), None)
        if subtitle is None and not self._logo and self._blemishes.bars == Bars():
            return picture, labels
        picture, labels = picture.copy(), labels.copy()
        for region in self._hidden():
            picture[region], labels[region] = 0, 0
        paints = self._logo + (self._paints_of(subtitle) if subtitle else [])
        for one in paints:
            paint(picture, one.stencil, one.corner, one.colour, one.opacity)
        return picture, labels

    def _hidden(self) -> list[tuple[slice, slice]]:
        width, height = self._size
        bars, everything = self._blemishes.bars, slice(None)
        return [
            (slice(0, bars.top), everything),
            (slice(height - bars.bottom, height), everything),
            (everything, slice(0, bars.left)),
            (everything, slice(width - bars.right, width)),
        ]

    def _paints_of(self, subtitle: Subtitle) -> list[Paint]:
        if self._words is None or self._words[0] != subtitle:
            self._words = subtitle, self._subtitle_paints(subtitle)
        return self._words[1]

    def _subtitle_paints(self, subtitle: Subtitle) -> list[Paint]:
        look = self._blemishes.look
        assert look is not None
        width, height = self._size
        words = stacked([text_stencil(line, look.hand) for line in subtitle.lines])
        backing, edge = _backing(words, look)
        foot = height - (0 if look.is_in_bar else self._blemishes.bars.bottom) - round(height * MARGIN)
        x, y = (width - words.shape[1]) // 2, foot - words.shape[0]
        opacity = 256 if look.backing == "outline" else 176
        colour = BLACK if look.backing == "outline" else BACKING
        return [Paint(backing, (x - edge, y - edge), colour, opacity), Paint(words, (x, y), look.colour)]

    def _logo_paints(self, logo: Logo) -> list[Paint]:
        width, height = self._size
        bars, margin = self._blemishes.bars, round(height * MARGIN)
        stencil = _logo_stencil(logo, round(height * LOGO_HEIGHT))
        high, wide = stencil.shape
        x = bars.left + margin if "left" in logo.corner else width - bars.right - margin - wide
        y = bars.top + margin if "top" in logo.corner else height - bars.bottom - margin - high
        edge = max(1, round(height / 288))
        behind = Paint(thickened(stencil, edge), (x - edge, y - edge), BACKING, logo.opacity // 2)
        return [behind, Paint(stencil, (x, y), logo.colour, logo.opacity)]


def _backing(words: Stencil, look: SubtitleLook) -> tuple[Stencil, int]:
    """Return what is painted beneath the words, and by how many pixels it is larger on every side."""
    edge = max(1, round(look.hand.size / 9))
    if look.backing == "outline":
        return thickened(words, edge), edge
    return np.full((words.shape[0] + 4 * edge, words.shape[1] + 4 * edge), 255, np.uint8), 2 * edge


def _logo_stencil(logo: Logo, height: int) -> Stencil:
    if logo.kind == "graphic":
        return _graphic(logo.shape, height)
    words = text_stencil(logo.text, Lettering("sans", 900, round(height * 0.72)))
    if logo.shape == "plain":
        return words
    edge = max(2, height // 8)
    return np.asarray(255 - np.pad(words, edge), np.uint8)


def _graphic(shape: LogoShape, height: int) -> Stencil:
    canvas = np.zeros((height * SAMPLES, height * SAMPLES, 3), np.uint8)
    side = float(height * SAMPLES)
    pen = Pen(canvas, np.array([[side, 0.0, side / 2], [0.0, -side, side / 2]]))
    ink, hole = (255, 255, 255), BLACK
    if shape == "star":
        pen.fill(star((0, -0.03), 0.5, 0.22), ink)
    elif shape == "ring":
        pen.fill(ellipse((0, 0), (0.48, 0.48), count=60), ink)
        pen.fill(ellipse((0, 0), (0.3, 0.3), count=60), hole)
        pen.fill(ellipse((0, 0), (0.16, 0.16), count=60), ink)
    elif shape == "play":
        pen.fill(box((0, 0), (0.48, 0.4), 0.14), ink)
        pen.fill(polygon((-0.13, 0.2), (-0.13, -0.2), (0.22, 0.0)), hole)
    else:
        for x, high in ((-0.34, 0.24), (0.0, 0.46), (0.34, 0.34)):
            pen.fill(box((x, high - 0.48), (0.12, high), 0.08), ink)
    small = cv2.resize(canvas, (height, height), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small[:, :, 0])
