"""A film's sound heard: what kind of track it is, and every row where it belongs. Films are made here with PyAV."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from sound_cases import at_16_khz
from spoken import spoken

from pegbar.media import probe
from pegbar.records import Decision, Story
from tasks.curation.sound.gates import AudioGatesConfig, longest_seconds, music_rows, speech_rows, story_gates
from tasks.curation.sound.hearing import ListenConfig, Track, heard, listen_to
from tasks.curation.sound.table import ROW_SECONDS, SoundTable

RATE = 48_000
CONFIG, GATES = ListenConfig(), AudioGatesConfig()
Sound = NDArray[np.float64]


def write_film(
    path: Path, sound: Sound | None, seconds: float = 6.0, rate: int = RATE, layout: str = "mono", codec: str = "aac"
) -> Path:
    """Write a grey film of so many seconds at 4 pictures a second with a sound of shape (n,) in every channel."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=4)
        video.width = video.height = 32
        audio = container.add_stream(codec, rate=rate, layout=layout) if sound is not None else None
        for index in range(int(seconds * 4)):
            frame = av.VideoFrame.from_ndarray(np.full((32, 32, 3), 90, np.uint8), format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 4)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None and sound is not None:
            channels = len(av.AudioLayout(layout).channels)
            for start in range(0, len(sound), 1024):
                piece = np.tile(sound[start : start + 1024].astype(np.float32), (channels, 1))
                chunk = av.AudioFrame.from_ndarray(np.ascontiguousarray(piece), format="fltp", layout=layout)
                chunk.sample_rate, chunk.pts, chunk.time_base = rate, start, Fraction(1, rate)
                container.mux(audio.encode(chunk))
            container.mux(audio.encode(None))
    return path


def taps(seconds: float = 6.0, rate: int = RATE) -> Sound:
    """A soft knock every half second: an effect, and neither speech nor music."""
    time = np.arange(int(seconds * rate)) / rate
    knock = np.random.default_rng(0).normal(0, 0.3, len(time)) * np.exp(-40 * (time % 0.5))
    return np.asarray(knock)


def heard_of(path: Path) -> tuple[Track, SoundTable]:
    return heard(path, probe(path).duration_seconds, CONFIG)


def gates_of(path: Path) -> dict[str, Decision]:
    track, table = heard_of(path)
    story = Story(
        story_id="s", film_id="f", index=0, start_seconds=0.0, end_seconds=track.duration_seconds, num_shots=1
    )
    return {decision.gate: decision for decision in story_gates([story], track, table, GATES)}


def test_effects_alone_pass_every_gate(tmp_path: Path) -> None:
    found = gates_of(write_film(tmp_path / "film.mp4", taps()))
    assert {gate: decision.outcome for gate, decision in found.items()} == dict.fromkeys(
        ("audio_track", "audio_silence", "audio_clipping", "audio_speech", "audio_music"), "kept"
    )
    assert found["audio_track"].reason == "48000 Hz, mono"
    assert found["audio_speech"].backend == "silero-6"


def test_a_film_without_a_track_is_told_so(tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mp4", None)
    track, table = heard_of(path)
    assert (track.sample_rate, track.num_channels, table.num_rows) == (None, None, 0)
    found = gates_of(path)
    assert list(found) == ["audio_track"]
    assert (found["audio_track"].outcome, found["audio_track"].reason) == ("rejected", "the film has no sound track")


def test_silence_is_no_sound(tmp_path: Path) -> None:
    found = gates_of(write_film(tmp_path / "film.mp4", np.zeros(6 * RATE)))
    assert found["audio_silence"].outcome == "rejected"
    assert found["audio_silence"].reason == "silent for 100% of its time"
    assert found["audio_speech"].outcome == found["audio_music"].outcome == "kept"


def test_clipped_sound_is_found(tmp_path: Path) -> None:
    """A sine of twice full scale is near or over it for 2/3 of its time: arcsin(1/2) is a third of a right angle."""
    time = np.arange(6 * RATE) / RATE
    clipped = np.clip(2.0 * np.sin(2 * np.pi * 200 * time), -1, 1)
    found = gates_of(write_film(tmp_path / "film.mkv", clipped, codec="pcm_f32le"))
    assert found["audio_clipping"].score == pytest.approx(2 / 3, abs=0.02)
    assert found["audio_clipping"].outcome == "rejected"
    assert "of its samples clip" in found["audio_clipping"].reason
    lossy = gates_of(write_film(tmp_path / "film.mp4", clipped))["audio_clipping"]
    assert lossy.outcome == "rejected"


def test_8_khz_mono_is_too_little(tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mp4", taps(rate=8000), rate=8000)
    found = gates_of(path)["audio_track"]
    assert found.outcome == "rejected"
    assert found.reason == "the sound is stored at 8000 Hz, 16000 are asked for"
    assert heard_of(path)[1].loudness_db.max() > -40.0


def test_5_1_is_heard_as_stereo(tmp_path: Path) -> None:
    found = gates_of(write_film(tmp_path / "film.mp4", taps(), layout="5.1"))["audio_track"]
    assert (found.outcome, found.reason) == ("kept", "48000 Hz, 6 channels mixed to stereo")


def test_sound_that_ends_before_the_picture_does_not_reach(tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mp4", taps(3.0))
    track, table = heard_of(path)
    assert track.sound_end_seconds == pytest.approx(3.0, abs=0.2)
    assert table.num_rows == 63  # 6 s of 0.096 s
    found = gates_of(path)["audio_track"]
    assert found.outcome == "rejected"
    assert "the sound ends at 3." in found.reason and "the story at 6.0 s" in found.reason


def test_sound_that_goes_on_is_left_out(tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mp4", taps(9.0))
    track, table = heard_of(path)
    assert track.goes_on
    assert table.num_rows == 63
    found = gates_of(path)["audio_track"]
    assert found.outcome == "kept"
    assert "goes on after the last picture" in found.reason


def test_rows_lie_at_their_times(tmp_path: Path) -> None:
    """A tone of 1 kHz at -20 dB from 2 s to 4 s: its amplitude is 0.141, its loudness 3 dB below."""
    time = np.arange(6 * RATE) / RATE
    tone = np.where((time >= 2) & (time < 4), 10 ** (-17 / 20) * np.sin(2 * np.pi * 1000 * time), 0.0)
    _, table = heard_of(write_film(tmp_path / "film.mp4", tone))
    inside = table.between(2.2, 3.8)
    assert inside.loudness_db == pytest.approx(-20.0, abs=0.3)
    assert inside.peak == pytest.approx(10 ** (-17 / 20), rel=0.03)
    assert inside.pitch_hertz == pytest.approx(1000.0, abs=8)
    assert table.between(0.2, 1.8).loudness_db.max() < -60
    assert table.between(1.9, 2.1).onset.max() > 10 * table.between(2.5, 3.5).onset.max()
    changes = table.change
    assert changes[round(2 / ROW_SECONDS)] > 3 * changes[round(3 / ROW_SECONDS)]


def test_a_minute_s_edge_leaves_no_mark(tmp_path: Path) -> None:
    """Sound is read a minute at a time; an even tone has to look even over the edge."""
    time = np.arange(64 * 8000) / 8000
    _, table = heard_of(write_film(tmp_path / "film.mp4", 0.3 * np.sin(2 * np.pi * 440 * time), 64.0, 8000))
    edge = table.between(59.5, 60.5)
    assert np.ptp(edge.loudness_db) < 0.1
    assert edge.onset.max() < 0.5
    assert edge.music == pytest.approx(1.0, abs=0.05)


def test_speech_is_heard_and_its_length_told(tmp_path: Path) -> None:
    voice = at_16_khz(spoken("fr").astype(np.float64)).astype(np.float64)
    second = np.zeros(16_000)
    sound = np.concatenate((second, voice, second))
    seconds = len(sound) / 16_000
    path = write_film(tmp_path / "film.mp4", sound, seconds, 16_000)
    track, table = heard_of(path)
    assert longest_seconds(speech_rows(table, GATES), GATES) == pytest.approx(len(voice) / 16_000, abs=1.0)
    assert not music_rows(table, GATES).any()
    found = gates_of(path)["audio_speech"]
    assert found.outcome == "rejected"
    assert found.reason.startswith("speech for ")


def test_the_same_film_gives_the_same_bytes(tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mp4", taps())
    written = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        listen_to(path, tmp_path / name, 6.0, CONFIG)
        written.append({file.name: file.read_bytes() for file in (tmp_path / name).iterdir()})
    assert written[0] == written[1]
    assert set(written[0]) == {"sound.parquet", "heard.json"}
    table = SoundTable.read(tmp_path / "one" / "sound.parquet")
    assert np.array_equal(table.loudness_db, heard(path, 6.0, CONFIG)[1].loudness_db)


@pytest.mark.parametrize(
    ("rows", "seconds"),
    [("", 0.0), ("...", 0.0), ("#", 1), ("##..##", 6), ("##" + "." * 11 + "##", 2), ("#" * 5 + "." * 10 + "#", 16)],
)
def test_a_pause_of_a_second_or_less_does_not_end_a_stretch(rows: str, seconds: float) -> None:
    """Ten rows of 0.096 s are 0.96 s, eleven are 1.06 s."""
    found = longest_seconds(np.array([row == "#" for row in rows], bool), GATES)
    assert found == pytest.approx(seconds * ROW_SECONDS)
