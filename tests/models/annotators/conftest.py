"""A server that knows the films of `annotation_requests` and answers questions about their stories."""

import json
import re
from collections.abc import Iterator

import pytest
from annotation_requests import form
from servers.language_server import Asked, LanguageServer, language_server

LISTED = re.compile(r"^\d+\. (\S+) to (\S+)$", re.MULTILINE)


def told_story(asked: Asked) -> str:
    """Tell the shots that the question lists."""
    told = form()
    told["main characters"] = told["main characters"][:1]
    shot = {key: value for key, value in told["shots"][0].items() if key != "camera"}
    told["shots"] = [
        shot | {"start time": start, "end time": end, "caption": f"A red fox walks, shot {number}."}
        for number, (start, end) in enumerate(LISTED.findall(asked.texts[0]), 1)
    ]
    return json.dumps(told)


@pytest.fixture
def server() -> Iterator[LanguageServer]:
    with language_server(told_story) as running:
        yield running
