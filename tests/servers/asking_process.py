"""A process that asks a language model about many shots, as a run does, and may be killed while it does."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pydantic import BaseModel

from models.clients import OpenAIConfig, Question, Text
from pegbar.calls import CallSettings, Provider
from pegbar.settings import Settings
from tasks.calls import calls_of
from tasks.context import RunContext

RUN_ID = "asking"


class Told(BaseModel):
    """What a shot shows."""

    caption: str


def ask_all(home: Path, base_url: str, num_questions: int, num_threads: int) -> None:
    """Ask about every shot, several at once."""
    settings = Settings(home=home, calls=CallSettings(openai=Provider(base_url=base_url)))
    with RunContext(settings=settings, workspace=home, run_id=RUN_ID).open() as artifacts:
        client = OpenAIConfig(model="gpt-4o").build(calls_of(artifacts, settings))
        questions = [Question("shot v1", (Text(f"Shot {number}"),), Told) for number in range(num_questions)]
        with ThreadPoolExecutor(num_threads) as threads:
            list(threads.map(client.ask, questions))
