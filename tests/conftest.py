"""No network but loopback, no ERROR in the logs, quiet libraries, one home per test."""

import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from services_fixture import services_home  # noqa: F401

os.environ.update(
    DO_NOT_TRACK="1",
    DVC_NO_ANALYTICS="1",
    MLFLOW_DISABLE_TELEMETRY="true",
    PREFECT_SERVER_ANALYTICS_ENABLED="false",
    MLFLOW_ALLOW_PICKLE_DESERIALIZATION="false",
    HF_HUB_OFFLINE="1",
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="us-east-1",
    OMP_NUM_THREADS="1",
)

pytest_plugins = ["servers.fixtures"]

SHARED_FILMS = Path(__file__).parent.parent.parent / "shared" / "films"


@pytest.fixture(autouse=True, scope="session")
def only_loopback() -> Iterator[None]:
    """Refuse every connection that leaves the machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else "localhost"
        if host not in ("127.0.0.1", "::1", "localhost"):
            raise OSError(f"tests may not reach {host!r}")
        connect(self, address)  # type: ignore[arg-type]

    socket.socket.connect = guarded  # type: ignore[method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def no_error_logs(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test that logs an error it does not expect (clear caplog to say it was expected)."""
    yield
    errors = [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert errors == []


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a home of its own and point pegbar at it."""
    path = tmp_path / "home"
    monkeypatch.setenv("PEGBAR_HOME", str(path))
    return path


@pytest.fixture(scope="session")
def shared_films() -> Path:
    """Give the folder of real films, which never enter the repository."""
    if not SHARED_FILMS.is_dir():
        pytest.skip("the real films are not beside this checkout (../shared/films)")
    return SHARED_FILMS
