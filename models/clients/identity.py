"""What makes a question the same question: its words, its media by digest, and the form of its answer."""

from models.clients.base import AnswerT, Footage, Part, Picture, Question, Text
from pegbar.digests import digest_bytes, digest_file, digest_of

SHORT_CHARACTERS = 200


def question_digest(question: Question[AnswerT]) -> str:
    """Return the digest of everything asked; who is asked is not part of it."""
    parts = [_identity(part) for part in question.parts]
    return digest_of([question.prompt, parts, question.answer.model_json_schema()])


def words_digest(texts: tuple[str, ...]) -> str:
    """Return the digest of a question's words alone: it stays where pictures are encoded another way."""
    return digest_of(list(texts))


def texts(question: Question[AnswerT]) -> tuple[str, ...]:
    """Return the words among the parts, in order."""
    return tuple(part.text for part in question.parts if isinstance(part, Text))


def in_short(question: Question[AnswerT]) -> str:
    """Return what was asked, for a person."""
    media = sum(not isinstance(part, Text) for part in question.parts)
    words = " ".join(" ".join(texts(question)).split())[:SHORT_CHARACTERS]
    return f"{words} (+ {media} pictures or films)" if media else words


def _identity(part: Part) -> tuple[str, str]:
    match part:
        case Text():
            return "text", part.text
        case Picture():
            return part.media_type, digest_bytes(part.content)
        case Footage():
            return "video/mp4", digest_file(part.path)
