"""Messages: JSON to an address that somebody configured, such as a chat's webhook."""

import time
from collections.abc import Mapping

from pydantic import JsonValue

from pegbar.digests import canonical_json
from pegbar.errors import InputError, ServiceError
from pegbar.web.exchange import opened
from pegbar.web.peers import unavailable
from pegbar.web.settings import WebSettings


def post_json(url: str, payload: Mapping[str, JsonValue], settings: WebSettings) -> None:
    """Send one message and be content with any 2xx.

    Errors name the host alone: the path of a webhook is its password.

    Raises:
        ServiceError: it was not taken, or its address may not be asked.
    """
    deadline = time.monotonic() + settings.post_seconds
    body = canonical_json(payload)
    try:
        with opened(
            url, settings, deadline=deadline, headers={"Content-Type": "application/json"}, method="POST", body=body
        ) as response:
            if not 200 <= response.status < 300:
                raise unavailable(response.address.host, f"answered {response.status} to a message")
    except InputError as error:
        raise ServiceError(error.what, remedy=error.remedy, subject=error.subject) from error
