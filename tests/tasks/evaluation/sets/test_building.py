"""Who is taken and who is not, which clips, and a folder in the paper's form that is the same every time."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from evaluation_dataset import BEAR, CAT, FOX, NOBODY, write_evaluation_dataset

from models.clients import Calls
from pegbar.calls import CallBudget, CallSettings, MemoryMeter
from pegbar.dataset import Dataset
from pegbar.digests import digest_bytes
from pegbar.errors import InputError
from tasks.evaluation.sets.building import EvaluationSet, EvaluationSetConfig, build_evaluation_set
from tasks.evaluation.sets.clips import ClipChoice
from tasks.evaluation.sets.folder import write_evaluation_set

CONFIG = EvaluationSetConfig(num_ips=3, num_stories=2)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return write_evaluation_dataset(tmp_path_factory.mktemp("data"))


@pytest.fixture
def calls(tmp_path: Path) -> Calls:
    return Calls(CallSettings(), tmp_path / "replies", MemoryMeter(CallBudget()))


def test_who_is_left_out_and_why(dataset: Dataset, calls: Calls) -> None:
    found = build_evaluation_set(dataset, CONFIG, calls)
    assert found.film_ids == {FOX, BEAR}
    reasons = {decision.item_id: decision.reason for decision in found.decisions}
    assert reasons == {
        f"{FOX}-000-c0": "",
        f"{FOX}-000-c1": "no reference picture shows it",
        f"{BEAR}-000-c0": "",
        f"{CAT}-000-c0": "4 short clips show it alone, 5 are needed",
        NOBODY: "no story of it has a script and a reference",
    }
    one = build_evaluation_set(dataset, CONFIG.but(num_ips=1), calls)
    left = {FOX: f"{BEAR}-000-c0", BEAR: f"{FOX}-000-c0"}[one.ips[0].film_id]
    assert {decision.item_id: decision.reason for decision in one.decisions}[left] == "1 others were drawn"


def test_clips_show_the_character_alone_and_differ_most(dataset: Dataset, calls: Calls) -> None:
    choice = ClipChoice(min_clips=4, max_clips=4)
    found = build_evaluation_set(dataset, CONFIG.but(clips=choice), calls)
    fox = next(ip for ip in found.ips if ip.film_id == FOX)
    # of each scene the first; then "waves", which shares no word with any, before "walks along"; never the shot with
    # the owl, the one of 30 s or the one of half a second
    assert [clip.shot_id[-3:] for clip in fox.clips] == ["000", "002", "005", "007"]
    assert [clip.scene for clip in fox.clips] == ["The beach", "The forest", *["The bedroom (Indoor)"] * 2]


def test_the_folder_has_the_papers_form_and_names_what_may_be_learnt_from(
    dataset: Dataset, calls: Calls, tmp_path: Path
) -> None:
    found = build_evaluation_set(dataset, CONFIG, calls)
    folder = tmp_path / "set"
    record = write_evaluation_set(found, dataset, folder)
    assert EvaluationSet.from_json(record.read_bytes()) == found
    for ip in found.ips:
        told = json.loads((folder / ip.ip_id / "prompts.json").read_text())
        assert list(told) == ["prompts"]
        assert [len(story) for story in told["prompts"]] == [4, 4]
        assert told["prompts"] == [list(prompt.scenes) for prompt in ip.prompts]
        for clip in ip.clips:
            assert digest_bytes((folder / ip.ip_id / clip.file).read_bytes()) == clip.sha256
        assert digest_bytes((folder / ip.ip_id / "reference.png").read_bytes()) == ip.reference_sha256
        mask = cv2.imread(str(folder / ip.ip_id / "reference.mask.png"), cv2.IMREAD_GRAYSCALE)
        assert mask is not None
        assert (mask.shape, int((mask == 255).sum())) == ((32, 32), 16 * 16)
        assert np.all(mask[8:24, 8:24] == 255)  # where the picture's square is
    assert len(found.finetuning_shot_ids) == 6 + 5


def test_the_same_set_is_the_same_bytes_and_replaces_an_older_one_whole(
    dataset: Dataset, calls: Calls, tmp_path: Path
) -> None:
    folder = tmp_path / "set"
    write_evaluation_set(build_evaluation_set(dataset, CONFIG.but(seed=5), calls), dataset, folder)
    first = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    write_evaluation_set(build_evaluation_set(dataset, CONFIG.but(num_ips=1), calls), dataset, folder)
    assert [path.name for path in folder.iterdir() if path.is_dir()] == ["ip-000"]
    write_evaluation_set(build_evaluation_set(dataset, CONFIG.but(seed=5), calls), dataset, folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == first


def test_a_folder_of_something_else_is_left_alone(dataset: Dataset, calls: Calls, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="holds no evaluation set"):
        write_evaluation_set(build_evaluation_set(dataset, CONFIG, calls), dataset, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_nobody_at_all_is_an_error_with_the_reasons(dataset: Dataset, calls: Calls) -> None:
    config = CONFIG.but(clips=ClipChoice(min_clips=9, max_clips=9))
    with pytest.raises(InputError, match="5 short clips show it alone, 9 are needed"):
        build_evaluation_set(dataset, config, calls)
