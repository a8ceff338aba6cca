"""Releases in the AnimeShooter form, drawn from a seed: both spellings, both conventions, several precisions."""

import json
import random
from pathlib import Path
from typing import Any, Literal

from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.plan import FilmPlan, ShotPlan
from pegbar.toonbox.story import plan_film
from pegbar.toonbox.truth import script_of

Json = dict[str, Any]
Spelling = Literal["spaces", "underscores"]
Convention = Literal["segment", "film"]
FPS = (12, 16, 24, 25, 23.976, 29.97, 30)
UNICODE = ("Ёжик", "灰太狼", "Zoë 🦊", "e\u0301clair", "ليلى", 'O\'Brien "Bo"')
GAP_SECONDS = 7.3  # a film's stories do not begin together with their segments' neighbours


def clock(seconds: float, digits: int) -> str:
    """A time as MM:SS with `digits` of fraction, by the decimal text of a rounded number."""
    text = f"{seconds % 60:0{2 if digits == 0 else 3 + digits}.{digits}f}"
    minutes = int(seconds // 60)
    return f"{minutes + 1:02d}:{text.replace('60', '00', 1)}" if text.startswith("60") else f"{minutes:02d}:{text}"


def spelled(value: Any, spelling: Spelling) -> Any:
    """The same JSON with the other spelling of every key that is not a name's."""
    if isinstance(value, list):
        return [spelled(item, spelling) for item in value]
    if not isinstance(value, dict):
        return value
    again = {}
    for key, item in value.items():
        name = key.replace(" ", "_") if spelling == "underscores" and key not in UNICODE else key
        again[name] = item if key == "reference images" else spelled(item, spelling)
    return again


class Corpus:
    """One seed's films; `film(number)` is one video's annotation as a release tells it."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def film(
        self, number: int, spelling: Spelling, convention: Convention, digits: int, *, audio: bool = False
    ) -> Json:
        """Tell a toonbox plan in two or three segments that begin where the film does not."""
        chance = self._random
        plan, fps = plan_film(number, ToonboxConfig()), chance.choice(FPS)
        script = script_of(plan)
        parts = chance.choice((2, 3))
        size = -(-len(plan.shots) // parts)
        segments, start = [], float(chance.choice((0, 0, 11)))
        for first in range(0, len(plan.shots), size):
            shots = plan.shots[first : first + size]
            told = script["shots"][first : first + size]
            length = plan.seconds_at(shots[-1].end_frame) - plan.seconds_at(shots[0].start_frame)
            start_frame = round(start * fps)
            segments.append(
                self._segment(script, plan, shots, told, start_frame, start_frame / fps, fps, convention, digits, audio)
            )
            start += length + GAP_SECONDS
        video_id = f"vid_{number:03d}" if number % 7 else f"vidéo {number} 🎬"
        film: Json = {"video ID": video_id, "url": f"https://example.org/{number}", "fps": fps, "segments": segments}
        if chance.random() < 0.3:
            film["uploader"] = {"name": chance.choice(UNICODE), "since": 2009, "rating": 4.0}
        return dict(spelled(film, spelling))

    def _segment(
        self, script: Json, plan: FilmPlan, shots: tuple[ShotPlan, ...], told: list[Json], start_frame: int,
        start: float, fps: float, convention: Convention, digits: int, audio: bool,
    ) -> Json:  # fmt: skip
        chance = self._random
        zero = plan.seconds_at(shots[0].start_frame)
        base = -zero if convention == "segment" else start - zero
        names = {item["ID"]: item["ID"] for item in script["main characters"]}
        if chance.random() < 0.4:
            names[next(iter(names))] = chance.choice(UNICODE)
        segment: Json = {
            "start frame index": start_frame,
            "end frame index": start_frame + round((plan.seconds_at(shots[-1].end_frame) - zero) * fps),
            "reference images": chance.choice(
                ({name: [f"refs/{name}.png"] for name in names.values()}, [f"refs/{start_frame}.png"], {}, None)
            ),
            "story script": {
                "storyline": script["storyline"],
                "main characters": [item | {"ID": names[item["ID"]]} for item in script["main characters"]],
                "main scenes": script["main scenes"],
                "shots": [
                    self._shot(entry, plan.seconds_at(shot.start_frame) + base, plan.seconds_at(shot.end_frame) + base,
                               names, digits, audio)
                    for shot, entry in zip(shots, told, strict=True)
                ],
            },
        }  # fmt: skip
        if chance.random() < 0.2:
            segment["story script"]["mood board"] = [1, 2.5, None, {"deep key": "ä"}]
        return segment

    def _shot(self, entry: Json, start: float, end: float, names: dict[str, str], digits: int, audio: bool) -> Json:
        chance = self._random
        shot: Json = {"start time": clock(start, digits), "end time": clock(end, digits)}
        if end - start > 4:
            shot["extra 4-second segment"] = f"{clock(start, digits)}-{clock(start + 4, digits)}"
        if entry["is_prologue_or_epilogue"] or chance.random() < 0.2:
            shot["is_prologue_or_epilogue"] = entry["is_prologue_or_epilogue"]
        shot["main characters"] = [names[name] for name in entry["main characters"]]
        shot["scene"] = entry["scene"]
        captions = {"narrative caption": entry["plot"], "descriptive caption": entry["caption"]}
        if audio:
            shot["visual annotation"] = {"plot": entry["plot"], "caption": entry["caption"]}
            shot["audio annotation"] = {
                "type": "boing", "sound description": f"high, {chance.random():.3f}", "visual context": "a jump",
            }  # fmt: skip
        else:
            shot["visual annotation"] = captions
        if chance.random() < 0.2:
            shot["camera"] = entry["camera"]
        return shot


def generated_films(seed: int, count: int) -> list[Json]:
    """Films over every mix of spelling, convention and precision; every fifth has audio annotations."""
    corpus = Corpus(seed)
    mixes: list[tuple[Spelling, Convention, int]] = [
        (spelling, convention, digits)
        for spelling in ("spaces", "underscores")
        for convention in ("segment", "film")
        for digits in (3, 0, 6)
    ]
    return [corpus.film(number, *mixes[number % len(mixes)], audio=number % 5 == 4) for number in range(count)]


def write_films(folder: Path, films: list[Json]) -> None:
    """Write a release's folder: a JSON per film in two folders, and the ids."""
    for number, film in enumerate(films):
        path = folder / ("scripts" if number % 2 else "more") / f"{number:03d}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(film, ensure_ascii=number % 3 == 0))
    ids = [str(film.get("video ID", film.get("video_ID"))) for film in films]
    (folder / "video_ids.txt").write_text("\n".join(ids) + "\n")
