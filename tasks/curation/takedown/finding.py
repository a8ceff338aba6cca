"""Which film a person means: by id, sha256, name or source label, in any version, or by a tombstone."""

import difflib
from collections.abc import Iterable, Sequence

from pegbar.config import Config
from pegbar.errors import InputError, NotFoundError
from pegbar.records import Film
from pegbar.versions.tombstones import Tombstone, Tombstones

NUM_CANDIDATES = 8


class FilmToRemove(Config):
    """A film by its bytes, its id in the tables, and what it is called."""

    film_id: str
    sha256: str
    name: str = ""
    source: str = ""

    @property
    def title(self) -> str:
        """What a person tells it from others by."""
        return f"{self.film_id} {self.name} (from {self.source})"

    def is_called(self, said: str) -> bool:
        """Tell whether a person may mean it."""
        return said in (self.sha256, self.film_id, self.name, self.source)


def known_films(films: Iterable[Film], tombstones: Tombstones) -> list[FilmToRemove]:
    """Return every film of some versions, the newest first, and those that were taken down, each once."""
    known: dict[str, FilmToRemove] = {}
    rows: tuple[Film | Tombstone, ...] = (*films, *tombstones.all)
    for row in rows:
        film = FilmToRemove(film_id=row.film_id, sha256=row.sha256, name=row.name, source=row.source)
        known.setdefault(film.sha256, film)
    return list(known.values())


def films_called(said: Sequence[str], known: Sequence[FilmToRemove], buried: Tombstones) -> list[FilmToRemove]:
    """Return the films that were named, each once. One that was taken down gives way to another of its name.

    Raises:
        NotFoundError: there is no such film; names like it are told. InputError: several are called so.
    """
    found: dict[str, FilmToRemove] = {}
    for one in said:
        called = [film for film in known if film.is_called(one)]
        alive = [film for film in called if buried.of_film(film.sha256) is None]
        film = _only(one, alive or called, known)
        found[film.sha256] = film
    return sorted(found.values(), key=lambda film: film.film_id)


def _only(said: str, called: Sequence[FilmToRemove], known: Sequence[FilmToRemove]) -> FilmToRemove:
    if not called:
        names = [name for film in known for name in (film.name, film.source, film.film_id)]
        near = difflib.get_close_matches(said, dict.fromkeys(names), n=3)
        raise NotFoundError(
            f"no version ever held a film {said!r}"
            + (f"; did you mean {' or '.join(map(repr, near))}?" if near else ""),
            remedy="pegbar data show, and name a film by its id, sha256, name or source",
            subject=said,
        )
    if len(called) > 1:
        more = f" and {len(called) - NUM_CANDIDATES} more" if len(called) > NUM_CANDIDATES else ""
        raise InputError(
            f"{said!r} may be any of {len(called)} films: "
            f"{'; '.join(film.title for film in called[:NUM_CANDIDATES])}{more}",
            remedy="name the one you mean by its id",
            subject=said,
        )
    return called[0]
