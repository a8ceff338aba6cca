"""Pictures that must be told apart, made by code: drawings in several styles, and photographs under a camera."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Plane = NDArray[np.float32]
Move = Literal["pan", "zoom", "shake"]

WIDTH, HEIGHT = 640, 360


def night_cel(number: int) -> Pixels:
    """Draw a dark street in flat colours with outlines, a moon and somebody who walks."""
    rows = np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None, None]
    ground = (1 - rows) * np.array((24, 22, 66), np.float32) + rows * np.array((92, 50, 120), np.float32)
    pixels = np.ascontiguousarray(np.broadcast_to(ground, (HEIGHT, WIDTH, 3)).astype(np.uint8))
    cv2.circle(pixels, (520, 70), 36, (250, 240, 190), -1, cv2.LINE_AA)
    for place, tone in enumerate(((44, 40, 92), (60, 46, 104), (36, 60, 108), (70, 42, 90), (40, 50, 96))):
        left, top = 130 * place - 20, 110 + 37 * (place * 3 % 4)
        _outlined(pixels, [(left, top), (left + 118, top), (left + 118, 300), (left, 300)], tone)
        for window in range(6):
            x, y = left + 14 + 34 * (window % 3), top + 18 + 40 * (window // 3)
            lit = (240, 190, 80) if (window + place + number // 5) % 3 else (30, 30, 60)
            _outlined(pixels, [(x, y), (x + 20, y), (x + 20, y + 26), (x, y + 26)], lit)
    cv2.rectangle(pixels, (0, 300), (WIDTH, HEIGHT), (40, 36, 70), -1)
    _figure(pixels, 60 + 30 * number, 250, (200, 60, 80), (230, 180, 150))
    return pixels


def ink(number: int) -> Pixels:
    """Draw black lines on white paper: hatched hills, somebody who walks, and no grey but what lines make."""
    pixels = np.full((HEIGHT, WIDTH, 3), 250, np.uint8)
    for hill in range(3):
        across = np.arange(0, WIDTH + 8, 8)
        down = 220 + 30 * hill - 40 * np.sin(across / (70 + 23 * hill) + hill + 0.1 * number)
        cv2.polylines(pixels, [np.stack([across, down], 1).astype(np.int32)], False, (15, 15, 15), 3, cv2.LINE_AA)
        for x, y in zip(across[::2], down[::2], strict=True):
            cv2.line(pixels, (int(x), int(y) + 6), (int(x) - 9, int(y) + 24), (40, 40, 40), 1, cv2.LINE_AA)
    _figure(pixels, 60 + 30 * number, 240, (250, 250, 250), (250, 250, 250))
    return pixels


def painted(number: int) -> Pixels:
    """Draw a flat figure before a background of brush-like blotches."""
    shade = _clouds(9, HEIGHT + 40, WIDTH + 80)[:HEIGHT, 4 * number : WIDTH + 4 * number, None]
    rows = np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None, None]
    sky, field = np.array((110, 190, 200), np.float32), np.array((90, 150, 70), np.float32)
    base = np.where(rows + 0.1 * shade < 0.55, sky, field) + 45 * shade * np.array((1.0, 0.8, 0.5), np.float32)
    pixels = np.ascontiguousarray(np.clip(base, 0, 255).astype(np.uint8))
    _figure(pixels, 60 + 30 * number, 230, (230, 120, 40), (250, 210, 180))
    return pixels


def rendered(number: int) -> Pixels:
    """Render three glossy balls on a chequered floor under one lamp: smooth shades, shadows, no outline; 320x180."""
    rows, columns = np.mgrid[0 : HEIGHT // 2, 0 : WIDTH // 2].astype(np.float32) * 2
    ray = np.stack([(columns - WIDTH / 2) / HEIGHT, (HEIGHT / 2 - rows) / HEIGHT - 0.15, np.ones_like(rows)], -1)
    ray /= np.linalg.norm(ray, axis=-1, keepdims=True)
    lamp = np.array((0.5, 0.75, -0.43), np.float32)
    depth = np.where(ray[..., 1] < -0.01, 1.0 / np.maximum(-ray[..., 1], 0.01), np.inf)
    hit = ray * np.minimum(depth, 40)[..., None]
    tiles = (np.floor(hit[..., 0] + 40) + np.floor(hit[..., 2])) % 2
    floor = np.stack([150 + 70 * tiles, 170 + 40 * tiles, 130 + 30 * tiles], -1) * np.exp(-0.03 * depth)[..., None]
    sky = np.array((140, 180, 235), np.float32) + 60 * np.clip(0.5 - ray[..., 1:2] * 2, 0, 1)
    colour = np.where(np.isfinite(depth)[..., None], floor, sky)
    angle = 0.2 * number
    for ball in range(3):
        turn = angle + 2.1 * ball
        centre = np.array((1.2 * np.cos(turn), -0.45, 4 + 1.2 * np.sin(turn)), np.float32)
        shadow = np.linalg.norm((hit - centre)[..., [0, 2]] - np.array((-0.3, 0.25), np.float32), axis=-1)
        colour *= np.where(np.isfinite(depth), np.clip(shadow / 0.9, 0.35, 1), 1)[..., None]
    for ball in sorted(range(3), key=lambda one: -np.sin(angle + 2.1 * one)):
        turn = angle + 2.1 * ball
        centre = np.array((1.2 * np.cos(turn), -0.45, 4 + 1.2 * np.sin(turn)), np.float32)
        along = ray @ centre
        inside = along**2 - centre @ centre + 0.55**2
        point = ray * (along - np.sqrt(np.maximum(inside, 0)))[..., None]
        normal = (point - centre) / 0.55
        light = 0.25 + 0.75 * np.clip(normal @ lamp, 0, 1)
        gloss = np.clip((normal - ray) @ lamp / np.linalg.norm(normal - ray, axis=-1), 0, 1) ** 40
        paint = np.array(((220, 60, 70), (70, 120, 230), (90, 190, 80))[ball], np.float32)
        colour = np.where((inside > 0)[..., None], paint * light[..., None] + 160 * gloss[..., None], colour)
    return np.asarray(np.clip(cv2.GaussianBlur(colour.astype(np.float32), (0, 0), 0.7), 0, 255), np.uint8)


STYLES: dict[str, Callable[[int], Pixels]] = {
    "night_cel": night_cel,
    "ink": ink,
    "painted": painted,
    "rendered": rendered,
}


def camera_over(photograph: Pixels, move: Move, num_frames: int = 16) -> Iterator[Pixels]:
    """Yield 640x360 RGB pictures of a camera that pans, zooms or shakes over a photograph."""
    height, width = photograph.shape[:2]
    jitter = np.random.default_rng(7).normal(0, 0.004, (num_frames, 2))
    for index in range(num_frames):
        part = index / max(1, num_frames - 1)
        share, x, y = {
            "pan": (0.7, 0.36 + 0.28 * part, 0.5),
            "zoom": (0.95 - 0.45 * part, 0.5, 0.5),
            "shake": (0.75, 0.5 + 0.05 * np.sin(6 * part) + jitter[index, 0], 0.5 + jitter[index, 1]),
        }[move]
        scale = min(width / WIDTH, height / HEIGHT) * share
        left, top = int(x * width - scale * WIDTH / 2), int(y * height - scale * HEIGHT / 2)
        left, top = max(0, left), max(0, top)
        seen = photograph[top : top + int(scale * HEIGHT), left : left + int(scale * WIDTH)]
        how = cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC
        yield np.asarray(cv2.resize(seen, (WIDTH, HEIGHT), interpolation=how), np.uint8)


def read_photograph(path: Path) -> Pixels:
    """Return a photograph as RGB pixels of shape (height, width, 3)."""
    stored = np.fromfile(path, np.uint8)
    return np.ascontiguousarray(np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR), np.uint8)[:, :, ::-1])


def _outlined(pixels: Pixels, corners: list[tuple[int, int]], colour: tuple[int, int, int]) -> None:
    shape = [np.array(corners, np.int32)]
    cv2.fillPoly(pixels, shape, colour, cv2.LINE_AA)
    cv2.polylines(pixels, shape, True, (12, 10, 20), 2, cv2.LINE_AA)


def _figure(pixels: Pixels, x: int, y: int, coat: tuple[int, int, int], skin: tuple[int, int, int]) -> None:
    for centre, axes, colour in (((x, y), (26, 48), coat), ((x, y - 62), (28, 26), skin)):
        cv2.ellipse(pixels, centre, axes, 0, 0, 360, colour, -1, cv2.LINE_AA)
        cv2.ellipse(pixels, centre, axes, 0, 0, 360, (12, 10, 20), 3, cv2.LINE_AA)
    for eye in (-9, 9):
        cv2.circle(pixels, (x + eye, y - 64), 4, (12, 10, 20), -1, cv2.LINE_AA)


def _clouds(seed: int, height: int, width: int) -> Plane:
    """Return smooth noise of several octaves in about -1..1."""
    draw = np.random.default_rng(seed)
    total = np.zeros((height, width), np.float32)
    for octave in range(5):
        cells = draw.normal(0, 0.5**octave, (3 << octave, 5 << octave)).astype(np.float32)
        total += cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC)
    return total / 1.5
