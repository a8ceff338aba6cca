"""A film told by a language model: Big Buck Bunny against a local server that answers from a recorded file.

After the prompt has changed, record the same answers to the new words with::

    PYTHONPATH=.:tests .venv/bin/python tests/tasks/curation/test_annotate.py FILM
"""

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest
from annotation_requests import calls_to
from servers.language_server import LanguageServer, language_server, recorded, scripted
from small_films import OPEN, artifacts_of, write_small_film

from models.annotators import LanguageAnnotatorConfig
from models.clients import Calls, OpenAIConfig, export_replies
from models.clients.replies import read_recorded
from pegbar.artifacts import Artifacts
from pegbar.errors import ProviderError
from pegbar.media import frames, probe, read_audio
from pegbar.records import Story
from tasks.curation.annotate import GATE, AnnotateConfig, AnnotatedFilm
from tasks.curation.config import CurateConfig
from tasks.curation.detection.detect import load_detection
from tasks.curation.film import FilmParts, SeenFilm, curate_film, see_film
from tasks.curation.sift import OUTPUT as SIFTED
from tasks.curation.sources.ingest import ingest
from tasks.curation.story_media import StoryClipsConfig, clip_path, write_story_clips

RECORDING = Path(__file__).parents[2] / "recordings" / "big_buck_bunny.jsonl"
FILM = "big_buck_bunny_480p_30s.mp4"


def asking(client: OpenAIConfig) -> CurateConfig:
    return CurateConfig(annotate=AnnotateConfig(annotator=LanguageAnnotatorConfig(client=client)))


ASKING = asking(OpenAIConfig(model="gpt-4o"))


@dataclass(frozen=True)
class Curated:
    """A film that went through."""

    artifacts: Artifacts
    seen: SeenFilm
    parts: FilmParts

    @property
    def told(self) -> AnnotatedFilm:
        folder = self.artifacts.fetch(self.artifacts.load(self.parts.steps["sift"]))
        return AnnotatedFilm.from_json((folder / SIFTED).read_bytes())


def curated(artifacts: Artifacts, path: Path, config: CurateConfig, calls: Calls) -> Curated:
    (film,) = ingest(artifacts, [str(path)], licence="CC-BY-3.0", owner="me", config=config.source)
    seen = see_film(artifacts, film, config)
    return Curated(artifacts, seen, curate_film(artifacts, seen, config, calls))


@pytest.fixture(scope="module")
def server() -> Iterator[LanguageServer]:
    with language_server(recorded(RECORDING)) as running:
        yield running


@pytest.fixture(scope="module")
def bunny(shared_films: Path, server: LanguageServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Curated]:
    home = tmp_path_factory.mktemp("bunny")
    with artifacts_of(home) as artifacts:
        yield curated(artifacts, shared_films / FILM, ASKING, calls_to(server, home))


def test_big_buck_bunny_is_told_by_a_server_of_language(bunny: Curated) -> None:
    told = bunny.told
    decisions = [decision for decision in told.decisions if decision.gate == GATE]
    assert {(decision.outcome, decision.reason, decision.backend) for decision in decisions} == {("kept", "", "openai")}
    assert [decision.item_kind for decision in decisions] == ["film", "story", *["shot"] * 4]
    names = {character.character_id: character.name for character in told.annotation.characters}
    casts = [[names[who] for who in shot.character_ids] for shot in told.annotation.shots]
    assert casts == [[], [], ["The bird"], []]
    assert [shot.is_prologue_or_epilogue for shot in told.annotation.shots] == [False, False, False, True]
    assert {"clips", "references"} <= bunny.parts.steps.keys()


def test_the_segments_it_chose_replace_those_that_were_computed(bunny: Curated) -> None:
    first, _, third, last = bunny.told.annotation.shots
    assert (first.segment_start_seconds, first.segment_end_seconds) == (5.0, 9.0)
    assert (third.story_segment_start_seconds, third.story_segment_end_seconds) == (16.0, 20.0)
    computed = load_detection(bunny.artifacts, bunny.artifacts.load(bunny.seen.steps["detect"])).segments[3]
    assert computed is not None
    assert last.segment_start_seconds == computed.start_seconds


@pytest.mark.usefixtures("bunny")
def test_its_first_answer_broke_rules_and_it_was_told_which(server: LanguageServer) -> None:
    first, second = server.asked[:2]
    assert first.turns == ()
    assert "shot 3 has a segment at 00:20.000-00:24.000, which is outside it" in second.turns[-1]
    assert "shot 3 tells looks in its plot (violet)" in second.turns[-1]
    assert [media_type for media_type, _ in second.media] == ["image/jpeg"] * 60  # one every half second
    assert "2. 00:11.875 to 00:15.750" in first.texts[0]
    assert first.texts[1:4] == ("00:00.000", "00:00.500", "00:01.000")


def test_a_second_time_nobody_is_asked(bunny: Curated, server: LanguageServer, tmp_path: Path) -> None:
    before = len(server.asked)
    assert curate_film(bunny.artifacts, bunny.seen, ASKING, calls_to(server, tmp_path)) == bunny.parts
    assert len(server.asked) == before


def test_a_server_that_refuses_is_no_decision_on_the_film(bunny: Curated, tmp_path: Path) -> None:
    other = asking(OpenAIConfig(model="another"))
    with language_server(scripted("")) as server, pytest.raises(ProviderError, match="401"):
        server.faults.append("401")
        curate_film(bunny.artifacts, bunny.seen, other, calls_to(server, tmp_path))


def test_a_client_that_takes_films_sees_the_story_as_one(tmp_path: Path) -> None:
    config = asking(OpenAIConfig(model="vision", takes_footage=True, max_answers=1)).but(filters=OPEN.filters)
    path = write_small_film(tmp_path / "films", with_script=False)
    with artifacts_of(tmp_path) as artifacts, language_server(scripted("I see.")) as server:
        told = curated(artifacts, path, config, calls_to(server, tmp_path)).told
    ((media_type, content),) = server.asked[0].media
    (tmp_path / "seen.mp4").write_bytes(content)
    assert media_type == "video/mp4"
    assert probe(tmp_path / "seen.mp4").duration_seconds == pytest.approx(4.0)
    outcomes = {(decision.item_kind, decision.outcome) for decision in told.decisions if decision.gate == GATE}
    assert outcomes == {("film", "rejected"), ("story", "rejected")}
    assert "gave 1 answers to 'animeshooter_story v1'" in told.decisions[1].reason


def test_clips_begin_where_their_stories_do(tmp_path: Path) -> None:
    path = write_small_film(tmp_path, casts=(("Ruby",), ("Bluebell",)))
    stories = [
        Story(story_id=f"s{index}", film_id="f", index=index, start_seconds=start, end_seconds=end, num_shots=1)
        for index, (start, end) in enumerate([(0.0, 2.0), (2.0, 4.0)])
    ]
    config = StoryClipsConfig(max_side=64, fps=4)
    write_story_clips(path, tmp_path, stories, config)
    whole = list(frames(path))
    for story in stories:
        clip = clip_path(tmp_path, story)
        facts = probe(clip)
        assert (facts.width, facts.height, facts.num_frames, Fraction(facts.fps_exact)) == (64, 48, 8, 4)
        seen = [frame.rgb.mean() for frame in frames(clip)]
        assert seen == pytest.approx(
            [whole[int(story.start_seconds) * 8 + 2 * tick].rgb.mean() for tick in range(8)], abs=3
        )
        sound = read_audio(clip, 16_000)
        assert sound is not None
        assert sound.samples.shape[0] == 1


def record(film: Path) -> None:
    """Give the recorded answers to the present words."""
    texts = [answer.text for kept in read_recorded(RECORDING) for answer in kept.answers]
    with tempfile.TemporaryDirectory() as folder, artifacts_of(Path(folder)) as artifacts:
        with language_server(scripted(*texts)) as server:
            curated(artifacts, film, ASKING, calls_to(server, Path(folder)))
        export_replies(Path(folder) / "replies", RECORDING)


if __name__ == "__main__":
    record(Path(sys.argv[1]))
