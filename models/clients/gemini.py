"""A client of Gemini's own API, which takes films."""

from functools import partial
from typing import TYPE_CHECKING, Literal

from models.clients.base import Calls
from models.clients.paid import ClientSettings, PaidClient, Wire
from pegbar.errors import MissingExtraError

if TYPE_CHECKING:
    import httpx2
    from pydantic_ai.models import Model

VERSION = 1
VENDOR_URL = "https://generativelanguage.googleapis.com"


class GeminiConfig(ClientSettings):
    """A model of the server that ``[calls.gemini]`` names."""

    kind: Literal["gemini"] = "gemini"

    def build(self, calls: Calls) -> PaidClient:
        """Return the client.

        Raises:
            MissingExtraError: pydantic-ai or google-genai is not installed.
        """
        try:
            import pydantic_ai.models.google
            import pydantic_ai.retries  # noqa: F401
        except ImportError as error:
            raise MissingExtraError.of("google-genai", "gemini") from error
        return PaidClient("gemini", VERSION, self, calls, partial(_connect, self, calls), takes_footage=True)


def _connect(config: GeminiConfig, calls: Calls) -> Wire:
    from models.clients.gemini_model import gemini_model
    from models.clients.provider import address_of
    from models.clients.wire import ModelWire

    address = address_of("gemini", calls.settings, config.model, VENDOR_URL)

    def model_of(http: "httpx2.AsyncClient") -> "Model":
        return gemini_model(config.model, address.base_url, address.key, http)

    return ModelWire(address, config.model, config.temperature, model_of, shows_schema=False)
