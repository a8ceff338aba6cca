"""One audio shot of a told story, as sound annotators are asked about it."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from models.annotators import SeenPicture
from models.sound_annotators import SoundRequest, SoundTraits
from pegbar.records import AudioShot, Character, Scene, Story

PICTURE = b"\xff\xd8 encoded elsewhere \xff\xd9"
FILM = b"\x00\x00\x00\x18ftypmp42 encoded elsewhere"
SCRIPT: dict[str, JsonValue] = {
    "audio annotation": {
        "type": "creaking door", "sound description": "A slow rising creak.", "visual context": "The door opens.",
    }
}  # fmt: skip
TRAITS = SoundTraits(
    pitch_hertz=148.0, noise_share=0.1, loudness_db=-32.0, peak_db=-10.0, onset_seconds=(0.5, 1.0, 1.5, 2.0)
)


@dataclass(frozen=True)
class KeptMedia:
    """Pictures and a clip that lie in a folder."""

    folder: Path
    num_pictures: int

    def pictures(self, story: Story) -> tuple[SeenPicture, ...]:
        path = self.folder / "picture.jpg"
        path.write_bytes(PICTURE)
        return tuple(SeenPicture(story.start_seconds + number, path) for number in range(self.num_pictures))

    def clip(self, story: Story) -> Path:
        path = self.folder / f"{story.index:03d}.mp4"
        path.write_bytes(FILM)
        return path


def request_of(
    folder: Path,
    told: tuple[dict[str, JsonValue], ...] = ({},),
    traits: SoundTraits | None = TRAITS,
    num_pictures: int = 4,
) -> SoundRequest:
    """Return a request about an audio shot of four seconds."""
    story = Story(
        story_id="f-s000", film_id="f", index=0, start_seconds=10.0, end_seconds=30.0, num_shots=5,
        storyline="A horse leaves.", is_annotated=True,
    )  # fmt: skip
    shot = AudioShot(
        audio_shot_id="f-s000-a000", story_id="f-s000", film_id="f", index=0, first_shot=0, last_shot=1,
        start_seconds=10.0, end_seconds=14.0, story_start_seconds=0.0, story_end_seconds=4.0, scene_id="f-s000-p0",
        character_ids=("f-s000-c0",), plot="She trots off.", caption="A mare trots.",
    )  # fmt: skip
    return SoundRequest(
        story=story,
        audio_shot=shot,
        characters=(
            Character(character_id="f-s000-c0", story_id="f-s000", name="Nell", appearance="A grey mare."),
            Character(character_id="f-s000-c1", story_id="f-s000", name="Tom", appearance="A groom."),
        ),
        scenes=(Scene(scene_id="f-s000-p0", story_id="f-s000", name="Yard", environment="A muddy yard."),),
        traits=traits,
        told=told,
        stretch=story.model_copy(update={"story_id": "f-s000-a000", "end_seconds": 14.0}),
        media=KeptMedia(folder, num_pictures),
    )
