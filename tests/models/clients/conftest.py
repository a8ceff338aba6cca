"""A local language server, and its key in the environment."""

from collections.abc import Iterator

import pytest
from language_questions import GOOD, KEY, KEY_VARIABLE
from servers.language_server import LanguageServer, language_server, scripted


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LanguageServer]:
    """Give a server that says what fits; a test may change that."""
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    with language_server(scripted(GOOD)) as running:
        yield running
