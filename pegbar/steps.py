"""A step's identity: its name and the integer version that invalidates what it made before."""

from pydantic import JsonValue

from pegbar.config import Config
from pegbar.digests import digest_of


class Step(Config):
    """Declared once beside the functions it covers, as a module constant named ``STEP``.

    Raise `version` when the same inputs would give other bytes; a test compares the source with
    the digest recorded for that version.
    """

    name: str
    version: int

    def key(self, inputs: dict[str, str], config: Config) -> str:
        """Return the artifact key: digest of step, version, inputs' digests and configuration."""
        return digest_of(
            {
                "step": self.name,
                "version": self.version,
                "inputs": inputs,
                "config": config.model_dump(mode="json"),
            }
        )


Facts = dict[str, JsonValue]
