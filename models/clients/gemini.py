"""A client of Gemini's own API, which takes films."""

import ssl
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
    from pydantic_ai.models.google import GoogleModel
    from pydantic_ai.providers.google import GoogleProvider

    from models.clients.provider import address_of
    from models.clients.wire import ModelWire

    address = address_of("gemini", calls.settings, config.model, VENDOR_URL)

    def model_of(http: "httpx2.AsyncClient") -> "Model":
        provider = GoogleProvider(api_key=address.api_key, base_url=address.base_url, http_client=http)
        return GoogleModel(config.model, provider=provider)

    return ModelWire(address, config.model, config.temperature, model_of, False, ssl.create_default_context())
