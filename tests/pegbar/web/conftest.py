"""A web server of the test's own."""

from collections.abc import Iterator

import pytest
from servers.web_server import WebServer, web_server


@pytest.fixture
def server() -> Iterator[WebServer]:
    """Give a running server without pages."""
    with web_server() as running:
        yield running
