"""A film of five seconds and two shots as annotators are asked about it, its script, and calls that cost nothing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from servers.language_server import LanguageServer

from models.annotators import AnnotationRequest, SeenPicture
from models.clients import Calls
from pegbar.calls import CallBudget, CallSettings, MemoryMeter, Provider
from pegbar.records import Shot, Story

Form = dict[str, Any]


class DrawnMedia:
    """Pictures of one colour each half second; no clip."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self._pictures = []
        for number in range(int(2 * seconds)):
            path = folder / f"{number}.jpg"
            cv2.imwrite(str(path), np.full((28, 28, 3), 20 * number % 256, np.uint8))
            self._pictures.append(SeenPicture(number / 2, path))

    def pictures(self, story: Story) -> tuple[SeenPicture, ...]:
        return tuple(one for one in self._pictures if story.start_seconds <= one.seconds < story.end_seconds)

    def clip(self, story: Story) -> Path:
        raise AssertionError("no client of these tests takes footage")


def calls_in(folder: Path) -> Calls:
    """Give calls that lead nowhere."""
    return Calls(CallSettings(), folder / "replies", MemoryMeter(CallBudget()))


def calls_to(server: LanguageServer, folder: Path) -> Calls:
    """Give calls whose providers are both a local server."""
    settings = CallSettings(openai=Provider(base_url=server.openai_url), gemini=Provider(base_url=server.url))
    return Calls(settings, folder / "replies", MemoryMeter(CallBudget()))


def form() -> Form:
    shot = {"main characters": ["Fox"], "scene": "Wood", "plot": "Fox walks home.", "caption": "A red fox walks."}
    return {
        "storyline": "A fox walks home.",
        "main characters": [{"ID": "Fox", "appearance": "red"}, {"ID": "Owl", "appearance": "grey"}],
        "main scenes": [{"ID": "Wood", "environment": "green"}],
        "shots": [
            {"start time": "00:00.000", "end time": "00:02.500", **shot, "camera": "close"},
            {"start time": "00:02.500", "end time": "00:05.000", **shot},
        ],
    }


def plan() -> Form:
    """The same film as MovieAgent's agents would plan it."""
    shots = {
        f"Shot {number}": {
            "Involving Characters": {"Fox": [0.1, 0.1, 0.5, 1.0]},
            "Plot/Visual Description": f"A red fox walks {where} under tall trees.",
            "Coarse Plot": f"Fox walks {where}.",
            "Shot Type": "Wide shot",
            "Subtitles": {},
        }
        for number, where in ((1, "home"), (2, "on"))
    }
    scene = {"Scene Description": "A wood.", "Visual Style": "Soft greens.", "Shot Annotation": {"Shot": shots}}
    part = {"Plot": "A fox walks home.", "Scene Annotation": {"Scene": {"Scene 1": scene}}}
    return {"MovieScript": "A fox walks home.", "Character": ["Fox", "Owl"], "Sub-Script": {"Sub-Script 1": part}}


def request(
    script: Path | None, folder: Path, cuts: Sequence[float] = (0.0, 2.5, 5.0), story_starts: Sequence[float] = (0.0,)
) -> AnnotationRequest:
    """Ask for the shots between `cuts`, in stories that start at some of them; long shots have a segment."""
    ends = [*story_starts[1:], cuts[-1]]
    stories, shots = [], []
    for index, (begin, finish) in enumerate(zip(story_starts, ends, strict=True)):
        own = [(start, end) for start, end in zip(cuts, cuts[1:], strict=False) if begin <= start < finish]
        name = f"f-s{index}"
        stories.append(
            Story(story_id=name, film_id="f", index=index, start_seconds=begin, end_seconds=finish, num_shots=len(own))
        )
        shots += [_shot(name, number, start, end, begin) for number, (start, end) in enumerate(own)]
    return AnnotationRequest(
        "film.mp4", cuts[-1], 8.0, tuple(stories), tuple(shots), script, DrawnMedia(folder, cuts[-1])
    )


def _shot(story: str, index: int, start: float, end: float, begin: float) -> Shot:
    shot = Shot(
        shot_id=f"{story}-{index}", story_id=story, film_id="f", index=index, start_frame=int(start * 8),
        end_frame=int(end * 8), start_seconds=start, end_seconds=end, story_start_seconds=start - begin,
        story_end_seconds=end - begin, transition_in="cut",
    )  # fmt: skip
    if end - start <= 4:
        return shot
    segment = {"segment_start_seconds": start, "segment_end_seconds": start + 4}
    told = {"story_segment_start_seconds": start - begin, "story_segment_end_seconds": start + 4 - begin}
    return shot.model_copy(update=segment | told)
