"""What is done to a film after it was drawn: subtitles, a channel's logo, black bars, an unsteady rate."""

import random
from collections.abc import Iterator
from itertools import cycle

from pegbar.media.encode import TICKS_PER_FRAME
from pegbar.toonbox.colours import WHITE, Colour
from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.lettering import Family, Lettering, text_stencil
from pegbar.toonbox.places import PLACES
from pegbar.toonbox.plan import Bars, Blemishes, FilmPlan, Logo, LogoCorner, LogoShape, ShotPlan, Subtitle, SubtitleLook

CUE_SECONDS = (1.5, 4.0)
PAUSES = (0.0, 0.0, 0.0, 0.1, 0.2, 0.5)  # seconds between two subtitles
TEXT_HEIGHT = (0.058, 0.07)  # font size as a share of the picture's height
TEXT_WIDTH = 0.88  # of the picture, for a line
HANDS: tuple[tuple[Family, int], ...] = (("sans", 600), ("sans", 700), ("sans", 500), ("italic", 600))
TEXT_COLOURS: tuple[Colour, ...] = (WHITE, WHITE, (255, 240, 120), (236, 244, 255))
STATIONS = ("TOON+", "PEG 5", "TV7", "KIDO", "ANI", "CARTOON 1", "BOING", "FUNTV")
GRAPHICS: tuple[LogoShape, ...] = ("star", "ring", "play", "bars")
CORNERS: tuple[LogoCorner, ...] = ("top left", "top right", "top right", "bottom left", "bottom right")
LOGO_COLOURS: tuple[Colour, ...] = (WHITE, WHITE, WHITE, (255, 224, 90), (240, 90, 90), (90, 170, 240))
OPACITIES = (96, 128, 160, 205, 256)
BAR_SHARES = (0.085, 0.14)  # of the height or width, for one bar
STEADY = (TICKS_PER_FRAME,)
STRETCHES = (STEADY, STEADY, (8,), (18,), (6, 18), (9, 9, 18))  # ticks that frames last, over and over
STRETCH_SECONDS = (1.5, 5.0)


def blemishes_of(plan: FilmPlan, config: ToonboxConfig) -> Blemishes:
    """Choose the blemishes the configuration asks for; subtitles keep within bars, and logos clear of subtitles."""
    asked = config.blemishes
    bars = _bars(_source(plan, "bars"), config) if "letterbox" in asked else Bars()
    look = _look(_source(plan, "look"), config) if "subtitles" in asked else None
    return Blemishes(
        subtitles=tuple(_cues(_source(plan, "words"), plan, look.hand, _widest(config, bars))) if look else (),
        look=look,
        logo=_logo(_source(plan, "logo"), bool(look)) if "logo" in asked else None,
        bars=bars,
        ticks=_ticks(_source(plan, "ticks"), plan) if "variable-rate" in asked else None,
    )


def wrapped(text: str, hand: Lettering, width: int) -> list[str]:
    """Break a text into lines of at most `width` pixels; a word that is longer stands alone."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_stencil(longer, hand).shape[1] <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _source(plan: FilmPlan, name: str) -> random.Random:
    return random.Random(f"toonbox {name} {plan.seed}")


def _look(source: random.Random, config: ToonboxConfig) -> SubtitleLook:
    family, weight = source.choice(HANDS)
    size = round(config.height * source.uniform(*TEXT_HEIGHT))
    return SubtitleLook(
        hand=Lettering(family, weight, size),
        colour=source.choice(TEXT_COLOURS),
        backing=source.choice(("outline", "outline", "box")),
        is_in_bar=source.random() < 0.5,
    )


def _cues(source: random.Random, plan: FilmPlan, hand: Lettering, width: int) -> Iterator[Subtitle]:
    """Yield the words of each shot, one or two lines at a time; a subtitle stays when the picture is cut."""
    told = [shot for shot in plan.shots if shot.card is None]
    words = {shot.start_frame: cycle(_chunks(plan, shot, hand, width)) for shot in told}
    frame, end = told[0].start_frame + round(0.3 * plan.fps), told[-1].end_frame
    while frame < end:
        shot = next(shot for shot in told if frame < shot.end_frame)
        length = round(source.uniform(*CUE_SECONDS) * plan.fps)
        stop = min(frame + length, end)
        if stop - frame < round(CUE_SECONDS[0] * plan.fps):
            return
        yield Subtitle(frame, stop, next(words[shot.start_frame]))
        frame = stop + round(source.choice(PAUSES) * plan.fps)


def _chunks(plan: FilmPlan, shot: ShotPlan, hand: Lettering, width: int) -> list[tuple[str, ...]]:
    chunks: list[tuple[str, ...]] = []
    environment = PLACES[plan.scenes[shot.scene].kind].environment
    for text in dict.fromkeys((shot.words.plot, environment)):
        lines = wrapped(text, hand, width)
        chunks += [tuple(lines[start : start + 2]) for start in range(0, len(lines), 2)]
    return chunks


def _widest(config: ToonboxConfig, bars: Bars) -> int:
    return round((config.width - bars.left - bars.right) * TEXT_WIDTH)


def _logo(source: random.Random, is_subtitled: bool) -> Logo:
    corner = source.choice([corner for corner in CORNERS if not (is_subtitled and "bottom" in corner)])
    colour, opacity = source.choice(LOGO_COLOURS), source.choice(OPACITIES)
    if source.random() < 0.6:
        shape: LogoShape = source.choice(("plain", "badge"))
        return Logo("letters", source.choice(STATIONS), shape, corner, colour, opacity)
    return Logo("graphic", "", source.choice(GRAPHICS), corner, colour, opacity)


def _bars(source: random.Random, config: ToonboxConfig) -> Bars:
    is_wide, share = source.random() < 0.6, source.uniform(*BAR_SHARES)
    pixels = 2 * round((config.height if is_wide else config.width) * share / 2)
    return Bars(top=pixels, bottom=pixels) if is_wide else Bars(left=pixels, right=pixels)


def _ticks(source: random.Random, plan: FilmPlan) -> tuple[int, ...]:
    """Return when frames are shown: stretches at the nominal rate, slower, faster and uneven."""
    gaps: list[int] = []
    while len(gaps) < plan.num_frames:
        stretch = source.choice(STRETCHES)
        count = round(plan.fps * source.uniform(*STRETCH_SECONDS))
        gaps += [stretch[index % len(stretch)] for index in range(count)]
    times = [0]
    for gap in gaps[: plan.num_frames - 1]:
        times.append(times[-1] + gap)
    return tuple(times)
