"""Every error pegbar raises on purpose, and the exit code the command line gives it.

PegbarError                       1   anything below
├── UsageError                    2   the command or its configuration is wrong
│   ├── ConfigurationError            a setting, recipe or field does not validate
│   ├── NotFoundError                 a run, artifact, model, alias or workspace is not there
│   └── MissingExtraError             an optional dependency is not installed
├── InputError                    3   what was handed in cannot be used
│   ├── MediaError                    a film cannot be opened, probed or decoded
│   │   ├── EmptyFileError            zero bytes
│   │   ├── NotAVideoError            no demuxer of the allow-list recognises it
│   │   ├── NoVideoStreamError        sound or pictures only
│   │   ├── TruncatedMediaError       the container ends before its frames do
│   │   ├── MediaLimitError           more pixels, frames or seconds than allowed
│   │   └── DecoderKilledError        its decoder crashed, hung or used more than allowed
│   ├── HostileNameError              a file name or key that would escape or break a shell
│   ├── ScriptError                   a script's times, characters or form are wrong
│   ├── AnswerError                   a language model answered, to the end, what was not asked
│   └── SourceError                   a folder, list or bucket of films cannot be read
├── GateFailedError               4   an expectation, a promotion gate or a budget said no
│   ├── PromotionRefusedError         the candidate may not become champion
│   ├── FailureBudgetError            too many items failed; the run stopped
│   └── CallBudgetError               calls, tokens, seconds or money for language models are spent
├── StorageError                  5   the home, the store or the journal failed
│   ├── DiskFullError                 no space left; what was there still verifies
│   ├── QuotaError                    the store holds, or would hold, more than it may
│   ├── ReadOnlyError                 no permission to write
│   ├── IntegrityError                bytes differ from their digest
│   └── ConflictError                 somebody else holds the lease or moved the head first
│       └── WorkspaceBusyError        another run of the workspace is still going
└── ServiceError                  6   a managed server did not start or does not answer
    └── ProviderError                 a language model's server does not answer, or refuses the call
"""

from typing import ClassVar

from pydantic import ValidationError


class PegbarError(Exception):
    """What happened, to which thing, and the next command to type.

    Args:
        what: one sentence, the subject's name included.
        remedy: the next command to type, or the next thing to do.
        subject: the id or path concerned, kept apart for tables and JSON.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, remedy: str, subject: str = "") -> None:
        super().__init__(what, remedy, subject)
        self.what = what
        self.remedy = remedy
        self.subject = subject

    def __str__(self) -> str:
        """Return both lines as a person reads them."""
        return f"{self.what}\n  next: {self.remedy}"

    def __reduce__(self) -> tuple[object, ...]:
        """Survive a trip between processes."""
        return (_rebuild, (type(self), self.what, self.remedy, self.subject))


def _rebuild(kind: type[PegbarError], what: str, remedy: str, subject: str) -> PegbarError:
    return kind(what, remedy=remedy, subject=subject)


class UsageError(PegbarError):
    """The command or its configuration is wrong."""

    exit_code = 2


class ConfigurationError(UsageError, ValueError):
    """A setting, recipe or field does not validate."""

    @classmethod
    def from_validation(cls, name: str, error: ValidationError) -> "ConfigurationError":
        """Name every wrong field of `name`."""
        problems = "; ".join(
            f"{'.'.join(str(part) for part in detail['loc']) or name}: {detail['msg']}" for detail in error.errors()
        )
        return cls(f"{name} is not valid: {problems}", remedy="correct the named fields", subject=name)


class NotFoundError(UsageError, LookupError):
    """A run, artifact, model, alias or workspace is not there."""


class MissingExtraError(UsageError, ImportError):
    """An optional dependency is not installed."""

    @classmethod
    def of(cls, package: str, extra: str) -> "MissingExtraError":
        """Say which extra brings `package`."""
        return cls(
            f"{package!r} is not installed",
            remedy=f"pip install -c constraints.txt -e '.[{extra}]'",
            subject=package,
        )


class InputError(PegbarError, ValueError):
    """What was handed in cannot be used."""

    exit_code = 3


class MediaError(InputError):
    """A film cannot be opened, probed or decoded."""


class EmptyFileError(MediaError):
    """Zero bytes."""


class NotAVideoError(MediaError):
    """No demuxer of the allow-list recognises the file."""


class NoVideoStreamError(MediaError):
    """The container holds sound or still pictures only."""


class TruncatedMediaError(MediaError):
    """The container ends before its frames do."""


class MediaLimitError(MediaError):
    """More pixels, frames or seconds than allowed."""


class DecoderKilledError(MediaError):
    """Its decoder crashed, hung, or used more memory, time or disk than allowed."""


class HostileNameError(InputError):
    """A file name or key that would escape its folder or break a shell."""


class ScriptError(InputError):
    """A script's times, characters or form are wrong."""


class AnswerError(InputError):
    """A language model answered, to the end, what was not asked."""


class SourceError(InputError):
    """A folder, list or bucket of films cannot be read."""


class GateFailedError(PegbarError):
    """An expectation, a promotion gate or a budget said no."""

    exit_code = 4


class PromotionRefusedError(GateFailedError):
    """The candidate may not become champion."""


class FailureBudgetError(GateFailedError):
    """Too many items failed; the run stopped."""


class CallBudgetError(GateFailedError):
    """Calls, tokens, seconds or money for language models are spent; the run stopped."""


class StorageError(PegbarError, OSError):
    """The home, the store or the journal failed."""

    exit_code = 5

    def __str__(self) -> str:
        """Return both lines (OSError would format its arguments otherwise)."""
        return PegbarError.__str__(self)


class DiskFullError(StorageError):
    """No space left; what was there still verifies."""


class QuotaError(StorageError):
    """The store holds, or would hold, more than it or an owner may (`pegbar.space`); nothing is lost."""


class ReadOnlyError(StorageError):
    """No permission to write."""


class IntegrityError(StorageError):
    """Bytes differ from their digest."""


class ConflictError(StorageError):
    """Somebody else holds the lease or moved the head first."""


class WorkspaceBusyError(ConflictError):
    """Another run of the workspace, of this home or another, is still going; it is named."""


class ServiceError(PegbarError):
    """A managed server did not start or does not answer."""

    exit_code = 6


class ProviderError(ServiceError):
    """A language model's server does not answer, or refuses the call; the item may be tried again."""
