"""Lists of films: one source a row, with what is said of it; columns are closed, and rows judged one by one."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, ValidationError

from pegbar.errors import ConfigurationError, InputError, SourceError
from pegbar.media.names import printable
from tasks.curation.sources.rights import Said

LIST_SUFFIXES = (".txt", ".csv", ".jsonl")
MAX_LIST_BYTES = 256 << 20


class Row(Said):
    """One row: where a film lies, and what is said of it.

    Args:
        source: a path relative to the list, or an address of a bucket, the web or a video site.
        script: the same, of the film's script.
    """

    source: str = Field(min_length=1)
    script: str | None = None

    @property
    def said(self) -> Said:
        """What is said of the film, apart from where it and its script lie."""
        return Said.model_validate({name: getattr(self, name) for name in Said.model_fields})

    @property
    def names_one_film(self) -> bool:
        """Whether something is said that can be true of one film alone."""
        return any((self.source_id, self.sha256, self.name, self.script))


@dataclass(frozen=True)
class Line:
    """A row as read, or why it cannot be; `place` names list and line."""

    place: str
    row: Row | None = None
    problem: InputError | None = None


def read_list(path: Path) -> list[Line]:
    """Read a list.

    Raises:
        SourceError: not UTF-8, too large, not of its kind at all, or with a column nobody knows.
    """
    try:
        if path.stat().st_size > MAX_LIST_BYTES:
            raise _unusable(path, f"is larger than {MAX_LIST_BYTES} bytes")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unusable(path, f"is not UTF-8: byte {error.start}") from error
    except OSError as error:
        raise _unusable(path, f"cannot be read: {error.strerror}") from error
    readers = {".txt": _plain, ".csv": _table, ".jsonl": _records}
    lines = [_line(path, number, fields) for number, fields in readers[path.suffix.lower()](path, text)]
    return _with_own_ids(lines)


def _plain(path: Path, text: str) -> Iterator[tuple[int, dict[str, object]]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, {"source": line.strip()}


def _table(path: Path, text: str) -> Iterator[tuple[int, dict[str, object]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", strict=True)
    try:
        columns = [name.strip() for name in reader.fieldnames or ()]
        _check_columns(path, 1, columns)
        if len(set(columns)) < len(columns) or "source" not in columns:
            raise _unusable(path, "has no column 'source', or one column twice")
        reader.fieldnames = columns
        for cells in reader:
            yield reader.line_num, {name: value or None for name, value in cells.items()}
    except csv.Error as error:
        raise _unusable(path, f"is no CSV at line {reader.line_num}: {error}") from error


def _records(path: Path, text: str) -> Iterator[tuple[int, dict[str, object]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise _unusable(path, f"is no JSON at line {number}: {error}") from error
        if not isinstance(fields, dict):
            raise _unusable(path, f"holds no JSON object at line {number}")
        _check_columns(path, number, fields)
        yield number, {name: value if value != "" else None for name, value in fields.items()}


def _check_columns(path: Path, number: int, columns: list[str] | dict[str, object]) -> None:
    unknown = [name for name in columns if name not in Row.model_fields]
    if unknown:
        names = ", ".join(printable(name) for name in unknown)
        raise _unusable(path, f"has columns nobody knows at line {number}: {names} (known: {', '.join(_COLUMNS)})")


def _line(path: Path, number: int, fields: dict[str, object]) -> Line:
    place = f"{path.name} line {number}"
    try:
        return Line(place, Row.model_validate(fields))
    except ValidationError as error:
        what = ConfigurationError.from_validation(place, error).what
        return Line(place, problem=bad_row(place, what.partition(" is not valid: ")[2]))


def _with_own_ids(lines: list[Line]) -> list[Line]:
    """Refuse a source id that an earlier row has."""
    first: dict[str, str] = {}
    checked = []
    for line in lines:
        source_id = line.row.source_id if line.row is not None else None
        if source_id is not None and first.setdefault(source_id, line.place) != line.place:
            problem = bad_row(line.place, f"source_id {printable(source_id)} is that of {first[source_id]}")
            line = Line(line.place, problem=problem)
        checked.append(line)
    return checked


def bad_row(place: str, why: str) -> InputError:
    """Return the error for one row of a list."""
    return InputError(f"{place}: {why}", remedy="correct the row, then run the command again", subject=place)


def _unusable(path: Path, why: str) -> SourceError:
    return SourceError(
        f"the list {printable(path.name)} {why}",
        remedy="correct the list, then run the command again",
        subject=path.name,
    )


_COLUMNS = tuple(Row.model_fields)
