"""The words of the stories: data, so that no sentence hides in control flow."""

from typing import Literal

from pegbar.config import Config
from pegbar.toonbox.actions import Action

Framing = Literal["wide", "medium", "close"]
Move = Literal["still", "pan", "push in", "pull out", "follow", "tilt", "shake", "whip pan"]


class Verb(Config):
    """One action in words: for one character, for several, and in a summary."""

    one: str
    many: str
    summary: str


VERBS: dict[Action, Verb] = {
    "stand": Verb(one="stands quietly", many="stand side by side", summary="rested a little"),
    "talk": Verb(one="talks happily", many="chat happily", summary="told each other stories"),
    "walk": Verb(one="walks along", many="walk along together", summary="went for a walk"),
    "run": Verb(one="runs as fast as possible", many="run a race", summary="ran a race"),
    "jump": Verb(one="jumps high into the air", many="jump high into the air", summary="jumped for joy"),
    "wave": Verb(one="waves with a big smile", many="wave with big smiles", summary="waved to everyone"),
    "dance": Verb(one="dances to the music", many="dance to the music", summary="danced"),
    "spin": Verb(one="spins round and round", many="spin round and round", summary="spun until dizzy"),
    "look around": Verb(one="looks around curiously", many="look around curiously", summary="explored"),
    "eat": Verb(one="eats a tasty snack", many="share a tasty snack", summary="had a tasty snack"),
    "cheer": Verb(one="cheers with both arms up", many="cheer with their arms up", summary="cheered"),
    "sleep": Verb(one="falls asleep", many="fall asleep", summary="fell fast asleep"),
    "swim": Verb(one="swims gently along", many="swim gently along", summary="swam among the fish"),
}
FRAMINGS: dict[Framing, str] = {
    "wide": "A wide shot shows the whole scene",
    "medium": "A medium shot shows the characters from head to toe",
    "close": "A close-up shows the face",
}
MOVES: dict[Move, str] = {
    "still": "the camera does not move",
    "pan": "the camera pans slowly to the side",
    "push in": "the camera moves slowly closer",
    "pull out": "the camera moves slowly away",
    "follow": "the camera follows along",
    "tilt": "the camera tilts slowly down",
    "shake": "the camera shakes for a moment",
    "whip pan": "the camera whips round to where things happen",
}
WATCHING: tuple[tuple[Action, str], ...] = (
    ("stand", "{other} watches"),
    ("cheer", "{other} cheers"),
    ("talk", "{other} tells a story"),
)
OPENINGS = (
    "One bright morning, {cast} set out on a little adventure.",
    "Today is a special day for {cast}.",
    "{cast} had nothing to do, so something had to happen.",
    "Nobody knows the way to a good day better than {cast}.",
)
CHAPTERS = ("First, {phrase}, they {deeds}.", "Then, {phrase}, they {deeds}.", "Later, {phrase}, they {deeds}.")
ENDINGS: dict[Action, str] = {
    "sleep": "And when the day was over, it was time to sleep.",
    "wave": "And at the end it was time to wave goodbye.",
    "cheer": "And everyone agreed that it was the best day of all.",
    "dance": "And the day ended with a dance.",
}
ESTABLISHING = "{environment} Nobody is there yet."
FIRST_NAMES = (
    "Pip", "Momo", "Tilly", "Bruno", "Kiki", "Otto", "Luna", "Nico", "Poppy", "Gus", "Mimi", "Hugo",
    "Daisy", "Toto", "Coco", "Felix", "Nala", "Rolo", "Suki", "Benny", "Lulu", "Max", "Olive", "Ziggy",
    "Fifi", "Teddy", "Juno", "Archie", "Bibi", "Rusty", "Wanda", "Milo", "Peaches", "Sam", "Hazel", "Bobo",
    "Tessa", "Quinn", "Yoyo", "Ida", "Casper", "Plum", "Dotty", "Ravi", "Noodle", "Elsie", "Biscuit",
)  # fmt: skip
PATTERN_WORDS = {
    "plain": "",
    "belly": "a pale belly",
    "spots": "spots",
    "stripes": "stripes",
    "patch": "a patch round one eye",
    "socks": "white paws",
}
BUILD_WORDS = {"average": "", "round": "chubby", "slim": "slender", "tiny": "little"}
