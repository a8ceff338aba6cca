"""Who of a story's told characters is a main character: those that appear longest (AnimeShooter, section 3.2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.annotators.script_form import Script, ScriptCharacter, ScriptShot
from pegbar.records import Shot

NUM_NAMED = 8  # a note names so many of those left out


@dataclass(frozen=True)
class Casting:
    """The main characters in the script's order, the names of the minor ones, and a note where there are some."""

    main: tuple[ScriptCharacter, ...]
    minor: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """Return what became of the minor characters; empty where there is none."""
        if not self.minor:
            return ""
        named = ", ".join(self.minor[:NUM_NAMED])
        more = f" and {len(self.minor) - NUM_NAMED} more" if len(self.minor) > NUM_NAMED else ""
        return f"minor characters are left out, as others appear longer: {named}{more}"


def cast_of(script: Script, used: Sequence[tuple[Shot, ScriptShot]], max_characters: int) -> Casting:
    """Return the cast of the detected shots and what was told of each; equal times keep the script's order."""
    seconds = dict.fromkeys((item.name for item in script.characters), 0.0)
    for shot, told in used:
        for name in told.character_names:
            seconds[name] += shot.end_seconds - shot.start_seconds
    appearing = [name for name in seconds if seconds[name] > 0]
    main = set(sorted(appearing, key=lambda name: -seconds[name])[:max_characters])
    return Casting(
        main=tuple(item for item in script.characters if item.name in main),
        minor=tuple(name for name in appearing if name not in main),
    )
