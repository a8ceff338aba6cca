import os
import signal
import subprocess
import sys
from pathlib import Path

import mlflow
import pytest
from local_mlflow import WORKSPACE
from registered_models import GOOD, card_with, journal_url, lineage_of, logged, registered, source_of

from models.generators import StillGeneratorConfig
from pegbar.errors import ConflictError, HostileNameError, InputError, IntegrityError, NotFoundError
from tasks.registry.facade import Registry
from tasks.registry.records import parsed_address, registration_key
from tasks.registry.source import digest_of_model

PICKLES = {".pkl", ".pickle", ".pt", ".pth", ".bin", ".ckpt", ".joblib"}


def versions(registry: Registry, model: str) -> list[str]:
    return [str(found.version) for found in registry.client.search_model_versions(f"name = '{model}'")]


def test_a_version_says_where_it_comes_from(registry: Registry, tmp_path: Path) -> None:
    found = registered(registry, "says-where", 0, tmp_path)
    assert (found.model, found.version) == ("says-where", "1")
    assert found.data_revision == "c0ffee" and found.artifact_key == lineage_of(0).artifact_key
    assert found.model_digest == digest_of_model(source_of(0))
    card = registry.evaluation_card(found)
    assert card is not None and card.digest == found.evaluation_digest
    run = registry.client.get_run(found.mlflow_run_id)
    assert run.info.status == "FINISHED"
    (used,) = run.inputs.dataset_inputs
    tags = {tag.key: tag.value for tag in used.tags}
    assert tags["mlflow.data.context"] == "training" and tags["pegbar.dataset_digest"] == "d" * 64
    assert tags["pegbar.data_revision"] == "c0ffee" and used.dataset.name == WORKSPACE


def test_what_mlflow_keeps_has_a_signature_and_no_pickle(registry: Registry, tmp_path: Path) -> None:
    found = registered(registry, "no-pickle", 0, tmp_path)
    root = Path(mlflow.artifacts.download_artifacts(found.uri, dst_path=str(tmp_path / "fetched")))
    files = [path for path in root.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} & PICKLES == set()
    assert not any(path.read_bytes().startswith((b"\x80\x04", b"\x80\x05", b"PK")) for path in files)
    described = mlflow.models.Model.load(str(root))
    assert described.signature.inputs.input_names() == ["reference_png", "captions", "seed"]
    assert described.signature.outputs.inputs[0].shape == (-1, 9, 32, 32, 3)
    facts = {name: described.metadata[name] for name in ("frames_per_shot", "fps", "height", "width", "base_digest")}
    assert facts == {"frames_per_shot": 9, "fps": 8, "height": 32, "width": 32, "base_digest": "b" * 64}
    assert os.environ["MLFLOW_ALLOW_PICKLE_DESERIALIZATION"] == "false"
    mlflow.pyfunc.load_model(found.uri)


def test_registering_again_gives_the_same_version(registry: Registry, tmp_path: Path) -> None:
    first = registered(registry, "again", 0, tmp_path)
    assert registered(registry, "again", 0, tmp_path) == first
    other = registered(registry, "again", 1, tmp_path)
    assert versions(registry, "again") == ["2", "1"]
    assert [row.to_version for row in registry.history("again")] == ["1", "2"]
    key = registration_key(lineage_of(1).artifact_key, digest_of_model(source_of(1)))
    assert registry.version_by_key("again", key) == other
    assert registry.version_by_key("again", "0" * 64) is None


def test_another_evaluation_of_the_same_model_becomes_its_evidence(registry: Registry, tmp_path: Path) -> None:
    first = registered(registry, "evidence", 0, tmp_path)
    second = registered(registry, "evidence", 0, tmp_path, stories=[(0.5, 0.5, 0.5, 0.5)])
    assert second.version == first.version and second.evaluation_digest != first.evaluation_digest
    with pytest.raises(IntegrityError, match="the evaluation is of model"):
        registry.attach_evaluation(second, card_with(source_of(1), GOOD), "run")


CHILD = """
import sys
from pathlib import Path
from pegbar.journal import Journal
from tasks.registry.facade import Registry
from registered_models import registered
registry = Registry.open(Journal.open(sys.argv[1]))
registered(registry, sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
"""


@pytest.mark.parametrize(
    "place, number", [("register:mid_log", 5), ("register:after_log", 6), ("register:after_create", 7)]
)
def test_killed_anywhere_and_run_again_there_is_exactly_one_version(
    registry: Registry, mlflow_uri: str, tmp_path: Path, place: str, number: int
) -> None:
    model = place.replace(":", "-")
    command = [sys.executable, "-c", CHILD, journal_url(tmp_path), model, str(number), str(tmp_path)]
    root = Path(__file__).parents[3]
    environment = os.environ | {"PEGBAR_KILL_AT": place, "PYTHONPATH": f"{root}:{root / 'tests'}"}
    died = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert died.returncode == -signal.SIGKILL, died.stderr
    found = registered(registry, model, number, tmp_path)
    assert versions(registry, model) == ["1"]
    assert found.version == "1" and found.evaluation_digest and found.served_digest
    assert [row.action for row in registry.history(model)] == ["registered"]
    experiment = registry.client.get_experiment_by_name(WORKSPACE).experiment_id
    runs = registry.client.search_runs([experiment], f"tags.`pegbar.key` = '{found.key}'")
    finished = ["KILLED", "FINISHED"] if place == "register:mid_log" else ["FINISHED"]
    assert sorted((run.info.status for run in runs), reverse=True) == finished


def test_a_version_somebody_made_from_the_run_is_completed_not_doubled(registry: Registry, tmp_path: Path) -> None:
    first = registered(registry, "half-made", 0, tmp_path)
    for tag in registry.client.get_model_version("half-made", first.version).tags:
        registry.client.delete_model_version_tag("half-made", first.version, tag)
    with pytest.raises(NotFoundError, match="not registered by pegbar"):
        registry.version("half-made", "1")
    assert registered(registry, "half-made", 0, tmp_path) == first


def test_two_evaluations_of_one_key_are_one_finished_run(registry: Registry, tmp_path: Path) -> None:
    card = card_with(source_of(0), [(0.31, 0.32, 0.33, 0.34)])
    experiment = registry.client.get_experiment_by_name(WORKSPACE).experiment_id
    left = registry.client.create_run(experiment, tags={"pegbar.key": card.digest, "pegbar.step": "evaluate"})
    first = logged(registry, card, tmp_path / "a")
    assert logged(registry, card, tmp_path / "a") == first
    assert registry.client.get_run(left.info.run_id).info.status == "KILLED"
    run = registry.client.get_run(first)
    assert run.data.metrics["mean"] == pytest.approx(0.325) and run.data.metrics["shot_4"] == pytest.approx(0.34)
    assert {file.path.split("/")[-1] for file in registry.client.list_artifacts(first, "evaluation")} == {
        "card.json", "scores.parquet", "contact_sheet.png", "stories.json",
    }  # fmt: skip


class WithFolder(StillGeneratorConfig):
    model: Path


@pytest.mark.parametrize(
    "name, content",
    [("a.pt", b"x"), ("weights.safetensors", b"\x80\x04x"), ("model.bin", b""), ("a.json", b"PK\x03\x04")],
)
def test_a_folder_with_anything_like_a_pickle_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=name):
        digest_of_model(WithFolder(model=tmp_path))


def test_an_empty_folder_or_a_link_out_of_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no model in"):
        digest_of_model(WithFolder(model=tmp_path))
    (tmp_path / "passwd.txt").symlink_to("/etc/passwd")
    with pytest.raises(InputError, match="passwd.txt"):
        digest_of_model(WithFolder(model=tmp_path))


@pytest.mark.parametrize(
    "address", ["", "../up", "A B", "name@", "name/x", "name/1@champion", "n;rm", "name@a/b", "x" * 200]
)
def test_addresses_that_could_escape_are_refused(address: str) -> None:
    with pytest.raises(HostileNameError):
        parsed_address(address)


def test_addresses_a_person_types() -> None:
    assert parsed_address("ip-fox@champion") == ("ip-fox", None, "champion")
    assert parsed_address("models:/ip-fox/3") == ("ip-fox", "3", None)
    assert parsed_address("ip-fox") == ("ip-fox", None, None)


def test_what_is_not_there_is_said_to_be_missing(registry: Registry, tmp_path: Path) -> None:
    for address in ("nobody", "nobody/1", "nobody@champion"):
        with pytest.raises(NotFoundError):
            registry.resolve(address)
    assert registry.champion("nobody") is None and registry.aliases("nobody") == {}


def test_a_holder_that_lives_keeps_others_out(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.registry.versions.WAIT_SECONDS", 0.1)
    with registry.leased("held"), pytest.raises(ConflictError, match="registry:held"), registry.leased("held"):
        pass
