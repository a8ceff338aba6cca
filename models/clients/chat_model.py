"""Chat completions that also carry films, which pydantic-ai refuses there and vLLM takes."""

from typing import cast

import httpx2
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionContentPartParam
from pydantic_ai import BinaryContent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider


class FilmChatModel(OpenAIChatModel):
    """Sends a film as a ``video_url`` part that holds it whole."""

    _unsupported_file_inputs = frozenset()

    async def _map_binary_content_item(self, item: BinaryContent) -> ChatCompletionContentPartParam:
        if item.is_video:
            part = {"type": "video_url", "video_url": {"url": item.data_uri}}
            return cast(ChatCompletionContentPartParam, part)
        return await super()._map_binary_content_item(item)


def chat_model(model: str, base_url: str, api_key: str, http: httpx2.AsyncClient) -> OpenAIChatModel:
    """Return the model at an address that is named, whatever OPENAI_BASE_URL says."""
    sdk = AsyncOpenAI(base_url=base_url, api_key=api_key, http_client=http, max_retries=0)
    return FilmChatModel(model, provider=OpenAIProvider(openai_client=sdk))
