"""Reading the JSON in what a language model wrote: fences, prose around it and trailing commas are forgiven."""

import json
import re
from typing import NoReturn

from pydantic import JsonValue

MAX_CHARACTERS = 2_000_000
# a string (even one that never ends), a comma before a closing bracket, a bracket
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|,(?=\s*[}\]])|[{}\[\]]', re.DOTALL)


class NotJSONError(ValueError):
    """Says, in a sentence for the model, why its answer is refused."""


def read_json(text: str) -> dict[str, JsonValue]:
    """Return the one JSON object in `text`.

    Raises:
        NotJSONError: there is none or more than one, it is cut off, or it is not JSON.
    """
    if len(text) > MAX_CHARACTERS:
        raise NotJSONError(f"the answer has {len(text)} characters; at most {MAX_CHARACTERS} are read")
    if not text.strip():
        raise NotJSONError("the answer is empty")
    start = text.find("{")
    if start < 0:
        raise NotJSONError("there is no JSON object in the answer")
    end, candidate = _object(text, start)
    if "{" in text[end:]:
        raise NotJSONError("there is more than one JSON object in the answer, or a brace after it")
    try:
        value = json.loads(candidate, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotJSONError(f"the answer is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise NotJSONError("the answer is not a JSON object")
    return value


def _object(text: str, start: int) -> tuple[int, str]:
    """Return where the brackets opened at `start` are all closed, and what is between without trailing commas."""
    depth, pieces, kept_to = 0, [], start
    for token in _TOKEN.finditer(text, start):
        sign = token.group()
        if sign == ",":
            pieces.append(text[kept_to : token.start()])
            kept_to = token.end()
        elif sign in "{[":
            depth += 1
        elif sign in "}]":
            depth -= 1
            if depth == 0:
                return token.end(), "".join([*pieces, text[kept_to : token.end()]])
    raise NotJSONError("the answer's JSON is cut off before its end")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")
