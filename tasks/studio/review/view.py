"""What the review page shows of each item: words from the tables, pictures and clips from the shards."""

from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

from pegbar.config import Config
from pegbar.dataset import Dataset
from pegbar.errors import IntegrityError, MediaError
from pegbar.media.names import printable
from pegbar.records import ItemKind
from pegbar.tables import Row, member_of
from tasks.evaluation.stories import decode_picture
from tasks.studio.review.media import FRAME_SIDE, LARGE_SIDE, MediaFolder, Pixels, mask_over, pictures_at
from tasks.studio.review.questions import Question, ReviewKind, questions_of
from tasks.studio.review.rows import ReviewRows
from tasks.studio.review.sample import ReviewItem, ReviewSample

MAX_SHOTS_OF_CHARACTER = 6
MAX_VERDICTS = 12


class Said(Config):
    """One gate's word on an item."""

    gate: str
    outcome: str
    figures: str
    reason: str
    backend: str


class Cast(Config):
    """A character or a scene, with the addresses of its reference pictures."""

    name: str
    told: str
    pictures: tuple[str, ...] = ()


class ShotCard(Config):
    """One shot: addresses of its first, middle and last frame and of its clip, or why there are none."""

    shot_id: str
    number: int
    times: str
    film_times: str
    frames: tuple[str, ...] = ()
    clip: str = ""
    trouble: str = ""
    plot: str = ""
    caption: str = ""
    cast: tuple[str, ...] = ()
    scene: str = ""
    is_prologue: bool = False
    is_kept: bool = True
    refusals: tuple[Said, ...] = ()


class Picture(Config):
    """A reference: addresses of the cut-out, of its mask over the frame, and of the frame; None where it is missing."""

    cutout: str | None
    overlay: str | None
    source: str | None


class ItemView(Config):
    """Everything the page shows of one item.

    Args:
        name: of the story, or of the character. film: whose character it is.
        told: the storyline, or the character's appearance.
    """

    kind: ReviewKind
    item_id: str
    name: str
    place: str
    stratum: str
    told: str
    questions: tuple[Question, ...]
    film: str = ""
    said: tuple[Said, ...] = ()
    cast: tuple[Cast, ...] = ()
    scenes: tuple[Cast, ...] = ()
    shots: tuple[ShotCard, ...] = ()
    picture: Picture | None = None
    trouble: str = ""


def item_views(dataset: Dataset, sample: ReviewSample, media: MediaFolder) -> list[ItemView]:
    """Return the views of a sample's items, in its order; their pictures and clips are written.

    A clip or a picture that does not decode is said to be so, in its place.

    Raises:
        IntegrityError: a shard is damaged.
    """
    views = _Views(dataset, ReviewRows(dataset, sample), media)
    make = {"story": views.story, "reference": views.reference, "character": views.character}
    return [make[item.item_kind](item) for item in sample.items]


def clock_text(seconds: float) -> str:
    """Return seconds as minutes, seconds and tenths: ``1:05.2``."""
    minutes, tenths = divmod(round(10 * seconds), 600)
    return f"{minutes}:{tenths // 10:02d}.{tenths % 10}"


class _Views:
    def __init__(self, dataset: Dataset, rows: ReviewRows, media: MediaFolder) -> None:
        self._dataset = dataset
        self._rows = rows
        self._media = media

    def story(self, item: ReviewItem) -> ItemView:
        story = self._rows.stories[item.item_id]
        start, end = clock_text(story["start_seconds"]), clock_text(story["end_seconds"])
        return ItemView(
            kind="story",
            item_id=item.item_id,
            name=f"{self._film(story)}, story {story['index'] + 1}",
            place=f"{start} to {end} of the film",
            stratum=item.stratum,
            told=story["storyline"] or "",
            questions=questions_of("story", item.is_told),
            said=self._said("story", item.item_id),
            cast=tuple(self._cast(row) for row in self._rows.characters[item.item_id]),
            scenes=tuple(Cast(name=row["name"], told=row["environment"]) for row in self._rows.scenes[item.item_id]),
            shots=tuple(self._shot(row) for row in self._rows.shots[item.item_id]),
        )

    def reference(self, item: ReviewItem) -> ItemView:
        row = _only(self._rows.references, "reference_id", item.item_id)
        shot = _only(self._rows.shots, "shot_id", row["shot_id"])
        own = (item.item_id, f"{row['character_id']}-f{row['frame']:06d}")  # the reference, the frame it was tried in
        said = tuple(_said(one) for one in self._rows.verdicts(row["character_id"]) if one["item_id"] in own)
        said += self._said("character", row["character_id"])
        picture, trouble = self._picture(row, shot)
        view = self._of_character(item, row["character_id"], said)
        return view.but(
            place=f"shot {shot['index'] + 1}, {clock_text(row['film_seconds'])} of the film; "
            f"score {row['score']:.2f}, {row['mask_area_share']:.0%} of the frame, {row['backend']}",
            picture=picture,
            trouble=trouble,
        )

    def character(self, item: ReviewItem) -> ItemView:
        verdicts = self._rows.verdicts(item.item_id)[:MAX_VERDICTS]
        said = self._said("character", item.item_id) + tuple(_said(one) for one in verdicts)
        view = self._of_character(item, item.item_id, said)
        row = _only(self._rows.characters, "character_id", item.item_id)
        shots = [shot for shot in self._rows.shots[row["story_id"]] if item.item_id in shot["character_ids"]]
        shown = tuple(self._shot(shot) for shot in shots[:MAX_SHOTS_OF_CHARACTER])
        return view.but(shots=shown, place=f"{len(shown)} of the {len(shots)} shots that list the character")

    def _of_character(self, item: ReviewItem, character_id: str, said: tuple[Said, ...]) -> ItemView:
        row = _only(self._rows.characters, "character_id", character_id)
        return ItemView(
            kind=item.item_kind,
            item_id=item.item_id,
            name=row["name"],
            film=self._film(self._rows.stories[row["story_id"]]),
            place="",
            stratum=item.stratum,
            told=row["appearance"],
            questions=questions_of(item.item_kind),
            said=said,
        )

    def _cast(self, row: Row) -> Cast:
        mine = [one for one in self._rows.references[row["story_id"]] if one["character_id"] == row["character_id"]]
        pictures = [picture for one in mine if (picture := self._pixels(one, "image")) is not None]
        return Cast(
            name=row["name"],
            told=row["appearance"],
            pictures=tuple(self._media.add_picture(pixels, FRAME_SIDE) for pixels in pictures),
        )

    def _shot(self, row: Row) -> ShotCard:
        names = {one["character_id"]: one["name"] for one in self._rows.characters[row["story_id"]]}
        scenes = {one["scene_id"]: one["name"] for one in self._rows.scenes[row["story_id"]]}
        length = row["end_seconds"] - row["start_seconds"]
        clip = self._clip(row)
        frames, trouble = _frames(clip, (0.0, length / 2, inf), FRAME_SIDE)
        return ShotCard(
            shot_id=row["shot_id"],
            number=row["index"] + 1,
            times=f"{clock_text(row['story_start_seconds'])} – {clock_text(row['story_end_seconds'])}",
            film_times=f"{clock_text(row['start_seconds'])} – {clock_text(row['end_seconds'])} of the film",
            frames=tuple(self._media.add_picture(pixels, FRAME_SIDE) for pixels in frames),
            clip=self._media.add(clip, ".mp4") if frames else "",
            trouble=trouble,
            plot=row["plot"] or "",
            caption=row["caption"] or "",
            cast=tuple(names.get(one, one) for one in row["character_ids"]),
            scene=scenes.get(row["scene_id"], row["scene_id"]) or "",
            is_prologue=row["is_prologue_or_epilogue"],
            is_kept=row["kept"],
            refusals=tuple(_said(one) for one in self._rows.refusals("shot", row["shot_id"])),
        )

    def _picture(self, row: Row, shot: Row) -> tuple[Picture, str]:
        """Return a reference's pictures, and what is wrong with those that are missing."""
        cutout, mask = self._pixels(row, "image"), self._pixels(row, "mask")
        moment = max(0.0, row["film_seconds"] - shot["start_seconds"])
        frames, trouble = _frames(self._clip(shot), (moment,), LARGE_SIDE)
        over = mask_over(frames[0], mask[..., 0]) if frames and mask is not None else None
        shown = Picture(
            cutout=None if cutout is None else self._media.add_picture(cutout, LARGE_SIDE),
            overlay=None if over is None else self._media.add_picture(over, LARGE_SIDE),
            source=self._media.add_picture(frames[0], LARGE_SIDE) if frames else None,
        )
        missing = trouble or ("a picture cannot be read" if cutout is None or mask is None else "")
        return shown, missing

    def _pixels(self, row: Row, prefix: str) -> Pixels | None:
        """Return a member as a picture; None where its bytes are as they were packed, and no picture."""
        member = member_of(row, prefix)
        content = self._dataset.read_member(member)
        try:
            return decode_picture(content, member.name)
        except IntegrityError:
            return None

    def _clip(self, row: Row) -> bytes:
        return self._dataset.read_member(member_of(row, "clip"))

    def _said(self, kind: ItemKind, item_id: str) -> tuple[Said, ...]:
        return tuple(_said(row) for row in self._rows.decisions(kind, item_id))

    def _film(self, story: Row) -> str:
        return str(self._rows.films.get(story["film_id"], story["film_id"]))


def _frames(clip: bytes, seconds: tuple[float, ...], side: int) -> tuple[list[Pixels], str]:
    """Return what a clip shows at these times, or why it cannot be shown."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        path.write_bytes(clip)
        try:
            return pictures_at(path, seconds, side), ""
        except MediaError as error:
            return [], error.what.replace(printable(path), "it")


def _only(groups: dict[str, list[Row]], key: str, value: str) -> Row:
    return next(row for rows in groups.values() for row in rows if row[key] == value)


def _said(row: Row) -> Said:
    score, threshold = row["score"], row["threshold"]
    figures = "" if score is None else f"{score:.3g}" + ("" if threshold is None else f" against {threshold:.3g}")
    return Said(
        gate=row["gate"],
        outcome=row["outcome"].replace("_", " "),
        figures=figures,
        reason=row["reason"],
        backend=f"{row['backend']} {row['version']}" if row["backend"] != "pegbar" else "",
    )
