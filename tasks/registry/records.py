"""What the registry says and is told."""

import re

from pegbar.digests import digest_of
from pegbar.errors import HostileNameError
from pegbar.records import Record

CHAMPION, PREVIOUS = "champion", "previous"
MODEL_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")


class Lineage(Record):
    """Where a model comes from.

    Args:
        artifact_key: the training stage's artifact that is registered.
        data_revision: git revision of the workspace whose ``data.dvc`` names the dataset.
        dataset_uri: where that dataset can be fetched (a DVC remote), for people.
        base_digest: of the frozen base the model was trained on.
    """

    artifact_key: str
    data_revision: str
    dataset_digest: str
    dataset_uri: str
    recipe_digest: str
    base_digest: str
    code_commit: str
    run_id: str
    workspace: str
    owner: str


class RegisteredVersion(Record):
    """One version of a registered model, as its tags describe it.

    Args:
        key: digest of the artifact and the generator's settings: registering the same again gives the same version.
        model_digest: of the model's folders and settings.
        served_digest: of the code and description MLflow loads it by.
        evaluation_digest: of its evaluation card; empty until it is evaluated.
    """

    model: str
    version: str
    key: str
    mlflow_run_id: str
    model_digest: str
    served_digest: str
    evaluation_digest: str
    evaluation_run_id: str
    data_revision: str
    dataset_digest: str
    recipe_digest: str
    base_digest: str
    artifact_key: str
    code_commit: str

    @property
    def uri(self) -> str:
        """Address for ``mlflow.pyfunc.load_model``, pinned to the version."""
        return f"models:/{self.model}/{self.version}"


class TaintedVersion(Record):
    """A version that may have learnt from what was taken down, and whether it is its model's champion now."""

    model: str
    version: str
    is_champion: bool
    why: str


def registration_key(artifact_key: str, model_digest: str) -> str:
    """Return what a version is found again by."""
    return digest_of({"artifact": artifact_key, "model": model_digest})


def checked_model_name(name: str) -> str:
    """Return a name that is safe in a URI, a path and a shell.

    Raises:
        HostileNameError: it is not.
    """
    if not MODEL_NAME.fullmatch(name):
        raise HostileNameError(
            f"{name[:80]!r} cannot name a model",
            remedy="use 1 to 100 of a-z, 0-9, '-', '_' and '.', a letter or digit first: ip-red-fox",
            subject=name[:80],
        )
    return name


def parsed_address(address: str) -> tuple[str, str | None, str | None]:
    """Split ``NAME``, ``NAME/3`` or ``NAME@champion`` (with or without ``models:/``) into name, version, alias.

    Raises:
        HostileNameError: another form.
    """
    name, at, alias = address.removeprefix("models:/").partition("@")
    name, slash, version = name.partition("/")
    if (at and slash) or (slash and not version.isdecimal()) or (at and not MODEL_NAME.fullmatch(alias)):
        raise HostileNameError(
            f"{address[:80]!r} is no model address", remedy="write NAME@champion, NAME/3 or NAME", subject=address[:80]
        )
    return checked_model_name(name), version or None, alias or None
