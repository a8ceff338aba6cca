"""Prompts: words for language models, kept as files with a name, a version and the inputs they declare.

A file begins with lines ``prompt:``, ``version:`` and ``inputs:`` between two ``---``; then come the words, in which
``$input`` stands for each. A changed prompt is a new file with the next version: answers are kept by their words.
"""

from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Self

from pegbar.digests import digest_bytes
from pegbar.errors import ConfigurationError

MARK = "---"


@dataclass(frozen=True)
class Prompt:
    """One version of a prompt."""

    name: str
    version: int
    inputs: frozenset[str]
    words: str

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a prompt's file.

        Raises:
            ConfigurationError: it lacks a line of its head, or its words use other inputs than it declares.
        """
        try:
            _, head, words = path.read_text(encoding="utf-8").split(f"{MARK}\n", 2)
            fields = dict(line.split(": ", 1) for line in head.splitlines())
            name, version, inputs = fields["prompt"], int(fields["version"]), frozenset(fields["inputs"].split())
        except (ValueError, KeyError) as error:
            raise _wrong(path, f"has no head with prompt, version and inputs ({error})") from error
        used = set(Template(words).get_identifiers())
        if used != inputs or not Template(words).is_valid():
            raise _wrong(path, f"uses {sorted(used)} and declares {sorted(inputs)}")
        return cls(name=name, version=version, inputs=inputs, words=words.strip())

    @property
    def title(self) -> str:
        """Return name and version: ``animeshooter_story v1``."""
        return f"{self.name} v{self.version}"

    @property
    def digest(self) -> str:
        """Return the digest of the words."""
        return digest_bytes(self.words.encode())

    def render(self, **inputs: str) -> str:
        """Return the words with the inputs in their places.

        Raises:
            ConfigurationError: an input is missing, or not declared.
        """
        if inputs.keys() != self.inputs:
            raise ConfigurationError(
                f"the prompt {self.title} takes {sorted(self.inputs)}, not {sorted(inputs)}",
                remedy="give exactly these",
                subject=self.title,
            )
        return Template(self.words).substitute(inputs)


def _wrong(path: Path, what: str) -> ConfigurationError:
    return ConfigurationError(f"the prompt {path.name} {what}", remedy="correct the file", subject=path.name)
