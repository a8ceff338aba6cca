"""The registry's word on which models exist."""

from pathlib import Path

from registered_models import lineage_of, mlflow_folder, mlflow_uri, registered, registry, source_of

from tasks.registry.facade import Registry
from tasks.registry.source import digest_of_model
from tasks.storage.keeping import Model
from tasks.storage.models import registered_models

__all__ = ["mlflow_folder", "mlflow_uri", "registry"]


def test_every_version_of_every_model_is_told(registry: Registry, tmp_path: Path) -> None:  # noqa: F811
    before = set(registered_models(registry))
    for number, name in enumerate(("told-one", "told-two", "told-one")):
        registered(registry, name, number, tmp_path)
    wanted = {Model(lineage_of(number).artifact_key, digest_of_model(source_of(number))) for number in range(3)}
    assert set(registered_models(registry)) - before == wanted
