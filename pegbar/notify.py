"""Messages about runs to whoever should know: a webhook, a command, or both. None of them can fail a run."""

import logging
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from pydantic import Field, JsonValue

from pegbar.config import Config
from pegbar.digests import canonical_json
from pegbar.errors import ServiceError

if TYPE_CHECKING:
    from pegbar.settings import Settings

Event = Literal["night_done", "night_skipped", "gate_failed", "budget_spent", "run_failed", "run_died"]
EVENTS: tuple[Event, ...] = get_args(Event)
logger = logging.getLogger("pegbar.notify")


class NotifySettings(Config):
    """Whom to tell what.

    Args:
        webhook_file: a file that holds the address to POST to; part of such an address is a password, so it is not
            itself a setting. Relative to the home.
        command: a program and its arguments, run without a shell; it reads the notice as JSON from its standard input.
        command_seconds: after which the command is ended.
        events: what is told; everything unless named.
    """

    webhook_file: Path | None = None
    command: tuple[str, ...] = ()
    command_seconds: float = Field(default=30.0, gt=0)
    events: tuple[Event, ...] = EVENTS


class Notice(Config):
    """What happened: one line to read, and the same as fields for programs."""

    event: Event
    text: str
    fields: dict[str, JsonValue] = {}


def send(settings: "Settings", notice: Notice) -> int:
    """Tell everybody the settings name; return how many could not be told. Each of those is a warning in the log."""
    if notice.event not in settings.notify.events:
        return 0
    problems = [*_post(settings, notice), *_run(settings.notify, notice)]
    for problem in problems:
        logger.warning("nobody was told of %r: %s", notice.event, problem)
    return len(problems)


def webhook_path(settings: "Settings") -> Path | None:
    """Return where the webhook's address is kept, if it is kept at all."""
    file = settings.notify.webhook_file
    return None if file is None else settings.home / file


def _post(settings: "Settings", notice: Notice) -> Iterator[str]:
    path = webhook_path(settings)
    if path is None:
        return
    from pegbar.web import post_json

    try:
        url = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        yield f"the webhook's address cannot be read from {path}: {type(error).__name__}"
        return
    try:
        post_json(url, {**notice.model_dump(mode="json"), "text": _plain(notice.text)}, settings.web)
    except ServiceError as error:
        yield error.what


def _run(settings: NotifySettings, notice: Notice) -> Iterator[str]:
    if not settings.command:
        return
    program = settings.command[0]
    try:
        done = subprocess.run(
            settings.command,
            input=canonical_json(notice.model_dump(mode="json")),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=settings.command_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        yield f"{program} did not end within {settings.command_seconds:.0f} s"
    except (OSError, ValueError) as error:
        yield f"{program} cannot be run: {type(error).__name__}"
    else:
        if done.returncode != 0:
            yield f"{program} ended with exit code {done.returncode}"


def _plain(text: str) -> str:
    """Escape what Slack and Teams would read as a link or as a call to everybody; film names are strangers' words."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
