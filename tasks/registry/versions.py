"""Versions, tags and aliases of registered models: the registry's view of MLflow."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import mlflow
from mlflow.exceptions import MlflowException

from pegbar.digests import digest_bytes
from pegbar.errors import IntegrityError, NotFoundError
from pegbar.journal import Journal
from tasks.evaluation.card import EvaluationCard
from tasks.registry.records import CHAMPION, RegisteredVersion, checked_model_name, parsed_address
from tasks.registry.tracking import MISSING, mlflow_errors

TAG = "pegbar."
TAGGED = tuple(name for name in RegisteredVersion.model_fields if name not in ("model", "version", "mlflow_run_id"))
EVALUATION_FOLDER = "evaluation"
LEASE_SECONDS, WAIT_SECONDS = 60.0, 300.0


class Versions:
    """Finds versions and moves aliases; every call asks MLflow anew."""

    def __init__(self, client: mlflow.MlflowClient, journal: Journal) -> None:
        self.client = client
        self.journal = journal

    def version(self, model: str, version: str) -> RegisteredVersion:
        """Return one version.

        Raises:
            NotFoundError: there is none, or pegbar did not register it.
        """
        with mlflow_errors(f"{checked_model_name(model)}/{version}"):
            return _described(self.client.get_model_version(model, version))

    def find_version(self, model: str, version: str) -> RegisteredVersion | None:
        """Return one version, or None."""
        try:
            return self.version(model, version)
        except NotFoundError:
            return None

    def versions(self, model: str) -> list[RegisteredVersion]:
        """Return the versions that pegbar registered, oldest first."""
        with mlflow_errors(checked_model_name(model)):
            found = self.client.search_model_versions(f"name = '{model}'")
        return [_described(one) for one in sorted(found, key=lambda one: int(one.version)) if f"{TAG}key" in one.tags]

    def version_by_key(self, model: str, key: str) -> RegisteredVersion | None:
        """Return the version registered under `key` (`registration_key`), or None."""
        with mlflow_errors(checked_model_name(model)):
            found = self.client.search_model_versions(f"name = '{model}' and tags.`{TAG}key` = '{key}'")
        first = min(found, key=lambda one: int(one.version), default=None)
        return None if first is None else _described(first)

    def aliases(self, model: str) -> dict[str, str]:
        """Return alias -> version; empty for a model that is not registered."""
        try:
            with mlflow_errors(checked_model_name(model)):
                found = self.client.get_registered_model(model)
        except NotFoundError:
            return {}
        return {alias: str(version) for alias, version in found.aliases.items()}

    def set_alias(self, model: str, alias: str, version: str | None) -> None:
        """Point an alias at a version, or remove it; nothing happens when it is so already.

        Raises:
            NotFoundError: there is no such version.
        """
        present = self.aliases(model).get(alias)
        if present == version:
            return
        with mlflow_errors(f"{model}/{version}"):
            if version is None:
                self.client.delete_registered_model_alias(model, alias)
            else:
                self.client.set_registered_model_alias(model, alias, version)

    def champion(self, model: str) -> RegisteredVersion | None:
        """Return the version that `NAME@champion` serves, or None."""
        version = self.aliases(model).get(CHAMPION)
        return None if version is None else self.version(model, version)

    def resolve(self, address: str) -> RegisteredVersion:
        """Return the version that ``NAME@alias``, ``NAME/3`` or ``NAME`` (its latest) means now.

        Raises:
            NotFoundError: no such model, version or alias. HostileNameError: another form of address.
        """
        model, version, alias = parsed_address(address)
        if alias is not None:
            version = self.aliases(model).get(alias)
        elif version is None:
            version = next((found.version for found in reversed(self.versions(model))), None)
        if version is None:
            raise NotFoundError(
                f"no model {address!r} is registered",
                remedy=f"pegbar history {model}" if alias is None else f"pegbar promote {model}",
                subject=address,
            )
        return self.version(model, version)

    def evaluation_card(self, found: RegisteredVersion) -> EvaluationCard | None:
        """Return the card a version was last evaluated with, or None where there is none.

        Raises:
            IntegrityError: the card is gone, or is not the one that was attached.
        """
        if not found.evaluation_digest:
            return None
        content = self._evaluation_file(found, "card.json")
        if content is None or digest_bytes(content) != found.evaluation_digest:
            raise IntegrityError(
                f"the evaluation card of {found.model}/{found.version} "
                + ("is gone" if content is None else "was changed after it was attached"),
                remedy=f"pegbar evaluate {found.model}/{found.version}",
                subject=found.evaluation_run_id,
            )
        return EvaluationCard.from_json(content)

    def attach_evaluation(self, found: RegisteredVersion, card: EvaluationCard, run_id: str) -> RegisteredVersion:
        """Make a card the version's evidence, from the MLflow run that holds it.

        Raises:
            IntegrityError: the card is about another model.
        """
        if card.model_digest != found.model_digest:
            raise IntegrityError(
                f"the evaluation is of model {card.model_digest[:12]}, "
                f"{found.model}/{found.version} is {found.model_digest[:12]}",
                remedy=f"pegbar evaluate {found.model}/{found.version}",
                subject=found.model,
            )
        with mlflow_errors(found.uri):
            for tag, value in (("evaluation_run_id", run_id), ("evaluation_digest", card.digest)):
                self.client.set_model_version_tag(found.model, found.version, f"{TAG}{tag}", value)
        return self.version(found.model, found.version)

    @contextmanager
    def leased(self, model: str) -> Iterator[None]:
        """Be the only one who changes the model's versions and aliases meanwhile.

        Raises:
            ConflictError: somebody else does, and did not finish in time.
        """
        holder = f"process {os.getpid()}"
        with self.journal.leased(f"registry:{checked_model_name(model)}", holder, LEASE_SECONDS, WAIT_SECONDS):
            yield

    def _evaluation_file(self, found: RegisteredVersion, name: str) -> bytes | None:
        with TemporaryDirectory() as folder:
            try:
                path = self.client.download_artifacts(found.evaluation_run_id, f"{EVALUATION_FOLDER}/{name}", folder)
            except MlflowException as error:
                if error.error_code == MISSING:
                    return None
                raise
            except OSError:  # MLflow's local artifact folder answers so for a file that is not there
                return None
            return Path(path).read_bytes()


def _described(found: Any) -> RegisteredVersion:
    fields = {name: found.tags.get(f"{TAG}{name}", "") for name in TAGGED}
    if not fields["key"]:
        raise NotFoundError(
            f"{found.name}/{found.version} was not registered by pegbar",
            remedy=f"pegbar history {found.name}",
            subject=found.name,
        )
    return RegisteredVersion(model=found.name, version=str(found.version), mlflow_run_id=found.run_id or "", **fields)
