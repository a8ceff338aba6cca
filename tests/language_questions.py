"""Questions for language clients, and calls to the local server that answers them."""

from pathlib import Path

from pydantic import BaseModel, Field
from servers.language_server import LanguageServer

from models.clients import Calls, Part, Picture, Question, Text
from pegbar.calls import CallBudget, CallLimits, CallSettings, MemoryMeter, Meter, Provider

KEY_VARIABLE = "PEGBAR_TEST_LANGUAGE_KEY"
KEY = "sk-never-to-be-seen"
PICTURE = Picture(b"\xff\xd8 encoded elsewhere \xff\xd9")
GOOD = '{"caption": "A fox runs.", "num_characters": 1}'
QUICK = CallLimits(
    max_attempts=3, max_wait_seconds=0.05, max_attempt_seconds=0.4, max_call_seconds=5, max_response_bytes=2**20
)


class Caption(BaseModel):
    """What a picture shows."""

    caption: str
    num_characters: int = Field(ge=0, le=3)


def fox(*more: Part) -> Question[Caption]:
    """Return a question whose answers may not speak of dogs."""

    def check(answer: Caption) -> list[str]:
        return ["there is no dog"] if "dog" in answer.caption else []

    return Question("caption v1", (Text("What runs?"), PICTURE, Text("In one sentence."), *more), Caption, check)


def calls_to(server: LanguageServer, folder: Path, meter: Meter | None = None, limits: CallLimits = QUICK) -> Calls:
    """Return calls whose providers are both the local server."""
    settings = CallSettings(
        openai=Provider(base_url=server.openai_url, api_key_variable=KEY_VARIABLE),
        gemini=Provider(base_url=server.url, api_key_variable=KEY_VARIABLE),
        limits=limits,
    )
    return Calls(settings, folder, meter or MemoryMeter(CallBudget()))
