"""The painted world: one painter for every kind of scene."""

import random
from collections.abc import Callable

from pegbar.toonbox.places import SceneKind
from pegbar.toonbox.scenes.country import paint_beach, paint_farm, paint_forest, paint_meadow
from pegbar.toonbox.scenes.indoors import paint_bedroom, paint_kitchen
from pegbar.toonbox.scenes.town import paint_city, paint_playground
from pegbar.toonbox.scenes.wild import paint_desert, paint_night_camp, paint_snow, paint_underwater
from pegbar.toonbox.stage import Stage

PAINTERS: dict[SceneKind, Callable[[Stage, random.Random], None]] = {
    "meadow": paint_meadow,
    "farm": paint_farm,
    "beach": paint_beach,
    "forest": paint_forest,
    "city": paint_city,
    "playground": paint_playground,
    "bedroom": paint_bedroom,
    "kitchen": paint_kitchen,
    "night camp": paint_night_camp,
    "snow": paint_snow,
    "desert": paint_desert,
    "underwater": paint_underwater,
}


def paint_scene(stage: Stage, kind: SceneKind, seed: str) -> None:
    """Paint a scene; the seed fixes where everything stands, the stage's seconds move it."""
    PAINTERS[kind](stage, random.Random(f"toonbox scene {kind} {seed}"))
