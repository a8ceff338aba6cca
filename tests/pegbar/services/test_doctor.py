"""The doctor names what is really broken, and the command that repairs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pegbar.notify import NotifySettings
from pegbar.services.doctor import Check
from pegbar.services.doctor.machine import check_machine
from pegbar.services.doctor.packages import check_constraints
from pegbar.services.doctor.servers import check_secret, check_webhook
from pegbar.services.prefect_server import PrefectServer
from pegbar.settings import Settings

REPORT = """
import json, sys
from pathlib import Path
from pegbar.services.doctor import examine
from pegbar.settings import Settings
print(json.dumps([check.model_dump() for check in examine(Settings(home=Path(sys.argv[1])))]))
"""
# What a newer fastapi does to every use of a field's extra arguments.
NEWER_FASTAPI = """
import fastapi
whole = fastapi.Body
def Body(default=None, *, embed=None, **extra):
    if "min_items" in extra:
        raise TypeError("Body() got an unexpected keyword argument 'min_items'")
    return whole(default, embed=embed, **extra)
fastapi.Body = Body
"""
WRONG = {
    "prefect": "3.9.1",
    "fastapi": "0.165.0",
    "torch": "2.15.0",
    "lightning": "2.6.3",
    "scenedetect_headless": "0.7.3",
    "scenedetect": "0.7.2",
    "opencv_python": "5.0.0.93",
    "transformers": "4.57.0",
    "diffusers": "0.35.0",
    "peft": "0.17.0",
    "mlflow": "2.22.0",
    "sqlalchemy": "2.0.49",
    "pandas": "2.3.3",
    "pegbar": "0.0.1",
}
REQUIRES = """Requires-Dist: pandas>=3.1
Requires-Dist: a-package-nobody-has; extra == "fast"
Provides-Extra: fast
"""


def add_distribution(folder: Path, name: str, version: str, more: str = "") -> None:
    metadata = folder / f"{name}-{version}.dist-info" / "METADATA"
    metadata.parent.mkdir(parents=True)
    metadata.write_text(f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n{more}")


def report(home: Path, packages: Path, path: str | None = None) -> dict[str, Check]:
    environment = {**os.environ, "PYTHONPATH": str(packages)} | ({"PATH": path} if path else {})
    done = subprocess.run(
        [sys.executable, "-c", REPORT, home], env=environment, cwd=packages, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return {check["name"]: Check.model_validate(check) for check in json.loads(done.stdout.splitlines()[-1])}


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Check]:
    """Give the report of a Python that has every wrong version, a newer fastapi's behaviour, and no git."""
    folder = tmp_path_factory.mktemp("wrong")
    for name, version in WRONG.items():
        add_distribution(folder, name, version, REQUIRES if name == "pegbar" else "")
    (folder / "sitecustomize.py").write_text(NEWER_FASTAPI)
    return report(folder / "home", folder, path=str(folder))


@pytest.mark.parametrize(
    ("name", "found", "remedy"),
    [
        ("prefect", "3.9.1", "'prefect==3.8.8'"),
        ("fastapi with prefect", "0.165.0 with prefect 3.9.1", "'fastapi>=0.139,<0.151'"),
        ("torch", "2.15.0", "'torch==2.13.0'"),
        ("lightning with torch", "2.6.3", "'lightning>=2.6.6,!=2.6.2,!=2.6.3'"),
        ("scenedetect-headless", "0.7.3", "'scenedetect-headless==0.7.2'"),
        ("transformers with diffusers", "4.57.0 with diffusers 0.35.0", "'transformers>=5.23'"),
        ("diffusers with transformers", "0.35.0", "'diffusers>=0.42.1'"),
        ("peft with diffusers", "0.17.0", "'peft>=0.21.2'"),
        ("mlflow", "2.22.0", "'mlflow>=3.17.2,<4'"),
        ("sqlalchemy with psycopg2-binary", "2.0.49", "'sqlalchemy>=2.1.9'"),
        ("opencv-python-headless or opencv-python", "module cv2", "pip uninstall -y opencv-python"),
        ("scenedetect-headless or scenedetect", "module scenedetect", "pip uninstall -y scenedetect"),
        ("dependencies", "pandas 2.3.3 is not >=3.1", "-e ."),
        ("prefect server", "Body() got an unexpected keyword argument 'min_items'", "pip install -c constraints.txt"),
        ("git", "not found", "install git"),
    ],
)
def test_a_broken_version_pair_is_named_with_its_remedy(
    wrong: dict[str, Check], name: str, found: str, remedy: str
) -> None:
    assert wrong[name].state == "broken"
    assert found in wrong[name].found
    assert remedy in wrong[name].remedy


def test_a_missing_extra_is_a_warning_that_names_the_extra(wrong: dict[str, Check]) -> None:
    extra = wrong["extra fast"]
    assert (extra.state, extra.found) == ("warning", "a-package-nobody-has is not installed")
    assert extra.remedy == "pip install -c constraints.txt -e '.[fast]'"


def test_credentials_that_others_can_read_are_broken(tmp_path: Path) -> None:
    server = PrefectServer(home=tmp_path)
    assert list(check_secret(server.auth_file)) == []
    server.prepare()
    assert [check.state for check in check_secret(server.auth_file)] == ["ok"]
    server.auth_file.chmod(0o644)
    (check,) = check_secret(server.auth_file)
    assert check.state == "broken"
    assert "0644" in check.found
    assert f"rm '{server.auth_file}'" in check.remedy


def test_a_webhook_that_others_can_read_or_nobody_wrote_is_broken(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, notify=NotifySettings(webhook_file=Path("webhook")))
    assert [check.state for check in check_webhook(settings)] == ["broken"]
    (tmp_path / "webhook").write_text("https://chat.example/T0KEN\n")
    (tmp_path / "webhook").chmod(0o644)
    (read_by_others,) = check_webhook(settings)
    assert read_by_others.state == "broken"
    assert "T0KEN" not in read_by_others.model_dump_json()
    (tmp_path / "webhook").chmod(0o600)
    assert [check.state for check in check_webhook(settings)] == ["ok"]
    assert list(check_webhook(Settings(home=tmp_path))) == []


def test_installed_versions_are_compared_with_the_constraints(tmp_path: Path) -> None:
    path = tmp_path / "constraints.txt"
    path.write_text("# pinned\npytest==1.0  # old\n\nnobody-has-this==3\npydantic>=2\n")
    check = check_constraints(path)
    assert check.state == "warning"
    assert check.found == f"pytest {pytest.__version__} is not ==1.0"


def test_a_postgresql_url_without_its_driver_is_broken(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, mlflow_tracking_uri="postgresql://user:secret@db/mlflow")
    checks = [check for check in check_machine(settings) if check.name.startswith("mlflow_tracking_uri")]
    assert [check.state for check in checks] == ["broken"]
    assert "postgresql+psycopg2://" in checks[0].remedy
    assert "secret" not in checks[0].model_dump_json()


def test_a_home_that_is_a_file_is_broken(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    checks = {check.name: check for check in check_machine(Settings(home=tmp_path / "home"))}
    assert checks["home"].state == "broken"
    assert "PEGBAR_HOME" in checks["home"].remedy


def test_a_damaged_journal_is_broken(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"not a database at all" * 100)
    checks = {check.name: check for check in check_machine(Settings(home=tmp_path))}
    assert checks["journal"].state == "broken"
    assert str(tmp_path / "journal.db") in checks["journal"].found
    assert checks["journal"].remedy
