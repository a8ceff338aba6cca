"""Records carry their version; the one before is read, any other is refused by name."""

from typing import Any, ClassVar

import pytest

from pegbar.errors import ConfigurationError
from pegbar.records import Decision, Record


class Card(Record):
    schema_version: ClassVar[int] = 3
    title: str
    num_pages: int

    @classmethod
    def upgrade(cls, fields: dict[str, Any]) -> dict[str, Any]:
        return {"title": fields["name"], "num_pages": fields["num_pages"]}


def test_round_trip_and_canonical_bytes() -> None:
    card = Card(title="pêche", num_pages=2)
    assert card.to_json() == '{"num_pages":2,"schema_version":3,"title":"pêche"}'.encode()
    assert Card.from_json(card.to_json()) == card


def test_the_version_before_is_upgraded() -> None:
    assert Card.from_json('{"schema_version": 2, "name": "a", "num_pages": 1}') == Card(title="a", num_pages=1)


@pytest.mark.parametrize("version", [1, 4])
def test_another_version_is_refused_by_number(version: int) -> None:
    with pytest.raises(ConfigurationError, match=f"Card version {version}"):
        Card.from_json(f'{{"schema_version": {version}, "title": "a", "num_pages": 1}}')


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"schema_version": 3, "title": 1}', b"null"])
def test_what_is_no_record_is_refused(content: bytes) -> None:
    with pytest.raises(ConfigurationError):
        Card.from_json(content)


def test_outcomes_are_a_closed_set() -> None:
    with pytest.raises(ValueError, match="outcome"):
        Decision(item_id="a", item_kind="film", gate="probe", outcome="lost")  # type: ignore[arg-type]
