"""The kinds of scenes, and the words a script has for them."""

from typing import Literal, get_args

from pegbar.config import Config

SceneKind = Literal[
    "meadow", "farm", "beach", "forest", "city", "playground", "bedroom", "kitchen", "night camp", "snow", "desert",
    "underwater",
]  # fmt: skip
SCENE_KINDS: tuple[SceneKind, ...] = get_args(SceneKind)


class Place(Config):
    """What a script says about one kind of scene. `phrase` fits after "walks"."""

    name: str
    phrase: str
    environment: str
    is_wet: bool = False
    is_for_sleep: bool = False


PLACES: dict[SceneKind, Place] = {
    "meadow": Place(
        name="The meadow",
        phrase="in the flowery meadow",
        environment="A green meadow with rolling hills, round trees, flowers and sailing white clouds.",
    ),
    "farm": Place(
        name="The farm",
        phrase="on the farm",
        environment="A farm with a red barn, a silo, yellow fields and a white picket fence.",
    ),
    "beach": Place(
        name="The beach",
        phrase="on the sandy beach",
        environment="A sandy beach by a blue sea, with a palm tree, a striped parasol and a small boat.",
    ),
    "forest": Place(
        name="The forest",
        phrase="in the forest",
        environment="A forest of tall trunks with shafts of light, spotted mushrooms and a soft path.",
    ),
    "city": Place(
        name="The street",
        phrase="in the busy street",
        environment="A town street with colourful houses, striped awnings, lamps and a passing car.",
    ),
    "playground": Place(
        name="The playground",
        phrase="at the playground",
        environment="A playground in a park with a swing, a slide, a ball and a sandpit.",
    ),
    "bedroom": Place(
        name="The bedroom (Indoor)",
        phrase="in the cosy bedroom",
        environment="A cosy bedroom with a bed, a curtained window, a bookshelf and a round rug.",
        is_for_sleep=True,
    ),
    "kitchen": Place(
        name="The kitchen (Indoor)",
        phrase="in the warm kitchen",
        environment="A warm kitchen with cupboards, a steaming pot on the stove, a fridge and a chequered floor.",
    ),
    "night camp": Place(
        name="The camp at night",
        phrase="at the camp under the stars",
        environment="A camp at night with a glowing tent, a small fire, fir trees, a full moon and fireflies.",
        is_for_sleep=True,
    ),
    "snow": Place(
        name="The snowy valley",
        phrase="in the snow",
        environment="A snowy valley with blue mountains, white firs, a snowman and falling flakes.",
    ),
    "desert": Place(
        name="The desert",
        phrase="in the sunny desert",
        environment="A warm desert with red tables of rock, golden dunes and blooming cacti.",
    ),
    "underwater": Place(
        name="The bottom of the sea",
        phrase="at the bottom of the sea",
        environment="The bottom of a blue sea with corals, waving weeds, little fish and rising bubbles.",
        is_wet=True,
    ),
}
