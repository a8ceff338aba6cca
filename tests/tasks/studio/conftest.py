from registered_models import mlflow_folder, mlflow_uri, registry
from small_training import base_folder, model

__all__ = ["base_folder", "mlflow_folder", "mlflow_uri", "model", "registry"]
