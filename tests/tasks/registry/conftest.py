from registered_models import mlflow_folder, mlflow_uri, registry

__all__ = ["mlflow_folder", "mlflow_uri", "registry"]
