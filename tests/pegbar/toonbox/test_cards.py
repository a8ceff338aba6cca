"""Title and end cards: words that can be read, clear of the bars at the sides, and nobody on the map."""

import json
from pathlib import Path

import numpy as np
from scripts import scripts_in

from pegbar.toonbox.cards import draw_card
from pegbar.toonbox.config import ToonboxConfig
from pegbar.toonbox.frames import Screen
from pegbar.toonbox.plan import Card
from pegbar.toonbox.story import plan_film
from pegbar.toonbox.truth import script_of, text_of

CONFIG = ToonboxConfig(width=192, height=144, min_seconds=20, max_seconds=20, title_card=True, end_card=True)


def test_words_stand_out_and_keep_clear_of_the_sides() -> None:
    for style in range(24):
        few, many = (
            draw_card(Card("title", lines, str(style)), 192, 144).astype(int)
            for lines in (("What a Day", "in the sunny desert of sand"), ("Wh", "it"))
        )
        words = np.abs(few - many).max(axis=2)
        assert words.max() > 60
        columns = np.flatnonzero(words.max(axis=0))
        assert columns[0] >= 0.14 * 192 and columns[-1] < 0.86 * 192


def test_a_film_can_be_told_to_have_cards_or_none() -> None:
    told = [shot.card.kind for shot in plan_film(3, CONFIG).shots if shot.card]
    assert told == ["title", "end"]
    bare = CONFIG.but(title_card=False, end_card=False)
    assert not any(shot.card for seed in range(20) for shot in plan_film(seed, bare).shots)


def test_nobody_is_on_the_map_of_a_card_or_of_a_blank_frame() -> None:
    plan = plan_film(3, CONFIG)
    screen = Screen(plan, CONFIG)
    assert not screen.show(0, plan.shots[0].num_frames // 2)[1].any()
    for seed in range(40):
        plan = plan_film(seed, CONFIG)
        for index, shot in enumerate(plan.shots):
            if shot.transition_in.kind == "fade" and shot.roles:
                picture, labels = Screen(plan, CONFIG).show(index, shot.start_frame)
                assert (picture == shot.transition_in.colour).all() and not labels.any()
                return
    raise AssertionError("no fade in forty films")


def test_the_script_annotator_reads_cards_as_prologue_and_epilogue(tmp_path: Path) -> None:
    plan = plan_film(3, CONFIG)
    (tmp_path / "film.script.json").write_text(json.dumps(script_of(plan)))
    (script,) = scripts_in(tmp_path / "film.script.json", 12.0)
    assert [shot.is_prologue_or_epilogue for shot in script.shots] == [True, *[False] * (len(plan.shots) - 2), True]
    assert script.shots[0].scene_name is None and script.shots[0].caption is None
    cards = text_of(plan, CONFIG)["cards"]
    assert [(card["kind"], card["start_frame"]) for card in cards] == [
        ("title", 0),
        ("end", plan.shots[-1].start_frame),
    ]
    assert all(len(card["lines"]) >= 2 for card in cards)
