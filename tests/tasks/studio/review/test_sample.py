from collections import Counter

from tasks.studio.review.sample import ReviewItem, spread


def items(film: str, stratum: str, number: int, is_kept: bool = True) -> list[ReviewItem]:
    return [
        ReviewItem(item_kind="story", item_id=f"{film}-{stratum}-{n}", film_id=film, stratum=stratum, is_kept=is_kept)
        for n in range(number)
    ]


ALL = items("a", "kept", 50) + items("b", "kept", 50) + items("c", "kept", 1) + items("a", "rejected", 3, is_kept=False)


def test_every_stratum_and_every_film_gets_its_turn() -> None:
    drawn = spread(ALL, 12, seed=0)
    assert Counter(item.stratum for item in drawn) == {"kept": 9, "rejected": 3}  # six each, but there are only three
    assert Counter(item.film_id for item in drawn if item.stratum == "kept") == {"a": 4, "b": 4, "c": 1}
    assert [item.stratum for item in drawn[:4]] == ["kept", "rejected", "kept", "rejected"]


def test_a_draw_depends_on_its_seed_alone_and_a_larger_one_begins_with_a_smaller() -> None:
    small, large = (spread(ALL[::-1], number, seed=7) for number in (5, 30))
    assert small == large[:5] == spread(ALL, 5, seed=7)
    assert small != spread(ALL, 5, seed=8)
    assert len(spread(ALL, 1000, seed=7)) == len(ALL)
