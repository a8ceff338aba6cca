"""Gemini's own API through google-genai, over a connection of ours."""

import httpx2
from google.genai import Client
from google.genai.types import HttpOptions
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.providers.google import GoogleProvider

from models.clients.transport import certificates


def gemini_model(model: str, base_url: str, api_key: str, http: httpx2.AsyncClient) -> GoogleModel:
    """Return the model at an address that is named, whatever the environment says of Google's own."""
    trusted = certificates()  # else the SDK reads them twice for every call, for connections that are never made
    options = HttpOptions(
        base_url=base_url,
        httpx_async_client=http,
        client_args={"verify": trusted},
        async_client_args={"verify": trusted, "ssl": trusted},
    )
    client = Client(vertexai=False, api_key=api_key, http_options=options)
    return GoogleModel(model, provider=GoogleProvider(client=client))
