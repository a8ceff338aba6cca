"""The review page as a person uses it, in a real browser, from disk."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from review_dataset import BROKEN_SHOT, HOSTILE, write_reviewed_dataset

from models.verifiers.base import Criterion
from pegbar.dataset import Dataset
from pegbar.errors import InputError
from tasks.studio.review.agreement import agreement_of
from tasks.studio.review.page import ReviewConfig, write_review
from tasks.studio.review.questions import QUESTIONS
from tasks.studio.review.verdicts import read_verdicts

CHROMIUM = shutil.which("chromium")
in_browser = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("reviewed")
    return write_reviewed_dataset(folder / "data", folder / "clips")


@pytest.fixture(scope="module")
def written(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_review(dataset, ReviewConfig(), tmp_path_factory.mktemp("page"))[0]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any, written: Path) -> Iterator[Any]:
    """The page, opened by somebody new; a complaint of the browser or a request that is not a file fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    opened.on("request", lambda asked: complaints.extend([asked.url] * (not asked.url.startswith("file://"))))
    opened.goto(written.as_uri())
    yield opened
    assert complaints == []
    context.close()


def item(page: Any, kind: str) -> Any:
    return page.locator(f".item[data-kind={kind}]:not([hidden])")


def saved(page: Any, folder: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name="Save verdicts").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


@in_browser
def test_answers_by_mouse_and_by_keys_survive_a_reload_and_come_back_as_a_file(
    page: Any, dataset: Dataset, tmp_path: Path
) -> None:
    told, untold = (story.story_id for story in dataset.stories())
    page.locator("nav [data-goto]:has-text('story 1')").click()
    story = item(page, "story")
    story.locator("fieldset[data-question=storyline] .yes").click()
    story.locator("fieldset[data-question=captions] .no").click()
    story.locator("[data-shot]").nth(1).check()
    story.locator("textarea").fill(HOSTILE)
    page.locator("h1").click()
    for key in ("j", "1", "2", "0", "3"):  # the untold story: its first question yes; the second no, taken back, unsure
        page.keyboard.press(key)
    page.get_by_label("Your name").fill("Ann é")
    page.reload()
    assert story.locator("h2").inner_text() == "tiny.mp4, story 2"  # where the person was
    path = saved(page, tmp_path)
    assert path.name == "verdicts-ann-é.json"
    verdicts = read_verdicts(path, dataset)
    assert (verdicts.reviewer, verdicts.seed, len(verdicts.items)) == ("Ann é", 0, 2)
    given = {one.item_id: one for one in verdicts.items}
    assert given[told].answers == {"storyline": "yes", "captions": "no"}
    assert given[told].marked_shot_ids == (f"{told}-0001",)
    assert given[told].comment == HOSTILE
    assert given[untold].answers == {"shots": "yes", "overall": "unsure"}
    (objection,) = agreement_of([verdicts], dataset).objections
    assert (objection.item_id, objection.questions) == (told, {"captions": ("Ann é",)})


@in_browser
def test_every_item_is_answered_by_keys_alone(page: Any, dataset: Dataset, tmp_path: Path) -> None:
    for _ in range(5):
        for _ in range(6):
            page.keyboard.press("1")  # more than there are questions: the last is answered again
        page.keyboard.press("j")
    page.keyboard.press("c")
    page.keyboard.type("j1")  # words, not commands
    page.keyboard.press("Escape")
    assert page.locator("#count").inner_text() == "5 of 5 answered"
    page.get_by_role("button", name="Save verdicts").click()
    assert "your name" in page.get_by_role("status").inner_text()
    page.keyboard.type("Ben")  # the field has the focus
    verdicts = read_verdicts(saved(page, tmp_path), dataset)
    counts = sorted(len(one.answers) for one in verdicts.items)
    assert counts == [1, 2, 5, 6, 6]  # a character without a reference; an untold story; a told one; two references
    assert [one.comment for one in verdicts.items if one.comment] == ["j1"]


@in_browser
def test_hostile_words_stay_words_and_the_page_shows_them(page: Any) -> None:
    assert page.title().startswith("Review of dataset")
    page.locator("nav [data-goto]:has-text('story 1')").click()
    assert item(page, "story").locator(".told").inner_text() == HOSTILE
    assert item(page, "story").locator(".shot dd", has_text=HOSTILE).count() == 3
    assert page.locator("script").count() == 1
    assert page.locator("[onerror]").count() == 0


@in_browser
def test_a_clip_plays_and_what_does_not_decode_says_so(page: Any) -> None:
    page.locator("nav [data-goto]:has-text('story 1')").click()
    shots = item(page, "story").locator(".shot")
    shots.nth(0).get_by_role("button", name="Play shot 1").click()
    page.wait_for_function("document.querySelector('.item:not([hidden]) video').currentTime > 0")
    assert "cannot be shown" in shots.nth(BROKEN_SHOT).inner_text()
    pictures = page.evaluate(
        "Promise.all([...document.images].map(i => (i.loading = 'eager', i.decode().then(() => i.naturalWidth))))"
    )
    assert len(pictures) > 10 and min(pictures) >= 32


@in_browser
def test_the_page_fits_a_phone_and_every_field_has_a_name(page: Any) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    for _ in range(5):
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        page.keyboard.press("j")
    unnamed = page.evaluate(
        "[...document.querySelectorAll('input, textarea')].filter(i => !i.labels.length && !i.ariaLabel).length"
    )
    assert unnamed == 0


def test_the_folder_is_whole_by_itself_and_the_same_every_time(dataset: Dataset, written: Path, tmp_path: Path) -> None:
    again, sample = write_review(dataset, ReviewConfig(), tmp_path)
    files = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {
        path.relative_to(written.parent): path.read_bytes() for path in written.parent.rglob("*") if path.is_file()
    }
    assert json.loads(files[Path("sample.json")])["dataset_digest"] == dataset.digest
    page = again.read_text()
    assert all(f"assets/{path.name}" in page for path in files if path.parent == Path("assets"))
    assert "http" not in page and str(tmp_path) not in page
    assert [one.stratum for one in sample.items] == [
        "story kept", "not annotated", "reference kept", "no reference", "reference rejected",
    ]  # fmt: skip


def test_each_reference_is_shown_with_the_verdict_on_the_frame_it_was_cut_from(written: Path) -> None:
    sections = written.read_text().split('<section class="item"')[1:]
    kept, absent, refused = ("c0-r0", "c1", "c0-r1")
    for end, says in ((kept, "c0 seen"), (absent, "c1 seen"), (refused, "verify")):
        (section,) = [one for one in sections if f'{end}" data-kind' in one]
        assert says in section.split("What the gates said")[1]


def test_nothing_to_show_is_an_error(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no story and no reference"):
        write_review(dataset, ReviewConfig(num_stories=0, num_references=0), tmp_path)


def test_a_reference_is_asked_the_five_criteria_of_the_verifier() -> None:
    keys = [question.key for question in QUESTIONS["reference"]]
    assert keys == [*get_args(Criterion), "overall"]
