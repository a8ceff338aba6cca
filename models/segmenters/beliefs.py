"""What is believed of each pixel: whose it is among a shot's characters, by colour and by place."""

from collections.abc import Sequence

import cv2
import numpy as np
from pydantic import Field

from models.segmenters.base import Mask, Subject
from models.segmenters.colour_words import Map, colours_named, likeness
from models.segmenters.cues import centre_map, rarity_map
from models.segmenters.palettes import NO_COLOURS, Cells, Palette
from pegbar.config import Config

GAP = 7  # pixels of the work: ink and scarves that part a character's colours
SLACK_SHARE, WEIGHT_SHARE = 1 / 24, 1 / 14  # of the height: a blob's soft edge; how far round a piece is weighed
FLOOR = 2e-6  # of a palette: no colour is impossible
MIN_BELIEF = 1e-4
MIN_PEAK = 0.15  # of a first score: below it nothing stands out in the whole frame


class BeliefConfig(Config):
    """How cues become beliefs.

    Args:
        first_words: a description names the character's own colour among its first; they count again.
        other_weight: how much of the other characters' colours counts against.
        blur_sigma: of the first scores, in pixels of the work.
        low, span: a first score of `low` of its peak counts nothing, `low + span` of it fully.
        sharpness: power by which characters compete for a pixel at first.
        inside, outside: belief that a pixel is a character's by its place alone, within its blob and far away.
        reach: squared distance from the blob's centre, in its standard deviations, to which `inside` holds.
        fade: over how much further it falls by e.
        moving, resting: by what that belief is multiplied where the picture moves on its own, and where it rests.
        smooth_sigma: how far neighbours share beliefs, in pixels of the work.
        most: belief by place of all characters together, at most.
    """

    motion_weight: float = 0.8
    rarity_weight: float = 0.8
    colour_weight: float = 0.9
    first_colour_weight: float = 0.6
    first_words: int = Field(default=2, ge=0)
    other_weight: float = 0.7
    blur_sigma: float = Field(default=3.0, gt=0)
    low: float = Field(default=0.35, ge=0, lt=1)
    span: float = Field(default=0.4, gt=0)
    sharpness: float = Field(default=4.0, gt=0)
    inside: float = Field(default=0.5, gt=0, lt=1)
    outside: float = Field(default=0.02, gt=0, lt=1)
    reach: float = Field(default=5.0, gt=0)
    fade: float = Field(default=3.0, gt=0)
    moving: float = Field(default=1.3, gt=0)
    resting: float = Field(default=0.8, gt=0)
    smooth_sigma: float = Field(default=1.5, gt=0)
    most: float = Field(default=0.9, gt=0, lt=1)


def first_belief(lab: Map, moving: Map, cast: Sequence[Subject], config: BeliefConfig) -> Map:
    """Return 0..1 per character and pixel, shape (characters, height, width), from words, motion, rarity and place."""
    named = [colours_named(subject.appearance) for subject in cast]
    alike = [likeness(lab, colours) for colours in named]
    shown = config.motion_weight * moving + config.rarity_weight * rarity_map(lab)
    centre = centre_map(*lab.shape[:2])
    scores = []
    for index, colours in enumerate(named):
        others = [other for place, other in enumerate(alike) if place != index]
        against = config.other_weight * np.max(others, axis=0) if others else 0.0
        score = shown + config.colour_weight * np.clip(alike[index] - against, -1, 1)
        score = score + config.first_colour_weight * likeness(lab, colours[: config.first_words])
        blurred = cv2.GaussianBlur(np.maximum(score, 0) * centre, (0, 0), config.blur_sigma)
        scores.append(blurred / max(float(blurred.max()), MIN_PEAK))
    stacked = np.stack(scores)
    power = stacked**config.sharpness
    share = power / np.maximum(power.sum(axis=0), 1e-9)
    return np.asarray(np.clip((stacked - config.low) / config.span, 0, 1) * share, np.float32)


def places_of(belief: Map, config: BeliefConfig) -> Map:
    """Return the belief by place alone: a character is one blob, round the heaviest piece of what is believed."""
    return np.stack([_place(one, config) for one in belief])


def lively(moving: Map, config: BeliefConfig) -> Map:
    """Return how much likelier each pixel is a character's than its place says, by whether it moves on its own."""
    return np.asarray(config.resting + (config.moving - config.resting) * moving, np.float32)


def updated(
    cells: Cells, palettes: Sequence[Palette | None], scenery: Palette | None, places: Map, config: BeliefConfig
) -> Map:
    """Return the belief that colours and places give together (Bayes), shared among neighbours.

    None stands for no colours known.
    """
    crowd = np.maximum(1.0, places.sum(axis=0) / config.most)
    before = places / crowd
    everybody = [*zip(palettes, before, strict=True), (scenery, 1.0 - before.sum(axis=0))]
    logs = [
        np.log((NO_COLOURS if palette is None else palette) + FLOOR)[cells] + np.log(prior)
        for palette, prior in everybody
    ]
    smooth = np.stack([cv2.GaussianBlur(log, (0, 0), config.smooth_sigma) for log in _normal(np.stack(logs))])
    return np.asarray(np.exp(_normal(smooth))[:-1], np.float32)


def _normal(logs: Map) -> Map:
    """Return logarithms of shares that sum to 1, none below the least belief."""
    lifted = logs - logs.max(axis=0)
    shares = np.exp(lifted)
    return np.asarray(np.log(np.maximum(shares / shares.sum(axis=0), MIN_BELIEF)), np.float32)


def _place(belief: Map, config: BeliefConfig) -> Map:
    height, width = belief.shape
    piece = _heaviest_piece(belief)
    if piece is None:
        return np.full((height, width), config.inside / 2, np.float32)
    rows, columns = np.nonzero(piece)
    slack = height * SLACK_SHARE  # limbs and hats reach beyond what is believed at first
    down = (np.arange(height)[:, None] - rows.mean()) / (rows.std() + slack)
    across = (np.arange(width)[None, :] - columns.mean()) / (columns.std() + slack)
    beyond = np.maximum(down**2 + across**2 - config.reach, 0.0)
    place = config.outside + (config.inside - config.outside) * np.exp(-beyond / config.fade)
    return np.asarray(place, np.float32)


def _heaviest_piece(belief: Map) -> Mask | None:
    """Return where the connected piece is that has the most belief round it, small gaps closed."""
    likely = cv2.morphologyEx((belief > 0.5).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((GAP, GAP), np.uint8))
    count, pieces = cv2.connectedComponents(likely)
    if count < 2:
        return None
    weight = cv2.GaussianBlur(belief, (0, 0), belief.shape[0] * WEIGHT_SHARE) * likely
    sums = np.bincount(pieces.ravel(), weight.ravel(), minlength=count)
    piece: Mask = pieces == 1 + int(sums[1:].argmax())
    return piece
