from pathlib import Path
from urllib.parse import urlparse

import av
import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException
from picture_dataset import picture, png
from PIL import Image
from registered_models import GOOD, card_with, lineage_of, logged, registered

from models.animeshooter.model import AnimeShooter
from models.animeshooter.storage import save_model
from models.generators import AnimeShooterGeneratorConfig
from pegbar.errors import IntegrityError, NotFoundError, ServiceError
from tasks.registry.facade import Registry
from tasks.registry.loading import fetch_version, load_version
from tasks.registry.records import RegisteredVersion
from tasks.registry.source import digest_of_model
from tasks.studio.generate import GenerateConfig, GeneratedStory, generate_story
from tasks.studio.story import StoryRequest

CAPTIONS = ("The fox wakes.", "The fox runs.", "The fox eats.", "The fox sleeps.")
REQUEST = StoryRequest(captions=CAPTIONS, reference_png=png(picture(0)), origin="story.json")


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def num_frames(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def test_the_champion_makes_a_film_clips_a_sheet_and_says_where_it_came_from(
    registry: Registry, tmp_path: Path
) -> None:
    found = registered(registry, "studio", 0, tmp_path)
    registry.client.set_registered_model_alias("studio", "champion", found.version)
    story = generate_story(registry, "studio@champion", REQUEST, GenerateConfig(seed=3), tmp_path / "out")
    assert (story.model, story.version, story.seed) == ("studio", "1", 3)
    assert (story.data_revision, story.model_digest) == ("c0ffee", found.model_digest)
    assert GeneratedStory.from_json((tmp_path / "out/story.json").read_bytes()) == story
    assert num_frames(tmp_path / "out/story.mp4") == story.num_frames == 4 * 9
    assert [num_frames(tmp_path / f"out/shots/shot_0{index}.mp4") for index in range(1, 5)] == [9] * 4
    Image.open(tmp_path / "out/contact_sheet.png").verify()
    again = generate_story(registry, "models:/studio/1", REQUEST, GenerateConfig(seed=3), tmp_path / "again")
    assert again == story and files(tmp_path / "again") == files(tmp_path / "out")


@pytest.fixture
def trained(registry: Registry, base_folder: Path, model: AnimeShooter, tmp_path: Path) -> RegisteredVersion:
    """A real AnimeShooterGen at a tiny size, registered with its base."""
    save_model(model, tmp_path / "model", stage="multi-shot", data_digest="d" * 64)
    source = AnimeShooterGeneratorConfig(
        model=tmp_path / "model", base=base_folder, num_inference_steps=2, guidance_scale=2.0
    )
    card = card_with(source, GOOD)
    return registry.register("real", source, lineage_of(40), card, logged(registry, card, tmp_path / "evaluation"))


def test_real_classes_come_back_from_the_registry_byte_for_byte(
    registry: Registry, trained: RegisteredVersion, tmp_path: Path
) -> None:
    root, source = fetch_version(trained, tmp_path / "fetched")
    assert digest_of_model(source) == trained.model_digest
    kinds = {path.suffix for path in (root / "artifacts").rglob("*") if path.is_file()}
    assert ".safetensors" in kinds and kinds <= {".safetensors", ".json", ".txt", ".jinja", ".model"}
    loaded = mlflow.pyfunc.load_model(trained.uri)
    parameters = {parameter.name: parameter.default for parameter in loaded.metadata.signature.params.params}
    assert parameters.items() >= {"num_inference_steps": 2, "guidance_scale": 2.0}.items()
    row = pd.DataFrame([{"reference_png": REQUEST.reference_png, "captions": list(CAPTIONS[:2]), "seed": 1}])
    first, again = loaded.predict(row), loaded.predict(row)
    assert first.shape == (2, 9, 32, 32, 3) and first.dtype == np.uint8
    assert np.array_equal(first, again)
    assert not np.array_equal(first, loaded.predict(row.assign(seed=2)))
    assert not np.array_equal(first, loaded.predict(row, params={"num_inference_steps": 3}))


def test_what_the_signature_does_not_say_is_refused(registry: Registry, tmp_path: Path) -> None:
    loaded = load_version(registered(registry, "strict", 0, tmp_path), tmp_path / "fetched")
    row = {"reference_png": REQUEST.reference_png, "captions": ["a"], "seed": 0}
    with pytest.raises(MlflowException, match="missing inputs"):
        loaded.pyfunc.predict(pd.DataFrame([{"captions": ["a"], "seed": 0}]))
    with pytest.raises(ServiceError, match="schema"):
        loaded.predict(row | {"seed": "seven"}, {})


@pytest.mark.parametrize(
    "file, message",
    [("served_story.py", "the code or description"), ("MLmodel", "the code or description"), ("weights", "weights")],
)
def test_a_model_changed_in_the_artifact_store_is_never_run(
    registry: Registry, trained: RegisteredVersion, tmp_path: Path, file: str, message: str
) -> None:
    stored = registry.client.search_logged_models(
        [registry.client.get_run(trained.mlflow_run_id).info.experiment_id],
        filter_string=f"source_run_id = '{trained.mlflow_run_id}'",
    )[0]
    root = Path(urlparse(stored.artifact_location).path)
    path = next(root.rglob("conditioner/*.safetensors")) if file == "weights" else root / file
    before = path.read_bytes()
    path.write_bytes(before[:-1] + bytes([before[-1] ^ 1]) if file == "weights" else before + b"\n# changed\n")
    try:
        with pytest.raises(IntegrityError, match=message):
            generate_story(registry, trained.uri, REQUEST, GenerateConfig(), tmp_path / "out")
        assert not (tmp_path / "out").exists()
    finally:
        path.write_bytes(before)


def test_a_model_without_a_champion_is_named(registry: Registry, tmp_path: Path) -> None:
    registered(registry, "uncrowned", 0, tmp_path)
    with pytest.raises(NotFoundError, match="uncrowned@champion"):
        generate_story(registry, "uncrowned@champion", REQUEST, GenerateConfig(), tmp_path / "out")
