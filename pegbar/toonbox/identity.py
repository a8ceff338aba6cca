"""Who a character is: a point of a parametric space, and which split of the data may see it.

Train, evaluation and test never share an identity. Some attribute pairs are held out: they are seen
in training one by one, never together, so evaluation on them measures composition, not recall.
"""

import random
from typing import Literal, get_args

from pegbar.config import Config
from pegbar.digests import digest_of
from pegbar.errors import ConfigurationError
from pegbar.toonbox.colours import Colour

Species = Literal["cat", "dog", "bear", "rabbit", "fox", "mouse", "pig", "frog", "chick", "penguin", "robot", "blob"]
PaletteName = Literal[
    "ginger", "chocolate", "grey", "charcoal", "cream", "pink", "sky", "mint", "lavender", "lemon", "coral", "teal",
    "lime", "navy",
]  # fmt: skip
Pattern = Literal["plain", "belly", "spots", "stripes", "patch", "socks"]
Accessory = Literal["none", "scarf", "top hat", "bow", "glasses", "crown", "cap", "bow tie", "flower"]
Build = Literal["average", "round", "slim", "tiny"]
Split = Literal["train", "evaluation", "test"]

SPECIES: tuple[Species, ...] = get_args(Species)
PALETTE_NAMES: tuple[PaletteName, ...] = get_args(PaletteName)
PATTERNS: tuple[Pattern, ...] = get_args(Pattern)
ACCESSORIES: tuple[Accessory, ...] = get_args(Accessory)
BUILDS: tuple[Build, ...] = get_args(Build)
NUM_IDENTITIES = len(SPECIES) * len(PALETTE_NAMES) * len(PATTERNS) * len(ACCESSORIES) * len(BUILDS)


class Palette(Config):
    """The colours one character wears. `word` is what a caption calls them."""

    word: str
    body: Colour
    light: Colour
    mark: Colour
    accent: Colour
    accent_word: str


PALETTES: dict[PaletteName, Palette] = {
    "ginger": Palette(
        word="ginger", body=(245, 152, 66), light=(255, 226, 184), mark=(206, 98, 38),
        accent=(48, 150, 196), accent_word="blue",
    ),
    "chocolate": Palette(
        word="brown", body=(164, 106, 72), light=(234, 198, 158), mark=(112, 66, 46),
        accent=(238, 84, 70), accent_word="red",
    ),
    "grey": Palette(
        word="grey", body=(160, 168, 182), light=(232, 236, 242), mark=(106, 114, 134),
        accent=(250, 192, 52), accent_word="yellow",
    ),
    "charcoal": Palette(
        word="black", body=(84, 82, 100), light=(206, 202, 214), mark=(52, 50, 68),
        accent=(240, 78, 120), accent_word="pink",
    ),
    "cream": Palette(
        word="cream", body=(250, 232, 204), light=(255, 250, 240), mark=(222, 176, 124),
        accent=(226, 66, 66), accent_word="red",
    ),
    "pink": Palette(
        word="pink", body=(250, 160, 184), light=(255, 226, 230), mark=(226, 104, 146),
        accent=(112, 84, 196), accent_word="purple",
    ),
    "sky": Palette(
        word="light blue", body=(112, 188, 240), light=(220, 242, 255), mark=(60, 130, 206),
        accent=(255, 146, 60), accent_word="orange",
    ),
    "mint": Palette(
        word="mint green", body=(140, 220, 184), light=(228, 250, 236), mark=(74, 170, 136),
        accent=(240, 96, 130), accent_word="pink",
    ),
    "lavender": Palette(
        word="lavender", body=(186, 162, 232), light=(238, 230, 252), mark=(134, 104, 198),
        accent=(250, 202, 72), accent_word="yellow",
    ),
    "lemon": Palette(
        word="yellow", body=(252, 216, 90), light=(255, 246, 204), mark=(232, 162, 48),
        accent=(64, 166, 104), accent_word="green",
    ),
    "coral": Palette(
        word="red", body=(238, 104, 92), light=(255, 214, 200), mark=(190, 58, 62),
        accent=(250, 212, 84), accent_word="yellow",
    ),
    "teal": Palette(
        word="teal", body=(60, 168, 172), light=(202, 240, 234), mark=(30, 116, 130),
        accent=(250, 128, 84), accent_word="orange",
    ),
    "lime": Palette(
        word="green", body=(148, 204, 84), light=(234, 248, 198), mark=(92, 152, 54),
        accent=(226, 70, 80), accent_word="red",
    ),
    "navy": Palette(
        word="dark blue", body=(76, 104, 176), light=(208, 222, 246), mark=(46, 66, 128),
        accent=(246, 240, 226), accent_word="white",
    ),
}  # fmt: skip

SEED_RANGES: dict[Split, range] = {
    "train": range(0, 80_000),
    "evaluation": range(80_000, 90_000),
    "test": range(90_000, 100_000),
}
HELD_OUT: dict[Split, frozenset[tuple[str, str]]] = {
    "evaluation": frozenset({("cat", "crown"), ("bear", "stripes"), ("robot", "pink"), ("rabbit", "cap")}),
    "test": frozenset({("fox", "top hat"), ("frog", "spots"), ("penguin", "coral"), ("mouse", "glasses")}),
}
RESERVED_PERCENT: dict[Split, int] = {"evaluation": 5, "test": 5}  # of the identities no held-out pair decides


class Identity(Config):
    """One character of the space; equal attributes are the same character in every film."""

    species: Species
    palette: PaletteName
    pattern: Pattern
    accessory: Accessory
    build: Build

    @property
    def index(self) -> int:
        """Return the number of this identity, 0 to `NUM_IDENTITIES` - 1."""
        number = SPECIES.index(self.species)
        number = number * len(PALETTE_NAMES) + PALETTE_NAMES.index(self.palette)
        number = number * len(PATTERNS) + PATTERNS.index(self.pattern)
        number = number * len(ACCESSORIES) + ACCESSORIES.index(self.accessory)
        return number * len(BUILDS) + BUILDS.index(self.build)

    @property
    def colours(self) -> Palette:
        """Return the palette by value."""
        return PALETTES[self.palette]


def identity_at(index: int) -> Identity:
    """Return the identity with this number; the inverse of `Identity.index`.

    Raises:
        ConfigurationError: outside the space.
    """
    if not 0 <= index < NUM_IDENTITIES:
        raise ConfigurationError(
            f"no identity {index}", remedy=f"give a number from 0 to {NUM_IDENTITIES - 1}", subject=str(index)
        )
    rest, build = divmod(index, len(BUILDS))
    rest, accessory = divmod(rest, len(ACCESSORIES))
    rest, pattern = divmod(rest, len(PATTERNS))
    species, palette = divmod(rest, len(PALETTE_NAMES))
    return Identity(
        species=SPECIES[species],
        palette=PALETTE_NAMES[palette],
        pattern=PATTERNS[pattern],
        accessory=ACCESSORIES[accessory],
        build=BUILDS[build],
    )


def split_of(identity: Identity) -> Split:
    """Return the only split that may show this identity."""
    for split in ("test", "evaluation"):
        if is_held_out(identity, split):
            return split
    bucket = int(digest_of({"toonbox identity": identity.index})[:8], 16) % 100
    if bucket < RESERVED_PERCENT["test"]:
        return "test"
    return "evaluation" if bucket < RESERVED_PERCENT["test"] + RESERVED_PERCENT["evaluation"] else "train"


def is_held_out(identity: Identity, split: Split) -> bool:
    """Tell whether the identity shows an attribute pair kept for `split` alone."""
    traits = {identity.species, identity.palette, identity.pattern, identity.accessory}
    return any(traits.issuperset(pair) for pair in HELD_OUT.get(split, frozenset()))


def split_of_seed(seed: int) -> Split:
    """Return the split whose range holds a film's seed.

    Raises:
        ConfigurationError: a seed no split owns.
    """
    for split, seeds in SEED_RANGES.items():
        if seed in seeds:
            return split
    known = ", ".join(f"{split} {seeds.start}-{seeds.stop - 1}" for split, seeds in SEED_RANGES.items())
    raise ConfigurationError(f"no split owns seed {seed}", remedy=f"take a seed of: {known}", subject=str(seed))


def sample_identity(seed: int | str, split: Split) -> Identity:
    """Draw an identity that belongs to `split`; the same seed draws the same one."""
    source = random.Random(f"toonbox identity {seed}")
    while split_of(identity := identity_at(source.randrange(NUM_IDENTITIES))) != split:
        pass
    return identity
