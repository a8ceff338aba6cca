"""Films that share most of their time with another: a banded search over hashes, then a look at candidates."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydantic import Field

from pegbar.config import Config
from pegbar.records import Record
from tasks.curation.film_signature import MIRRORED, FilmSignature, Hashes

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class DuplicateFilmsConfig(Config):
    """When two films are one.

    Args:
        min_share: share of a film's samples that must be found, in order, in the other one.
        max_distance: bits in which two hashes of the same picture may differ, of 63.
        slack_seconds: how far apart in time they may be taken.
        bands, band_bits: hashes are compared that agree in as many bits, drawn as many times.
        neighbours: of many that agree, as many are compared with each.
        min_votes: as many pairs must agree on the offset in time for a close look.
        mirrored: whether mirror images count.
    """

    min_share: float = Field(default=0.5, gt=0, le=1)
    max_distance: int = Field(default=16, ge=0, le=63)
    slack_seconds: float = Field(default=0.75, gt=0)
    bands: int = Field(default=16, ge=1)
    band_bits: int = Field(default=18, ge=8, le=32)
    neighbours: int = Field(default=16, ge=1)
    min_votes: int = Field(default=3, ge=1)
    mirrored: bool = True


class DuplicateFilm(Record):
    """A film that is not needed beside another.

    Args:
        like_film_id: the film it was compared with, which `kept_film_id` may stand for in its turn.
        share: the share of its samples that film shows as well.
        offset_seconds: what to add to its times to get that film's.
    """

    film_id: str
    kept_film_id: str
    like_film_id: str
    share: float
    offset_seconds: float
    is_mirrored: bool


@dataclass(frozen=True)
class _Match:
    """Film `one` lies `offset` seconds later in film `other`; shares of the samples of each that match."""

    one: int
    other: int
    offset: float
    share_of_one: float
    share_of_other: float
    is_mirrored: bool


@dataclass(frozen=True)
class _Library:
    """The samples of all films, one after the other; film `i` has those from `starts[i]` to `starts[i + 1]`."""

    codes: Hashes
    films: Ints
    seconds: Floats
    starts: Ints

    def of(self, film: int) -> tuple[Hashes, Floats]:
        part = slice(self.starts[film], self.starts[film + 1])
        return self.codes[part], self.seconds[part]


def find_duplicate_films(
    signatures: Sequence[FilmSignature],
    config: DuplicateFilmsConfig = DuplicateFilmsConfig(),  # noqa: B008 - frozen
) -> list[DuplicateFilm]:
    """Return the films to leave out, in the order of `signatures`.

    Of two films that share most of their time the better one is kept: the larger picture, then the longer film,
    then the lower id. A film that is only a part of another one gives way to it.
    """
    library = _library(signatures)
    matches = [
        match
        for is_mirrored in ([False, True] if config.mirrored else [False])
        for candidate in _candidates(library, is_mirrored, config)
        if (match := _look(library, *candidate, is_mirrored, config)) is not None
    ]
    return _losers(signatures, matches, config.min_share)


def _library(signatures: Sequence[FilmSignature]) -> _Library:
    codes = [signature.codes() for signature in signatures]
    sizes = np.array([len(part) for part in codes], np.int64)
    return _Library(
        codes=np.concatenate([np.zeros(0, np.uint64), *codes]),
        films=np.repeat(np.arange(len(codes)), sizes),
        seconds=np.concatenate([np.zeros(0), *(np.array(signature.seconds) for signature in signatures)]),
        starts=np.concatenate([[0], np.cumsum(sizes)]),
    )


def _candidates(library: _Library, is_mirrored: bool, config: DuplicateFilmsConfig) -> list[tuple[int, int, float]]:
    """Return (film, later film, offset) wherever enough hashes agree on an offset."""
    # A held picture is one vote, not one for each of its samples.
    is_new = np.ones(len(library.codes), bool)
    is_new[1:] = (library.codes[1:] != library.codes[:-1]) | (library.films[1:] != library.films[:-1])
    kept = np.flatnonzero(is_new)
    rows = np.concatenate([kept, kept]) if is_mirrored else kept
    codes = library.codes[rows]
    if is_mirrored:
        codes[len(kept) :] ^= MIRRORED
    pairs = [_near(codes, np.sort(bits), config) for bits in _bands(config)]
    found = np.unique(np.concatenate([np.zeros((0, 2), np.int64), *pairs]), axis=0)
    if is_mirrored:  # one of each side: a picture as it is, and one turned round
        found = found[(found[:, 0] < len(kept)) & (found[:, 1] >= len(kept))]
    first, second = rows[found].T
    swap = library.films[first] > library.films[second]
    first, second = np.where(swap, second, first), np.where(swap, first, second)
    apart = library.films[first] != library.films[second]
    return _voted(library, np.unique(np.stack([first[apart], second[apart]], axis=1), axis=0), config)


def _bands(config: DuplicateFilmsConfig) -> list[npt.NDArray[np.uint64]]:
    drawn = np.random.default_rng(0)
    bits = np.arange(1, 64, dtype=np.uint64)
    return [drawn.choice(bits, config.band_bits, replace=False) for _ in range(config.bands)]


def _near(codes: Hashes, bits: npt.NDArray[np.uint64], config: DuplicateFilmsConfig) -> Ints:
    """Return pairs of places (n, 2), the lower first, whose codes agree in the `bits` and nearly in all others."""
    keys = np.zeros(len(codes), np.uint32)
    for bit in bits:
        keys = (keys << np.uint32(1)) | ((codes >> bit) & np.uint64(1)).astype(np.uint32)
    order = np.argsort(keys, kind="stable")
    keys, found = keys[order], [np.zeros((0, 2), np.int64)]
    for gap in range(1, min(config.neighbours, len(codes) - 1) + 1):
        same = np.flatnonzero(keys[gap:] == keys[:-gap])
        one, other = order[same], order[same + gap]
        near = np.bitwise_count(codes[one] ^ codes[other]) <= config.max_distance
        found.append(np.sort(np.stack([one[near], other[near]], axis=1), axis=1))
    return np.concatenate(found)


def _voted(library: _Library, pairs: Ints, config: DuplicateFilmsConfig) -> list[tuple[int, int, float]]:
    """Return the films of pairs of samples, and the offset that most pairs of theirs agree on."""
    one, other = library.films[pairs].T
    offsets = library.seconds[pairs[:, 1]] - library.seconds[pairs[:, 0]]
    width = 2 * config.slack_seconds
    best: dict[tuple[int, int], tuple[int, float]] = {}
    for phase in (0.0, 0.5):  # an offset at the edge of one row of bins is in the middle of the other's
        bins = np.floor(offsets / width + phase).astype(np.int64)
        votes, counts = np.unique(np.stack([one, other, bins], axis=1), axis=0, return_counts=True)
        for (first, second, place), count in zip(votes.tolist(), counts.tolist(), strict=True):
            if count >= config.min_votes and count > best.get((first, second), (0, 0.0))[0]:
                best[first, second] = count, (place - phase + 0.5) * width
    return [(first, second, offset) for (first, second), (_, offset) in sorted(best.items())]


def _look(
    library: _Library, one: int, other: int, offset: float, is_mirrored: bool, config: DuplicateFilmsConfig
) -> _Match | None:
    """Lay two films over each other; None where neither shares most of its time with the other."""
    (one_codes, one_seconds), (other_codes, other_seconds) = library.of(one), library.of(other)
    if is_mirrored:
        other_codes = other_codes ^ MIRRORED
    shares = (
        _share(one_codes, one_seconds + offset, other_codes, other_seconds, config),
        _share(other_codes, other_seconds - offset, one_codes, one_seconds, config),
    )
    return _Match(one, other, offset, *shares, is_mirrored) if max(shares) >= config.min_share else None


def _share(
    codes: Hashes, seconds: Floats, others: Hashes, other_seconds: Floats, config: DuplicateFilmsConfig
) -> float:
    """Return the share of a film's samples that the other shows at about the same time."""
    place = np.searchsorted(other_seconds, seconds)
    found = np.zeros(len(codes), bool)
    for step in (-2, -1, 0, 1):
        there = np.clip(place + step, 0, len(others) - 1)
        in_time = np.abs(other_seconds[there] - seconds) <= config.slack_seconds
        found |= in_time & (np.bitwise_count(codes ^ others[there]) <= config.max_distance)
    return float(found.mean())


def _losers(signatures: Sequence[FilmSignature], matches: list[_Match], min_share: float) -> list[DuplicateFilm]:
    """Return who gives way to whom; whoever does is not needed, and somebody who is kept stands for it."""

    def rank(film: int) -> tuple[int, float, str]:
        signature = signatures[film]
        return -min(signature.width, signature.height), -signature.duration_seconds, signature.film_id

    gives_way: dict[int, tuple[float, _Match]] = {}
    winners: dict[int, int] = {}
    for match in sorted(matches, key=lambda match: -max(match.share_of_one, match.share_of_other)):
        shares = {match.one: match.share_of_one, match.other: match.share_of_other}
        losers = [film for film, share in shares.items() if share >= min_share]
        loser = max(losers, key=rank)
        winner = match.other if loser == match.one else match.one
        if loser not in winners and _last(winners, winner) != loser:
            winners[loser] = winner
            gives_way[loser] = shares[loser], match
    return [
        DuplicateFilm(
            film_id=signatures[loser].film_id,
            kept_film_id=signatures[_last(winners, loser)].film_id,
            like_film_id=signatures[winners[loser]].film_id,
            share=round(share, 4),
            offset_seconds=match.offset if match.one == loser else -match.offset,
            is_mirrored=match.is_mirrored,
        )
        for loser, (share, match) in sorted(gives_way.items())
    ]


def _last(winners: dict[int, int], film: int) -> int:
    while film in winners:
        film = winners[film]
    return film
