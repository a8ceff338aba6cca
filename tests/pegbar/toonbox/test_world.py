"""World version 1 is frozen: four small films that between them show and sound everything have recorded digests.

A difference means that films already made no longer come out of their seeds. Undo it, or raise WORLD_VERSION
(and STEP) and record the new world: `python tests/pegbar/toonbox/test_world.py`. The files' digests hold for
x86-64 processors with AVX2: FFmpeg's AAC encoder rounds otherwise on older ones.
"""

import hashlib
import json
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import get_args

import pytest

from pegbar.digests import digest_bytes, digest_file
from pegbar.media.encode import write_video
from pegbar.toonbox.actions import ACTIONS
from pegbar.toonbox.config import WORLD_VERSION, Blemish, ToonboxConfig
from pegbar.toonbox.frames import draw_frames
from pegbar.toonbox.noises import NOISES
from pegbar.toonbox.phrases import Framing, Move
from pegbar.toonbox.places import SCENE_KINDS
from pegbar.toonbox.plan import CardKind, FilmPlan, HappeningKind
from pegbar.toonbox.score import cues_of
from pegbar.toonbox.sound import audio_of, soundtrack
from pegbar.toonbox.story import plan_film
from pegbar.toonbox.transitions import TransitionIn
from pegbar.toonbox.truth import cuts_of, json_bytes, script_of, text_of

RECORD = Path(__file__).with_name("world.json")
SMALL = ToonboxConfig(width=96, height=72, min_seconds=20, max_seconds=20)
FILMS: dict[str, tuple[int, ToonboxConfig]] = {
    "subtitles": (409, SMALL.but(blemishes=("subtitles",))),
    "logo and letterbox": (490, SMALL.but(blemishes=("logo", "letterbox"))),
    "variable rate": (137, SMALL.but(blemishes=("variable-rate",))),
    "clean": (286, SMALL),
}


def shown_by(plan: FilmPlan) -> set[str]:
    """Return the name of everything a film shows and sounds."""
    shots = [shot for shot in plan.shots if shot.card is None]
    return {
        *(shot.transition_in.kind for shot in plan.shots),
        *(shot.move for shot in shots),
        *(shot.framing for shot in shots),
        *(role.action for shot in shots for role in shot.roles),
        *(happening.kind for shot in shots for happening in shot.happenings),
        *(shot.card.kind for shot in plan.shots if shot.card),
        *(scene.kind for scene in plan.scenes),
        *(cue.name for cue in cues_of(plan)),
        *(name for name, edge in (("fade in", plan.fade_in), ("fade out", plan.fade_out)) if edge),
        f"on {plan.drawn_on}",
        f"held {plan.held}",
    }


def digests_of(seed: int, config: ToonboxConfig, folder: Path) -> dict[str, str]:
    """Draw, score, tell and encode a film; return the digest of each."""
    plan, pictures, maps = plan_film(seed, config), hashlib.sha256(), hashlib.sha256()
    frames = []
    for picture, labels in draw_frames(plan, config):
        pictures.update(picture.tobytes())
        maps.update(labels.tobytes())
        frames.append(picture)
    track = soundtrack(plan, config)
    write_video(folder / "film.mp4", frames, Fraction(plan.fps), track, config.encode, plan.blemishes.ticks)
    truth = [script_of(plan), cuts_of(plan), text_of(plan, config), audio_of(plan, config)]
    return {
        "pictures": pictures.hexdigest(),
        "maps": maps.hexdigest(),
        "sound": digest_bytes(track.samples.tobytes()),
        "truth": digest_bytes(b"".join(json_bytes(one) for one in truth)),
        "file": digest_file(folder / "film.mp4"),
    }


@pytest.mark.parametrize("name", FILMS)
def test_this_world_is_as_it_was(name: str, tmp_path: Path) -> None:
    recorded = json.loads(RECORD.read_text())
    assert recorded["world_version"] == WORLD_VERSION, "the record is of another world: see this file's docstring"
    assert digests_of(*FILMS[name], tmp_path) == recorded["films"][name], "a new world version: see this docstring"


def test_the_recorded_films_show_everything_there_is() -> None:
    shown = set().union(*(shown_by(plan_film(seed, config)) for seed, config in FILMS.values()))
    closed = (TransitionIn, Move, Framing, HappeningKind, CardKind)
    everything = {*ACTIONS, *SCENE_KINDS, *NOISES, *(name for one in closed for name in get_args(one))}
    more = {"theme", "talk", "fade in", "fade out", "on 1", "on 2", "on 3", "held cast", "held picture"}
    assert shown == everything | more
    assert {one for _, config in FILMS.values() for one in config.blemishes} == set(get_args(Blemish))


def record() -> None:
    """Write this world's digests down."""
    with tempfile.TemporaryDirectory() as folder:
        films = {name: digests_of(seed, config, Path(folder)) for name, (seed, config) in FILMS.items()}
    RECORD.write_text(json.dumps({"world_version": WORLD_VERSION, "films": films}, indent=1) + "\n")


if __name__ == "__main__":
    record()
