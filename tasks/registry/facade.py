"""The registry: models are registered, evaluated, promoted and rolled back through this and nothing else."""

from typing import Self

import mlflow

from pegbar.journal import Journal
from tasks.registry.promotion import Promotions
from tasks.registry.registration import Registration


class Registry(Registration, Promotions):
    """MLflow's registry under the journal's rules: exactly-once versions, one logged champion, aliases that heal."""

    @classmethod
    def open(cls, journal: Journal) -> Self:
        """Open the registry of the process's MLflow server (``MLFLOW_TRACKING_URI``)."""
        return cls(mlflow.MlflowClient(), journal)
