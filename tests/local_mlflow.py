"""A real MLflow store of the tests' own: SQLite with an absolute path and an explicit artifact root."""

from collections.abc import Iterator
from pathlib import Path

import pytest

WORKSPACE = "workspace"


@pytest.fixture(scope="session")
def mlflow_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the store, its migrations and one experiment, once."""
    import mlflow

    root = tmp_path_factory.mktemp("mlflow")
    client = mlflow.MlflowClient(store_uri(root), store_uri(root))
    client.create_experiment(WORKSPACE, artifact_location=(root / "artifacts").as_uri())
    return root


@pytest.fixture
def mlflow_uri(mlflow_folder: Path) -> Iterator[str]:
    """Point this process at the store for one test."""
    import mlflow

    before = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    uri = store_uri(mlflow_folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", uri)
        mlflow.set_tracking_uri(uri)
        mlflow.set_registry_uri(uri)
        yield uri
        mlflow.set_tracking_uri(before[0])
        mlflow.set_registry_uri(before[1])


def store_uri(root: Path) -> str:
    """Address of the store in `root`."""
    return f"sqlite:///{root / 'mlflow.db'}"
