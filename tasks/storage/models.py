"""The registered models, as far as the store is concerned."""

from tasks.registry.facade import Registry
from tasks.registry.tracking import mlflow_errors
from tasks.storage.keeping import Model


def registered_models(registry: Registry) -> list[Model]:
    """Return every version that pegbar registered.

    Raises:
        ServiceError: MLflow does not answer; nothing may be removed then.
    """
    with mlflow_errors("the registered models"):
        found = registry.client.search_registered_models()
        names = [model.name for model in found]
        while found.token:
            found = registry.client.search_registered_models(page_token=found.token)
            names += [model.name for model in found]
    return [Model(version.artifact_key, version.model_digest) for name in names for version in registry.versions(name)]
