"""A curation killed a few times at seeded moments: byte for byte the same, and no step made twice that was done once.

``make chaos`` kills thirty times.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from chaos.curation_home import CurationHome, write_few_films
from chaos.curation_kills import shoot, undisturbed_of

from pegbar.services import Endpoints
from pegbar.settings import Settings

NUM_KILLS, SEED = 3, 11


@pytest.fixture
def home(services_home: tuple[Settings, Endpoints], tmp_path: Path) -> Iterator[CurationHome]:
    """Give a home of its own that uses the servers that run already."""
    endpoints = services_home[1]
    servers = (
        f'prefect_api_url = "{endpoints.prefect_api_url}"\nmlflow_tracking_uri = "{endpoints.mlflow_tracking_uri}"\n'
    )
    return CurationHome(tmp_path, write_few_films(tmp_path / "films")).prepare(servers=servers)


@pytest.mark.timeout(1800)
def test_a_killed_curation_ends_as_if_nobody_had_killed_it(home: CurationHome) -> None:
    undisturbed = undisturbed_of(home)
    kills = [shot for of_run in shoot(home, undisturbed, NUM_KILLS, SEED) for shot in of_run]
    assert len(kills) == NUM_KILLS
