"""Installed versions: pairs known to break, packages that overwrite each other, extras, and the constraints.

What is known is data here; the checks only compare it with what importlib.metadata finds.
"""

import importlib.metadata
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

import pegbar
from pegbar.config import Config
from pegbar.services.doctor.check import Check, CheckState

PYTHON = SpecifierSet(">=3.11,<3.12")
CONSTRAINTS = Path(pegbar.__file__).parent.parent / "constraints.txt"
INSTALL = "pip install -c constraints.txt"
MAX_NAMES = 12


class VersionRule(Config):
    """A package whose version is known to matter, and to what. `beside` is the other half of the pair."""

    package: str
    allowed: str
    why: str
    beside: str | None = None


class Conflict(Config):
    """Two packages that install the same files, so that the last one to be installed or removed wins."""

    package: str
    other: str
    module: str


RULES = (
    VersionRule(package="prefect", allowed="==3.8.8", why="3.9 needs a certifi that is not released"),
    VersionRule(
        package="fastapi",
        allowed=">=0.139,<0.151",
        beside="prefect",
        why="every flow run and server start dies: Body() got an unexpected keyword argument 'min_items'",
    ),
    VersionRule(package="torch", allowed="==2.13.0", why="another one brings gigabytes of CUDA, and other bytes"),
    VersionRule(
        package="lightning",
        allowed=">=2.6.6,!=2.6.2,!=2.6.3",
        beside="torch",
        why="2.6.2 and 2.6.3 were malicious; older ones load pickles",
    ),
    VersionRule(package="scenedetect-headless", allowed="==0.7.2", why="the detectors' defaults moved in a patch"),
    VersionRule(package="transformers", allowed=">=5.23", beside="diffusers", why="the model classes used are newer"),
    VersionRule(package="diffusers", allowed=">=0.42.1", beside="transformers", why="the pipelines used are newer"),
    VersionRule(package="peft", allowed=">=0.21.2", beside="diffusers", why="older ones lose alpha of an adapter"),
    VersionRule(package="mlflow", allowed=">=3.17.2,<4", why="older servers let strangers read files"),
    VersionRule(
        package="sqlalchemy",
        allowed=">=2.1.9",
        beside="psycopg2-binary",
        why="the names of the PostgreSQL drivers changed in 2.1",
    ),
)
CONFLICTS = (
    Conflict(package="opencv-python-headless", other="opencv-python", module="cv2"),
    Conflict(package="opencv-python-headless", other="opencv-contrib-python", module="cv2"),
    Conflict(package="scenedetect-headless", other="scenedetect", module="scenedetect"),
)


def check_packages() -> list[Check]:
    """Compare everything installed with what is known."""
    return [
        _check_python(),
        *(_check_rule(rule) for rule in RULES),
        *(_check_conflict(conflict) for conflict in CONFLICTS),
        *_check_requirements(),
        check_constraints(CONSTRAINTS),
    ]


def installed(package: str) -> Version | None:
    """Return the installed version of a distribution."""
    try:
        return Version(importlib.metadata.version(package))
    except importlib.metadata.PackageNotFoundError:
        return None


def _check_python() -> Check:
    found = sys.version.split()[0]
    fits = PYTHON.contains(found)
    return Check(
        name="python",
        state="ok" if fits else "broken",
        found=f"{found} ({sys.executable})",
        remedy="" if fits else f"make a virtual environment with Python {PYTHON}, then: make install",
    )


def _check_rule(rule: VersionRule) -> Check:
    version = installed(rule.package)
    requirement = f"{rule.package}{rule.allowed}"
    name = f"{rule.package} with {rule.beside}" if rule.beside else rule.package
    if version is None:
        return Check(name=name, state="broken", found="not installed", remedy=f"{INSTALL} '{requirement}'")
    beside = f" with {rule.beside} {installed(rule.beside) or 'not installed'}" if rule.beside else ""
    found = f"{version}{beside}"
    if SpecifierSet(rule.allowed).contains(version, prereleases=True):
        return Check(name=name, state="ok", found=found)
    reason = f"{found}, but {rule.allowed} is needed: {rule.why}"
    return Check(name=name, state="broken", found=reason, remedy=f"{INSTALL} '{requirement}'")


def _check_conflict(conflict: Conflict) -> Check:
    name = f"{conflict.package} or {conflict.other}"
    if installed(conflict.package) is None or installed(conflict.other) is None:
        return Check(name=name, state="ok", found="not both")
    return Check(
        name=name,
        state="broken",
        found=f"both are installed and overwrite each other's module {conflict.module}",
        remedy=f"pip uninstall -y {conflict.other} && {INSTALL} --force-reinstall --no-deps {conflict.package}",
    )


def _check_requirements() -> Iterator[Check]:
    """Check pyproject's own dependencies and extras, as installed."""
    try:
        metadata = importlib.metadata.metadata("pegbar")
    except importlib.metadata.PackageNotFoundError:
        yield Check(name="pegbar", state="broken", found="not installed in this Python", remedy=f"{INSTALL} -e .")
        return
    requirements = [Requirement(line) for line in metadata.get_all("Requires-Dist") or []]
    known = {rule.package for rule in RULES}
    wanted = [one for one in requirements if one.name not in known and _belongs(one, "")]
    yield _report("dependencies", wanted, "broken", f"{INSTALL} -e .")
    for extra in metadata.get_all("Provides-Extra") or []:
        added = [one for one in requirements if _belongs(one, extra) and not _belongs(one, "")]
        yield _report(f"extra {extra}", added, "warning", f"{INSTALL} -e '.[{extra}]'")


def _belongs(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _report(name: str, requirements: list[Requirement], state: CheckState, remedy: str) -> Check:
    problems = []
    for requirement in requirements:
        version = installed(requirement.name)
        if version is None:
            problems.append(f"{requirement.name} is not installed")
        elif not requirement.specifier.contains(version, prereleases=True):
            problems.append(f"{requirement.name} {version} is not {requirement.specifier}")
    if not problems:
        return Check(name=name, state="ok", found=f"all {len(requirements)} are there")
    return Check(name=name, state=state, found=_listed(problems), remedy=remedy)


def check_constraints(path: Path) -> Check:
    """Compare every installed version with the constraints file beside the code, when there is one."""
    name = "constraints.txt"
    if not path.is_file():
        return Check(name=name, state="ok", found="no such file beside this installation")
    differences = []
    for pin in _pins(path):
        version = installed(pin.name)
        if version is not None and not pin.specifier.contains(version, prereleases=True):
            differences.append(f"{pin.name} {version} is not {pin.specifier}")
    if not differences:
        return Check(name=name, state="ok", found="installed versions are those of the file")
    return Check(name=name, state="warning", found=_listed(differences), remedy=f"{INSTALL} -e '.[test,lint]'")


def _pins(path: Path) -> Iterator[Requirement]:
    for line in path.read_text().splitlines():
        text = line.partition("#")[0].strip()
        try:
            yield Requirement(text)
        except InvalidRequirement:
            continue


def _listed(problems: list[str]) -> str:
    more = f"; and {len(problems) - MAX_NAMES} more" if len(problems) > MAX_NAMES else ""
    return "; ".join(problems[:MAX_NAMES]) + more
