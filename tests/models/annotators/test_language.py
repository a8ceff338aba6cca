"""A model that looks: what it is shown and told, and what becomes of nonsense."""

import json
from pathlib import Path

import pytest
from annotation_requests import calls_to, request
from servers.language_server import Asked, LanguageServer

from models.annotators import Annotation, LanguageAnnotatorConfig
from models.annotators.language import PROMPTS
from models.annotators.language_answer import ToldStory
from models.clients import OpenAIConfig
from models.prompts import Prompt
from pegbar.digests import digest_of
from pegbar.errors import ProviderError

CUTS, STORY_STARTS = (0.0, 2.0, 7.0, 9.0, 12.0), (0.0, 7.0)
CONFIG = LanguageAnnotatorConfig(client=OpenAIConfig(model="gpt-4o"))
# Kept answers and recordings belong to the words: other words are a new file with the next version.
PROMPT_DIGESTS = {"animeshooter_story.v1": "42cd19e6309a694b28c5884414ef570ea134dd0358d2782f2af1b7af302b7f0d"}


def annotate(server: LanguageServer, folder: Path, config: LanguageAnnotatorConfig = CONFIG) -> Annotation:
    return config.build(calls_to(server, folder)).annotate(request(None, folder, CUTS, STORY_STARTS))


def test_a_prompt_does_not_change_under_its_version() -> None:
    digests = {
        path.stem: digest_of([Prompt.load(path).digest, ToldStory.model_json_schema()]) for path in PROMPTS.glob("*.md")
    }
    assert digests == PROMPT_DIGESTS


def test_a_story_is_asked_about_in_its_own_time(server: LanguageServer, tmp_path: Path) -> None:
    done = annotate(server, tmp_path)
    words, *times = server.asked[1].texts
    assert "The story lasts 00:05.000." in words
    assert "1. 00:00.000 to 00:02.000\n2. 00:02.000 to 00:05.000" in words
    assert times == [f"00:0{half // 2}.{'50'[half % 2 == 0]}00" for half in range(10)]
    assert [shot.caption for shot in done.shots] == [f"A red fox walks, shot {number}." for number in (1, 2, 1, 2)]


def test_pictures_are_spread_evenly_up_to_their_number(server: LanguageServer, tmp_path: Path) -> None:
    annotate(server, tmp_path, CONFIG.but(max_pictures=4))
    assert server.asked[0].texts[1:] == ("00:00.500", "00:02.500", "00:04.000", "00:06.000")
    assert len(server.asked[0].media) == 4


def test_what_is_wrong_is_told_and_mended(server: LanguageServer, tmp_path: Path) -> None:
    good = server.answers

    def first_wrong(asked: Asked) -> str:
        told = json.loads(good(asked))
        if not asked.turns:
            told["shots"][1] |= {"main characters": ["Wolf"]}
        elif len(asked.turns) == 2:
            told["shots"][1] |= {"start time": "00:02.300", "plot": "The red fox in a scarf walks home."}
        return json.dumps(told)

    server.answers = first_wrong
    done = annotate(server, tmp_path)
    assert [note.reason for note in done.story_notes] == ["", ""]
    assert "shot 2 names the character 'Wolf', which is not among the main characters" in server.asked[2].turns[1]
    assert "shot 2 starts 0.300 s after shot 1 ends" in server.asked[2].turns[3]
    assert "shot 2 tells looks in its plot (red)" in server.asked[2].turns[3]


def test_nonsense_three_times_costs_one_story_and_no_other(server: LanguageServer, tmp_path: Path) -> None:
    good = server.answers
    server.answers = lambda asked: "Cannot say." if "lasts 00:07.000" in asked.texts[0] else good(asked)
    done = annotate(server, tmp_path)
    assert [story.is_annotated for story in done.stories] == [False, True]
    assert "gave 3 answers" in done.story_notes[0].reason
    assert "no JSON object" in done.story_notes[0].reason
    assert len(server.asked) == 4


def test_a_server_that_refuses_is_an_error_and_no_reason(server: LanguageServer, tmp_path: Path) -> None:
    server.faults.append("401")
    with pytest.raises(ProviderError):
        annotate(server, tmp_path)
