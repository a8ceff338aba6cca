"""Contact sheets of evaluations in MLflow that show what was taken down: each gives way to one that says so.

The card and the scores stay: they hold figures and ids, and are what promotions rest on.
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import mlflow
import numpy as np
from mlflow.entities import ViewType
from mlflow.exceptions import MlflowException

from pegbar.errors import ConfigurationError
from pegbar.versions.tombstones import Tombstone
from tasks.evaluation.card import CARD, SHEET, EvaluationCard
from tasks.evaluation.tracking import FOLDER, STEP
from tasks.registry.tracking import MISSING, STEP_NAME, mlflow_errors
from tasks.studio.contact_sheet import Cell, Row, write_contact_sheet


def cover_sheets(client: mlflow.MlflowClient, tombstones: Collection[Tombstone]) -> list[str]:
    """Put a sheet that says so in the place of every sheet that shows one of these films; return the MLflow runs.

    Raises:
        ServiceError: MLflow does not answer.
    """
    covered = []
    with TemporaryDirectory() as folder:
        for run_id in _evaluations(client):
            stones = [stone for stone in tombstones if _shows(client, run_id, stone, Path(folder))]
            if stones:
                sheet = Path(folder) / SHEET
                rows = [Row(stone.title, [Cell(np.full((8, 8, 3), 255, np.uint8))]) for stone in stones]
                write_contact_sheet(sheet, "This sheet was taken down", rows)
                with mlflow_errors(run_id):
                    client.log_artifact(run_id, str(sheet), FOLDER)
                covered.append(run_id)
    return covered


def _evaluations(client: mlflow.MlflowClient) -> Iterator[str]:
    with mlflow_errors("experiments"):
        experiments = [one.experiment_id for one in client.search_experiments(view_type=ViewType.ALL)]
    token: str | None = None
    while True:
        with mlflow_errors("evaluations"):
            wanted = f"tags.`{STEP_NAME}` = '{STEP}'"
            page = client.search_runs(experiments, wanted, run_view_type=ViewType.ALL, page_token=token)
        yield from (run.info.run_id for run in page)
        token = page.token
        if not token:
            return


def _shows(client: mlflow.MlflowClient, run_id: str, stone: Tombstone, folder: Path) -> bool:
    """Tell whether an evaluation asked for a story of the film; one without a card was never finished."""
    try:
        path = Path(client.download_artifacts(run_id, f"{FOLDER}/{CARD}", str(folder)))
        card = EvaluationCard.from_json(path.read_bytes())
    except MlflowException as error:
        if error.error_code == MISSING:
            return False
        with mlflow_errors(run_id):
            raise
    except (OSError, ConfigurationError):  # MLflow's local artifact folder answers so for a file that is not there
        return False
    return any(stone.concerns(story.story_id) for story in card.stories)
