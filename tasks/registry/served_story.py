"""What MLflow runs when it loads a registered model (models from code: no pickle is written or read)."""

from mlflow.models import set_model

from tasks.registry.story_model import StoryModel

set_model(StoryModel())
