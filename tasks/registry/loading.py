"""Fetching a registered model and loading it, only after its bytes are those that were registered."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
from numpy.typing import NDArray

from pegbar.errors import IntegrityError, ServiceError
from tasks.evaluation.card import VideoFacts
from tasks.registry.records import RegisteredVersion
from tasks.registry.registration import served_digest
from tasks.registry.source import GeneratorSource, digest_of_model
from tasks.registry.story_model import source_of
from tasks.registry.tracking import mlflow_errors


@dataclass(frozen=True)
class LoadedModel:
    """A registered model, ready to generate."""

    pyfunc: Any
    video: VideoFacts

    def predict(self, row: dict[str, Any], params: dict[str, int | float]) -> NDArray[np.uint8]:
        """Return one story's frames (shots, F, H, W, 3)."""
        import pandas as pd

        with mlflow_errors("this request"):
            frames: NDArray[np.uint8] = self.pyfunc.predict(pd.DataFrame([row]), params=params)
        return frames


def fetch_version(found: RegisteredVersion, folder: Path) -> tuple[Path, GeneratorSource]:
    """Download a version into `folder`; return it and its generator's configuration, digests checked.

    Raises:
        NotFoundError: it is gone. IntegrityError: its code, settings or weights are not those registered.
    """
    with mlflow_errors(found.uri):
        root = Path(mlflow.artifacts.download_artifacts(found.uri, dst_path=str(folder)))
    if served_digest(root) != found.served_digest:
        raise _changed(found, "the code or description it is loaded by")
    described = mlflow.models.Model.load(str(root)).flavors["python_function"]
    parts = {name: root / part["path"] for name, part in (described.get("artifacts") or {}).items()}
    source = source_of(described["config"]["generator"], parts)
    if digest_of_model(source) != found.model_digest:
        raise _changed(found, "its weights or settings")
    return root, source


def load_version(found: RegisteredVersion, folder: Path) -> LoadedModel:
    """Load a version through MLflow from a checked download in `folder`.

    Raises:
        NotFoundError: it is gone. IntegrityError: its bytes are not those registered.
    """
    root, _ = fetch_version(found, folder)
    with mlflow_errors(found.uri):
        loaded = mlflow.pyfunc.load_model(str(root))
    metadata = loaded.metadata.metadata
    if metadata is None:
        raise ServiceError(f"{found.uri} has no description", remedy="pegbar doctor", subject=found.uri)
    return LoadedModel(loaded, VideoFacts(**{name: metadata[name] for name in VideoFacts.model_fields}))


def _changed(found: RegisteredVersion, what: str) -> IntegrityError:
    return IntegrityError(
        f"{found.model}/{found.version}: {what} changed after it was registered",
        remedy=f"pegbar rollback {found.model}, and find out who writes to the artifact store",
        subject=found.uri,
    )
