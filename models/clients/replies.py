"""Replies kept on disk: every answer that was paid for, a file per question, and the recorded file made of them."""

import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from models.clients.base import AnswerT, Question
from models.clients.identity import in_short, question_digest, texts, words_digest
from pegbar.errors import ConfigurationError, InputError
from pegbar.files import write_bytes
from pegbar.records import Record

logger = logging.getLogger(__name__)


class KeptAnswer(Record):
    """One paid answer. `key` is the digest of the question and of everything said before the answer."""

    key: str
    text: str
    model: str


class Kept(Record):
    """One question's answers in order, the refused ones first.

    Args:
        key: digest of the question and of who was asked, as configured.
        question: digest of the question alone; `words` of its text alone.
        asked: the words in short, for a person.
        asked_for: every film for which it was asked; an empty one stands for whoever did not say.
    """

    schema_version: ClassVar[int] = 2

    key: str
    prompt: str
    question: str
    words: str
    asked: str
    asked_for: tuple[str, ...]
    answers: tuple[KeptAnswer, ...]

    @classmethod
    def upgrade(cls, fields: dict[str, Any]) -> dict[str, Any]:
        """Version 1 did not say for whom."""
        return {**fields, "asked_for": [""]}


def kept_of(key: str, question: Question[AnswerT], asked_for: tuple[str, ...], answers: tuple[KeptAnswer, ...]) -> Kept:
    """Return the record of a question's answers."""
    return Kept(
        key=key,
        prompt=question.prompt,
        question=question_digest(question),
        words=words_digest(texts(question)),
        asked=in_short(question),
        asked_for=asked_for,
        answers=answers,
    )


class Replies:
    """The folder of kept replies. Any number of processes may use one; each file is whole or not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, key: str) -> Kept | None:
        """Return what is kept under a key; None where there is no file, or a damaged one."""
        path = self._path(key)
        try:
            kept = Kept.from_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except ConfigurationError as error:
            logger.warning("the kept reply %s is damaged and will be made again: %s", path, error.what)
            return None
        return kept if kept.key == key else None

    def keep(self, kept: Kept) -> None:
        """Write a question's answers, durably.

        Raises:
            DiskFullError, ReadOnlyError: the folder cannot be written.
        """
        write_bytes(self._path(kept.key), kept.to_json())

    def asked_for(self, concerns: Callable[[str], bool]) -> list[Path]:
        """Return the files of all replies that were asked for certain films, and of those that do not say for whom.

        A damaged file does not say either.
        """
        return [path for path in sorted(self._folder.glob("*/*.json")) if any(map(concerns, _askers(path)))]

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.json"


def _askers(path: Path) -> tuple[str, ...]:
    try:
        return Kept.from_json(path.read_bytes()).asked_for
    except ConfigurationError:
        return ("",)


def export_replies(folder: Path, path: Path) -> int:
    """Write every reply kept in `folder` to a recorded file and return how many there are.

    The file has a line per question and holds what was asked in short and the answers; no picture and no key.
    """
    lines = sorted(file.read_bytes() for file in folder.glob("*/*.json"))
    write_bytes(path, b"".join(line + b"\n" for line in lines))
    return len(lines)


def read_recorded(path: Path) -> list[Kept]:
    """Return the replies of a recorded file.

    Raises:
        InputError: it cannot be read, or a line is none; it says which.
    """
    return list(_lines(path))


def _lines(path: Path) -> Iterator[Kept]:
    try:
        lines: Iterable[bytes] = path.read_bytes().splitlines()
    except OSError as error:
        raise InputError(
            f"the recorded replies {path} cannot be read: {error.strerror}",
            remedy="name a file that export_replies wrote",
            subject=str(path),
        ) from error
    for number, line in enumerate(lines, 1):
        try:
            yield Kept.from_json(line)
        except ConfigurationError as error:
            raise InputError(
                f"line {number} of the recorded replies {path} is damaged: {error.what}",
                remedy="record it again, or remove the line",
                subject=str(path),
            ) from error
