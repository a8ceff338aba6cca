"""Films from seeds: drawn, scored, written aside, and left alone when they are already there."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

from pegbar.digests import digest_bytes, digest_file
from pegbar.errors import ConfigurationError
from pegbar.files import write_bytes
from pegbar.media.encode import Frame, write_video
from pegbar.records import Record
from pegbar.toonbox.config import STEP, WORLD_VERSION, ToonboxConfig
from pegbar.toonbox.identity import Identity, Split, split_of_seed
from pegbar.toonbox.pen import Labels
from pegbar.toonbox.plan import FilmPlan
from pegbar.toonbox.story import plan_film

Progress = Callable[[str, int, int], None]  # film, frames done, frames in all


class RenderedFilm(Record):
    """One rendered film. `files` maps the names beside each other in its folder to their sha256."""

    name: str
    seed: int
    split: Split
    key: str
    world_version: int
    num_frames: int
    fps: int
    num_shots: int
    characters: tuple[Identity, ...]
    files: dict[str, str]

    @property
    def video(self) -> str:
        """Return the film's file name."""
        return f"{self.name}.mp4"


def render_films(
    directory: Path, num_films: int, seed: int, config: ToonboxConfig, progress: Progress | None = None
) -> list[RenderedFilm]:
    """Render films with the seeds `seed`, `seed + 1`, ...; films already there and whole are kept.

    Raises:
        ConfigurationError: no films, or seeds that leave their split.
        DiskFullError: no space left. ReadOnlyError: no permission.
    """
    if num_films < 1:
        raise ConfigurationError(f"{num_films} films", remedy="ask for at least one: --films 1", subject="films")
    if split_of_seed(seed) != split_of_seed(seed + num_films - 1):
        raise ConfigurationError(
            f"seeds {seed} to {seed + num_films - 1} cross from {split_of_seed(seed)} into another split",
            remedy="ask for fewer films, or render each split by itself",
            subject=str(seed),
        )
    return [render_film(directory, seed + index, config, progress) for index in range(num_films)]


def render_film(directory: Path, seed: int, config: ToonboxConfig, progress: Progress | None = None) -> RenderedFilm:
    """Render `NAME.mp4` with its `.script`, `.cuts`, `.text` and `.audio.json` and `.masks.npz`; `.film.json` last.

    Raises:
        ConfigurationError: no split owns the seed.
        DiskFullError: no space left. ReadOnlyError: no permission.
    """
    if directory.exists() and not directory.is_dir():
        raise ConfigurationError(f"{directory} is not a folder", remedy="name another one", subject=str(directory))
    plan = plan_film(seed, config)
    key = STEP.key({"seed": str(seed), "world": str(WORLD_VERSION)}, config)
    there = _verified(directory, plan.name, key)
    if there is not None:
        if progress is not None:
            progress(plan.name, plan.num_frames, plan.num_frames)
        return there
    files = _write(directory, plan, config, progress)
    film = RenderedFilm(
        name=plan.name,
        seed=seed,
        split=split_of_seed(seed),
        key=key,
        world_version=WORLD_VERSION,
        num_frames=plan.num_frames,
        fps=plan.fps,
        num_shots=len(plan.shots),
        characters=tuple(member.identity for member in plan.members),
        files=files,
    )
    write_bytes(directory / f"{plan.name}.film.json", film.to_json())
    return film


def _write(directory: Path, plan: FilmPlan, config: ToonboxConfig, progress: Progress | None) -> dict[str, str]:
    from pegbar.toonbox.sound import audio_of, soundtrack
    from pegbar.toonbox.truth import cuts_of, json_bytes, masks_bytes, script_of, text_of

    # the script goes first: a film that is seen at all is seen with its script
    sidecars = {
        f"{plan.name}.script.json": json_bytes(script_of(plan)),
        f"{plan.name}.cuts.json": json_bytes(cuts_of(plan)),
        f"{plan.name}.text.json": json_bytes(text_of(plan, config)),
        f"{plan.name}.audio.json": json_bytes(audio_of(plan, config)),
    }
    for name, content in sidecars.items():
        write_bytes(directory / name, content)
    labels: list[Labels] = []
    video = directory / f"{plan.name}.mp4"
    frames = _drawn(plan, config, labels, progress)
    write_video(video, frames, Fraction(plan.fps), soundtrack(plan, config), config.encode, plan.blemishes.ticks)
    masks = masks_bytes(labels, [member.name for member in plan.members])
    write_bytes(directory / f"{plan.name}.masks.npz", masks)
    digests = {name: digest_bytes(content) for name, content in sidecars.items()}
    return digests | {video.name: digest_file(video), f"{plan.name}.masks.npz": digest_bytes(masks)}


def _drawn(plan: FilmPlan, config: ToonboxConfig, labels: list[Labels], progress: Progress | None) -> Iterator[Frame]:
    """Yield the pictures for the encoder and keep the maps; 110 kB a frame at the default size."""
    from pegbar.toonbox.frames import draw_frames

    for index, (picture, map_of_characters) in enumerate(draw_frames(plan, config)):
        labels.append(map_of_characters)
        if progress is not None:
            progress(plan.name, index + 1, plan.num_frames)
        yield picture


def _verified(directory: Path, name: str, key: str) -> RenderedFilm | None:
    """Return the film that is already there if it has this key and every byte verifies."""
    manifest = directory / f"{name}.film.json"
    if not manifest.is_file():
        return None
    try:
        film = RenderedFilm.from_json(manifest.read_bytes())
    except ConfigurationError:
        return None
    whole = film.key == key and all(
        (directory / file).is_file() and digest_file(directory / file) == digest for file, digest in film.files.items()
    )
    return film if whole else None
