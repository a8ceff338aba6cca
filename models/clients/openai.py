"""A client of any server that speaks OpenAI's chat completions: OpenAI, Gemini's compatible one, vLLM."""

from functools import partial
from typing import TYPE_CHECKING, Literal

from models.clients.base import Calls
from models.clients.paid import ClientSettings, PaidClient, Wire
from pegbar.errors import MissingExtraError

if TYPE_CHECKING:
    import httpx2
    from pydantic_ai.models import Model

VERSION = 1
VENDOR_URL = "https://api.openai.com/v1"


class OpenAIConfig(ClientSettings):
    """A model of the server that ``[calls.openai]`` names.

    Args:
        output: how the form of the answer is told: as the ``json_schema`` of the response, or within the text for a
            server that knows no such thing.
        takes_footage: the server takes films as ``video_url``, as vLLM does.
    """

    kind: Literal["openai"] = "openai"
    output: Literal["json_schema", "text"] = "json_schema"
    takes_footage: bool = False

    def build(self, calls: Calls) -> PaidClient:
        """Return the client.

        Raises:
            MissingExtraError: pydantic-ai is not installed.
        """
        try:
            import pydantic_ai.models.openai  # noqa: F401
            import pydantic_ai.retries  # noqa: F401
        except ImportError as error:
            raise MissingExtraError.of("pydantic-ai-slim", "llm") from error
        return PaidClient("openai", VERSION, self, calls, partial(_connect, self, calls), self.takes_footage)


def _connect(config: OpenAIConfig, calls: Calls) -> Wire:
    from models.clients.chat_model import chat_model
    from models.clients.provider import address_of
    from models.clients.wire import ModelWire

    address = address_of("openai", calls.settings, config.model, VENDOR_URL)

    def model_of(http: "httpx2.AsyncClient") -> "Model":
        return chat_model(config.model, address.base_url, address.key, http)

    return ModelWire(address, config.model, config.temperature, model_of, shows_schema=config.output == "text")
