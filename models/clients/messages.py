"""A question and the turns after it, as pydantic-ai sends them."""

import json

from pydantic_ai import BinaryContent, ModelMessage, ModelRequest, ModelResponse, TextPart, UserContent, UserPromptPart
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.output import OutputObjectDefinition

from models.clients.base import AnswerT, Footage, Part, Picture, Question, Text
from models.clients.conversation import Turn
from pegbar.errors import InputError

# raise the clients' version with these words
SCHEMA_WORDS = "Answer with one JSON object and nothing else. It must fit this JSON Schema:\n{schema}"
NOTHING_SAID = "(no answer)"  # servers refuse an empty message
MAX_FOOTAGE_BYTES = 15 * 2**20  # in base64 20 MB, the most Gemini takes within a request


def as_sent(
    question: Question[AnswerT], turns: tuple[Turn, ...], shows_schema: bool
) -> tuple[list[ModelMessage], ModelRequestParameters]:
    """Return the messages, and the schema of the answer beside them unless it is shown in the words.

    Raises:
        InputError: a film is too large to send.
    """
    schema = question.answer.model_json_schema()
    instructions = SCHEMA_WORDS.format(schema=json.dumps(schema, ensure_ascii=False)) if shows_schema else None
    first = UserPromptPart([_content(part) for part in question.parts])
    messages: list[ModelMessage] = [ModelRequest(parts=[first], instructions=instructions)]
    for turn in turns:
        messages.append(ModelResponse(parts=[TextPart(turn.text or NOTHING_SAID)]))
        messages.append(ModelRequest(parts=[UserPromptPart(turn.feedback)], instructions=instructions))
    if shows_schema:
        return messages, ModelRequestParameters()
    form = OutputObjectDefinition(schema, name=question.answer.__name__)
    return messages, ModelRequestParameters(output_mode="native", output_object=form)


def _content(part: Part) -> UserContent:
    match part:
        case Text():
            return part.text
        case Picture():
            return BinaryContent(part.content, media_type=part.media_type)
        case Footage():
            if (size := part.path.stat().st_size) > MAX_FOOTAGE_BYTES:
                raise InputError(
                    f"{part.path} has {size} bytes; at most {MAX_FOOTAGE_BYTES} can be sent",
                    remedy="show a shorter or smaller film, or pictures of it",
                    subject=str(part.path),
                )
            return BinaryContent(part.path.read_bytes(), media_type="video/mp4")
