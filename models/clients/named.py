"""A client by a short name, as a person types it."""

from pathlib import Path

from models.clients import ClientConfig, GeminiConfig, OpenAIConfig, ReplayConfig, TransformersConfig
from pegbar.errors import ConfigurationError

FORM = "openai:MODEL, gemini:MODEL, transformers:FOLDER or replay:FILE"


def client_named(text: str) -> ClientConfig:
    """Return the client that ``kind:model`` names.

    Raises:
        ConfigurationError: the kind is unknown, or nothing follows it.
    """
    kind, _, rest = text.partition(":")
    if rest:
        match kind:
            case "openai":
                return OpenAIConfig(model=rest)
            case "gemini":
                return GeminiConfig(model=rest)
            case "transformers":
                return TransformersConfig(model=str(Path(rest).absolute()))
            case "replay":
                return ReplayConfig(path=Path(rest).absolute())
    raise ConfigurationError(f"no language model is called {text!r}", remedy=f"name one as {FORM}", subject=text)
