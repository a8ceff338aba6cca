"""The audio subset of one film: parted, told, kept as FLAC, found done; and every refusal with its reason."""

from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
from drawn_sounds import RATE, Sound, bowed, footsteps, wind
from pydantic import JsonValue
from small_films import NO_CALLS, artifacts_of, scene
from sound_cases import rms

from models.annotators import Annotation, ShotNote
from models.sound_annotators import MeasuredSoundConfig
from pegbar.artifacts import Artifacts, Manifest
from pegbar.config import Config
from pegbar.media import AudioTrack, SandboxLimits, probe, read_audio, write_video
from pegbar.records import Decision, Shot, Story
from pegbar.steps import Facts, Step
from tasks.curation.annotate import AnnotatedFilm
from tasks.curation.sound.audio_shots import AudioShotsConfig, SoundFileConfig, find_audio_shots, sound_path
from tasks.curation.sound.hearing import ListenConfig
from tasks.curation.sound.notes import stretches_of
from tasks.curation.sound.stories import AudioShotSet
from tasks.curation.sources.candidates import SourceConfig
from tasks.curation.sources.ingest import ingest
from tasks.curation.story_media import FilmStoryMedia, StoryClipsConfig

FPS, SHOT_SECONDS, NUM_SHOTS = 8, 2.0, 4
DEFAULT = AudioShotsConfig()
CREAK: JsonValue = {"type": "footsteps", "sound_description": "Soft thumps.", "visual_context": "Ruby walks."}


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Artifacts]:
    with artifacts_of(tmp_path_factory.mktemp("home")) as opened:
        yield opened


def write_film(path: Path, sound: Sound | None) -> Path:
    """Write eight seconds of pictures with a sound as loud as may be."""
    frames = [scene(0, frame, ("Ruby",))[0] for frame in range(int(NUM_SHOTS * SHOT_SECONDS * FPS))]
    track = None
    if sound is not None:
        track = AudioTrack((0.7 * sound / np.abs(sound).max()).astype(np.float32)[None], RATE)
    write_video(path, frames, Fraction(FPS), track)
    return path


def told_of(film_id: str, num_shots: int = NUM_SHOTS, rejected: int = -1, **changes: object) -> AnnotatedFilm:
    """A story of shots of two seconds; its script tells the sound of the second; one of them may be rejected."""
    story = Story(
        story_id=f"{film_id}-s000", film_id=film_id, index=0, start_seconds=0.0, end_seconds=num_shots * SHOT_SECONDS,
        num_shots=num_shots, storyline="Ruby walks.", is_annotated=True,
    )  # fmt: skip
    shots = tuple(
        Shot(
            shot_id=f"{story.story_id}-{index:04d}", story_id=story.story_id, film_id=film_id, index=index,
            start_frame=index * 16, end_frame=index * 16 + 16, start_seconds=index * SHOT_SECONDS,
            end_seconds=(index + 1) * SHOT_SECONDS, story_start_seconds=index * SHOT_SECONDS,
            story_end_seconds=(index + 1) * SHOT_SECONDS, transition_in="cut" if index else "start",
            plot=f"Plot {index}.", caption=f"Caption {index}.", kept=index != rejected,
        )
        for index in range(num_shots)
    )  # fmt: skip
    notes = tuple(
        ShotNote(shot_id=shot.shot_id, coverage=1.0, extra={"audio annotation": CREAK} if shot.index == 1 else {})
        for shot in shots
    )
    annotation = Annotation(
        stories=(story.model_copy(update=changes),), shots=shots, characters=(), scenes=(), story_notes=(),
        shot_notes=notes,
    )  # fmt: skip
    return AnnotatedFilm(annotation=annotation, decisions=())


def found_in(
    artifacts: Artifacts, path: Path, config: AudioShotsConfig = DEFAULT, **changes: object
) -> tuple[Manifest, AudioShotSet]:  # fmt: skip
    """Take a film in and find its audio shots, as if it were annotated and sifted."""
    (film,) = ingest(artifacts, [str(path)], licence="CC0-1.0", owner="me", config=SourceConfig())
    assert film.sha256 is not None
    told = told_of(film.item_id, **changes)  # type: ignore[arg-type]

    def make(folder: Path) -> Facts:
        (folder / "sifted.json").write_bytes(told.to_json())
        return {}

    sifted, _ = artifacts.run(Step(name="sift", version=1), {"film": film.sha256, "told": str(changes)}, Config(), make)
    return find_audio_shots(artifacts, film.sha256, film, probe(path), sifted, sifted, told, config, NO_CALLS)


def effects() -> Sound:
    """Footsteps for four seconds, then wind."""
    random = np.random.default_rng(3)
    return np.concatenate((footsteps(random, 4.0), 0.5 * wind(random, 4.0)))


def verdicts(decisions: tuple[Decision, ...], kind: str = "story") -> dict[str, str]:
    return {decision.gate: decision.outcome for decision in decisions if decision.item_kind == kind}


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_film(tmp_path_factory.mktemp("films") / "walk.mp4", effects())


@pytest.fixture(scope="module")
def found(artifacts: Artifacts, film: Path) -> tuple[Manifest, AudioShotSet]:
    return found_in(artifacts, film)


def test_a_story_of_effects_is_parted_where_picture_and_sound_change(found: tuple[Manifest, AudioShotSet]) -> None:
    _, heard = found
    assert [(shot.first_shot, shot.last_shot) for shot in heard.audio_shots] == [(0, 1), (2, 3)]
    assert [(shot.start_seconds, shot.end_seconds) for shot in heard.audio_shots] == [(0.0, 4.0), (4.0, 8.0)]
    assert heard.audio_shots[1].plot == "Plot 2. Plot 3."
    assert set(verdicts(heard.decisions).values()) == {"kept"}


def test_sounds_are_told_by_the_script_or_described(found: tuple[Manifest, AudioShotSet]) -> None:
    steps, gusts = found[1].audio_shots
    assert (steps.sound_type, steps.sound_description, steps.visual_context) == (
        "footsteps", "Soft thumps.", "Ruby walks.",
    )  # fmt: skip
    assert (gusts.sound_type, gusts.visual_context) == (None, None)
    assert gusts.sound_description is not None
    told = {decision.item_id: decision for decision in found[1].decisions if decision.gate == "audio_annotation"}
    assert told[steps.audio_shot_id].outcome == "kept"
    assert told[gusts.audio_shot_id].outcome == "rejected"
    assert "the script tells none" in told[gusts.audio_shot_id].reason


def test_the_kept_sound_is_the_film_s_to_the_last_bit(
    artifacts: Artifacts, film: Path, found: tuple[Manifest, AudioShotSet]
) -> None:
    folder = artifacts.fetch(found[0])
    for shot in found[1].audio_shots:
        with av.open(BytesIO(sound_path(folder, shot.audio_shot_id).read_bytes())) as container:
            stream = container.streams.audio[0]
            assert (stream.rate, stream.channels) == (RATE, 1)
            kept = np.concatenate([frame.to_ndarray().reshape(-1) for frame in container.decode(stream)])
        own = read_audio(film, RATE, shot.start_seconds, shot.end_seconds)
        assert own is not None
        assert kept.astype(np.float64) == pytest.approx(own.samples[0] * 32_768, abs=0.5)


def test_what_is_done_is_found_and_says_the_same(
    artifacts: Artifacts, film: Path, found: tuple[Manifest, AudioShotSet], tmp_path: Path
) -> None:
    assert found_in(artifacts, film) == found
    with artifacts_of(tmp_path / "another") as elsewhere:
        again, _ = found_in(elsewhere, film)
    assert again.outputs == found[0].outputs


def test_another_annotator_or_threshold_needs_no_second_hearing(artifacts: Artifacts, film: Path) -> None:
    config = AudioShotsConfig(annotator=MeasuredSoundConfig())
    before = len(artifacts.journal.steps("listen"))
    _, heard = found_in(artifacts, film, config)
    assert len(artifacts.journal.steps("listen")) == before
    assert all(shot.sound_type is None and shot.sound_description for shot in heard.audio_shots)


def test_a_model_that_hears_is_given_each_audio_shot_as_a_film(
    artifacts: Artifacts, film: Path, found: tuple[Manifest, AudioShotSet]
) -> None:
    (source,) = ingest(artifacts, [str(film)], licence="CC0-1.0", owner="me", config=SourceConfig())
    assert source.sha256 is not None
    stretches = stretches_of(found[1].audio_shots[1:])
    media = FilmStoryMedia(artifacts, source, source.sha256, found[0], stretches, StoryClipsConfig())
    clip = media.clip(stretches[0])
    sound = read_audio(clip, 16_000)
    whole = read_audio(film, 16_000, 4.0, 8.0)
    assert sound is not None and whole is not None
    assert probe(clip).duration_seconds == 4.0
    assert rms(sound.samples[0].astype(np.float64)) == pytest.approx(rms(whole.samples[0].astype(np.float64)), rel=0.1)


def test_music_is_refused_and_nothing_is_kept(artifacts: Artifacts, tmp_path: Path) -> None:
    path = write_film(tmp_path / "waltz.mp4", bowed(np.random.default_rng(0), 8.0))
    manifest, heard = found_in(artifacts, path)
    assert heard.audio_shots == ()
    assert verdicts(heard.decisions) == {
        "audio_track": "kept", "audio_silence": "kept", "audio_clipping": "kept", "audio_speech": "kept",
        "audio_music": "rejected",
    }  # fmt: skip
    reason = next(decision.reason for decision in heard.decisions if decision.gate == "audio_music")
    assert reason.startswith("music for ")
    assert [output.path for output in manifest.outputs] == ["audio_shots.json"]


def test_a_film_without_sound_is_refused_and_its_story_survives(artifacts: Artifacts, tmp_path: Path) -> None:
    _, heard = found_in(artifacts, write_film(tmp_path / "mute.mp4", None))
    (decision,) = heard.decisions
    assert (decision.item_kind, decision.gate, decision.reason) == (
        "story", "audio_track", "the film has no sound track",
    )  # fmt: skip


def test_a_sound_that_cannot_be_heard_leaves_the_film_alone(artifacts: Artifacts, film: Path) -> None:
    tight = ListenConfig(sandbox=SandboxLimits(wall_seconds=0.01))
    _, heard = found_in(artifacts, film, AudioShotsConfig(listen=tight))
    (decision,) = heard.decisions
    assert (decision.gate, decision.outcome) == ("audio_track", "rejected")
    assert decision.reason.startswith("its sound cannot be heard: 'walk.mp4' cannot be decoded: its decoder took")


def test_a_story_of_three_seconds_or_less_is_too_short(artifacts: Artifacts, film: Path) -> None:
    _, heard = found_in(artifacts, film, num_shots=1)
    assert heard.audio_shots == ()
    assert verdicts(heard.decisions)["audio_shots"] == "rejected"
    assert heard.decisions[-1].reason == "it lasts 2.0 s, an audio shot more than 3 s"


def test_a_rejected_shot_takes_its_audio_shot_with_it(artifacts: Artifacts, film: Path) -> None:
    _, heard = found_in(artifacts, film, rejected=3)
    assert [shot.kept for shot in heard.audio_shots] == [True, False]
    verdict = [decision for decision in heard.decisions if decision.item_kind == "audio_shot"]
    by_gate = {(decision.item_id[-4:], decision.gate): decision for decision in verdict}
    assert by_gate["a000", "audio_shots"].outcome == "kept"
    assert by_gate["a001", "audio_shots"].outcome == "rejected"
    assert by_gate["a001", "audio_shots"].reason.endswith("-s000-0003")


def test_sound_above_the_highest_rate_is_resampled(artifacts: Artifacts, film: Path) -> None:
    config = AudioShotsConfig(sound=SoundFileConfig(max_rate=16_000))
    manifest, heard = found_in(artifacts, film, config)
    with av.open(
        BytesIO(sound_path(artifacts.fetch(manifest), heard.audio_shots[0].audio_shot_id).read_bytes())
    ) as kept:
        assert kept.streams.audio[0].rate == 16_000
        assert kept.streams.audio[0].duration == 64_000


def test_a_rejected_story_is_not_listened_to(artifacts: Artifacts, film: Path) -> None:
    _, heard = found_in(artifacts, film, kept=False)
    assert heard == AudioShotSet(audio_shots=(), decisions=())
