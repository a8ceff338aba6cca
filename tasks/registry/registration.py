"""Registering a model exactly once: log it, create the version, tag it; killed anywhere, the next call finishes."""

import os
import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import mlflow
from mlflow.exceptions import MlflowException

import pegbar
from pegbar.digests import digest_file, digest_of
from pegbar.faults import fault_point
from pegbar.journal import PromotionEntry
from tasks.evaluation.card import EvaluationCard
from tasks.registry.line import append
from tasks.registry.records import Lineage, RegisteredVersion, checked_model_name, registration_key
from tasks.registry.source import GeneratorSource, digest_of_model, parts_of, settings_of
from tasks.registry.tracking import (
    DATA_REVISION,
    EXISTS,
    RUN_ID,
    experiment_id,
    finished_run,
    log_dataset,
    mlflow_errors,
    new_run,
)
from tasks.registry.versions import TAG, Versions

SERVED = Path(__file__).with_name("served_story.py")
STEP = "register"


class Registration(Versions):
    """The registry's part that makes versions."""

    def register(
        self,
        model: str,
        source: GeneratorSource,
        lineage: Lineage,
        card: EvaluationCard,
        evaluation_run_id: str,
        served: Path = SERVED,
    ) -> RegisteredVersion:
        """Return the version of this artifact under these settings, registering it if it is not there yet.

        Args:
            card: its evaluation, logged by the MLflow run `evaluation_run_id`; attached as evidence.
            served: the code MLflow loads the model by.

        Raises:
            InputError: the model's folder holds anything but safetensors and text.
            IntegrityError: the card is about another model.
            ConflictError: somebody else registers the same model and does not finish.
        """
        checked_model_name(model)
        model_digest = digest_of_model(source)
        key = registration_key(lineage.artifact_key, model_digest)
        with self.leased(model):
            found = self.version_by_key(model, key) or self._created(model, source, lineage, card, served, key)
            if found.evaluation_digest != card.digest or found.evaluation_run_id != evaluation_run_id:
                found = self.attach_evaluation(found, card, evaluation_run_id)
            self._log_registration(found, lineage)
        return found

    def _created(
        self,
        model: str,
        source: GeneratorSource,
        lineage: Lineage,
        card: EvaluationCard,
        served: Path,
        key: str,
    ) -> RegisteredVersion:
        experiment = experiment_id(self.client, lineage.workspace)
        run_id = finished_run(self.client, experiment, STEP, key)
        if run_id is None or self._logged_model(run_id) is None:
            with new_run(self.client, experiment, STEP, key, _run_tags(lineage)) as run_id:
                log_dataset(
                    self.client,
                    run_id,
                    name=lineage.workspace,
                    digest=lineage.dataset_digest,
                    revision=lineage.data_revision,
                    uri=lineage.dataset_uri,
                    context="training",
                )
                _log_model(run_id, source, lineage, card, served)
        fault_point("register:after_log")
        tags = self._tags(run_id, key, card.model_digest, lineage)
        version = self._version_of_run(model, run_id, tags)
        fault_point("register:after_create")
        with mlflow_errors(f"{model}/{version}"):
            for name, value in tags.items():
                self.client.set_model_version_tag(model, version, name, value)
        return self.version(model, version)

    def _tags(self, run_id: str, key: str, model_digest: str, lineage: Lineage) -> dict[str, str]:
        described = {
            "key": key,
            "model_digest": model_digest,
            "served_digest": self._served_digest(run_id),
            **lineage.model_dump(exclude={"dataset_uri", "run_id", "workspace", "owner"}),
        }
        return {f"{TAG}{name}": value for name, value in described.items()}

    def _version_of_run(self, model: str, run_id: str, tags: Mapping[str, str]) -> str:
        """Return the version made from the run: the one a killed process left, or a new one."""
        logged = self._logged_model(run_id)
        with mlflow_errors(model):
            try:
                self.client.create_registered_model(model)
            except MlflowException as error:
                if error.error_code != EXISTS:
                    raise
            left = self.client.search_model_versions(f"name = '{model}' and run_id = '{run_id}'")
            first, *others = sorted(left, key=lambda one: int(one.version)) or [None]
            for other in others:
                self.client.delete_model_version(model, other.version)
            if first is None:
                first = self.client.create_model_version(
                    model, logged.model_uri, run_id, dict(tags), model_id=logged.model_id
                )
        return str(first.version)

    def _served_digest(self, run_id: str) -> str:
        logged = self._logged_model(run_id)
        with TemporaryDirectory() as folder, mlflow_errors(run_id):
            names = {"MLmodel", SERVED.name}
            for name in sorted(names):
                mlflow.artifacts.download_artifacts(f"{logged.artifact_location}/{name}", dst_path=folder)
            return served_digest(Path(folder))

    def _logged_model(self, run_id: str) -> Any:
        with mlflow_errors(run_id):
            experiment = self.client.get_run(run_id).info.experiment_id
            found = self.client.search_logged_models([experiment], filter_string=f"source_run_id = '{run_id}'")
        return found[0] if found else None

    def _log_registration(self, found: RegisteredVersion, lineage: Lineage) -> None:
        log = self.journal.promotion_log(found.model)
        if any(row.action == "registered" and row.to_version == found.version for row in log):
            return
        entry = PromotionEntry(
            model=found.model,
            action="registered",
            to_version=found.version,
            actor=lineage.owner,
            reason=f"run {lineage.run_id}",
            evidence_sha256=found.evaluation_digest,
        )
        append(self.journal, entry, log[-1].digest if log else None)


def served_digest(folder: Path) -> str:
    """Return the digest over what MLflow runs or obeys when it loads the model in `folder`."""
    return digest_of(
        {
            path.name: digest_file(path)
            for path in sorted(folder.iterdir())
            if path.name == "MLmodel" or path.suffix == ".py"
        }
    )


def _log_model(run_id: str, source: GeneratorSource, lineage: Lineage, card: EvaluationCard, served: Path) -> None:
    from tasks.registry.story_model import signature_of

    metadata = {
        **card.video.model_dump(),
        "base_digest": lineage.base_digest,
        "model_digest": card.model_digest,
        "dataset_digest": lineage.dataset_digest,
        "data_revision": lineage.data_revision,
    }
    with _staged(source, served) as (folders, code), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # asks for an input example; one would generate a story
        with mlflow.start_run(run_id=run_id, nested=True):
            fault_point("register:mid_log")
            mlflow.pyfunc.log_model(
                name="model",
                python_model=str(code),
                artifacts=folders,
                model_config={"generator": settings_of(source)},
                signature=signature_of(settings_of(source), card.video),
                metadata=metadata,
                pip_requirements=[f"pegbar=={pegbar.__version__}"],
            )


@contextmanager
def _staged(source: GeneratorSource, served: Path) -> Iterator[tuple[dict[str, str], Path]]:
    """Give the model's folders under their fields' names (MLflow keeps only the last part of a path)."""
    with TemporaryDirectory() as scratch:
        folders = {}
        for name, folder in parts_of(source).items():
            shutil.copytree(folder, Path(scratch) / name, copy_function=_linked)
            folders[name] = str(Path(scratch) / name)
        code = Path(scratch) / SERVED.name
        shutil.copyfile(served, code)
        yield folders, code


def _linked(origin: str, target: str) -> str:
    try:
        os.link(origin, target)
    except OSError:  # another filesystem, or one without hard links
        shutil.copy2(origin, target)
    return target


def _run_tags(lineage: Lineage) -> dict[str, str]:
    return {
        RUN_ID: lineage.run_id,
        DATA_REVISION: lineage.data_revision,
        "pegbar.artifact_key": lineage.artifact_key,
        "pegbar.recipe_digest": lineage.recipe_digest,
        "pegbar.code_commit": lineage.code_commit,
    }
