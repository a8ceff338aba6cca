"""The machine: tools, the home and its disk, the database URLs and the journal."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil

from pegbar.errors import PegbarError
from pegbar.files import disk_errors
from pegbar.services.base import checked_home
from pegbar.services.doctor.check import Check, broken_by
from pegbar.services.doctor.packages import INSTALL, installed
from pegbar.settings import Settings

GIB = 1024**3
FEW_BYTES = 5 * GIB
TOO_FEW_BYTES = 1 * GIB
# Locks and SQLite's write-ahead log are not safe on file systems that several machines mount.
SHARED_FILE_SYSTEMS = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.s3fs", "lustre", "glusterfs")
POSTGRESQL_TOOLS = ("pg_dump", "pg_restore")
POSTGRESQL_DRIVER = "postgresql+psycopg2://"


def check_machine(settings: Settings) -> list[Check]:
    """Look at everything that is neither a package nor a server."""
    folder = nearest_folder(settings.home)
    return [
        *_check_git(),
        _check_writable(settings.home, folder),
        _check_disk(folder),
        _check_file_system(folder),
        *_check_postgresql(settings),
        _check_journal(settings),
    ]


def nearest_folder(path: Path) -> Path:
    """Return `path`, or the nearest folder above it that exists."""
    return next(folder for folder in (path, *path.parents) if folder.is_dir())


def _check_git() -> Iterator[Check]:
    if shutil.which("git") is None:
        yield Check(name="git", state="broken", found="not found on the PATH", remedy="install git (apt install git)")
        return
    version = subprocess.run(["git", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    yield Check(name="git", state="ok", found=version)
    identity = subprocess.run(["git", "var", "GIT_COMMITTER_IDENT"], capture_output=True, text=True, check=False)
    if identity.returncode == 0:
        yield Check(name="git identity", state="ok", found=identity.stdout.partition(">")[0] + ">")
        return
    yield Check(
        name="git identity",
        state="warning",
        found="git does not know who commits",
        remedy="git config --global user.name 'Your Name' && git config --global user.email you@example.org",
    )


def _check_writable(home: Path, folder: Path) -> Check:
    try:
        checked_home(home)
        with disk_errors(home), tempfile.NamedTemporaryFile(dir=folder, prefix=".pegbar-doctor-") as probe:
            probe.write(bytes(4096))
            probe.flush()
    except PegbarError as error:
        return broken_by("home", error)
    return Check(name="home", state="ok", found=str(home) if folder == home else f"{home} (will be made)")


def _check_disk(folder: Path) -> Check:
    free = shutil.disk_usage(folder).free
    state, remedy = "ok", ""
    if free < FEW_BYTES:
        state, remedy = "warning", "free some disk space, or name another home: PEGBAR_HOME=/some/folder pegbar ..."
    if free < TOO_FEW_BYTES:
        state = "broken"
    return Check.model_validate(
        {"name": "disk", "state": state, "found": f"{free / GIB:.1f} GiB free in {folder}", "remedy": remedy}
    )


def _check_file_system(folder: Path) -> Check:
    mounts = {Path(part.mountpoint): part.fstype for part in psutil.disk_partitions(all=True)}
    kind = next((mounts[parent] for parent in (folder, *folder.parents) if parent in mounts), "unknown")
    if kind not in SHARED_FILE_SYSTEMS:
        return Check(name="file system", state="ok", found=kind)
    return Check(
        name="file system",
        state="warning",
        found=f"{kind}: locks and SQLite are not safe on it",
        remedy="name a home on a disk of this machine: PEGBAR_HOME=/some/folder pegbar ...",
    )


def _check_postgresql(settings: Settings) -> Iterator[Check]:
    """Check what the PostgreSQL of a server profile needs; nothing when no setting names one."""
    urls = {"journal_url": settings.journal_url, "mlflow_tracking_uri": settings.mlflow_tracking_uri}
    used = {field: url for field, url in urls.items() if url is not None and url.startswith("postgres")}
    for field, url in used.items():
        if not url.startswith(POSTGRESQL_DRIVER):
            yield Check(
                name=f"{field} with SQLAlchemy {installed('sqlalchemy')}",
                state="broken",
                found=f"{url.partition('://')[0]}:// does not name its driver, and the default driver changed",
                remedy=f"write it as {POSTGRESQL_DRIVER}... in the profile or in {settings.home / 'settings.toml'}",
            )
    if used and installed("psycopg2-binary") is None and installed("psycopg2") is None:
        yield Check(
            name="psycopg2", state="broken", found="not installed", remedy=f"{INSTALL} 'psycopg2-binary>=2.9.13'"
        )
    missing = [tool for tool in POSTGRESQL_TOOLS if used and shutil.which(tool) is None]
    if missing:
        yield Check(
            name="postgresql tools",
            state="warning",
            found=f"{' and '.join(missing)} not found on the PATH: backing the journal up needs them",
            remedy="install the client tools (apt install postgresql-client)",
        )


def _check_journal(settings: Settings) -> Check:
    if settings.journal_url is None and not (settings.home / "journal.db").is_file():
        return Check(name="journal", state="ok", found="none yet; the first run makes it")
    from pegbar.journal import Journal

    try:
        journal = Journal.open(settings.effective_journal_url)
        try:
            journal.verify()
        finally:
            journal.close()
    except PegbarError as error:
        return broken_by("journal", error)
    return Check(name="journal", state="ok", found="opens, is whole, and its schema is current")
