"""OpenStack Swift with its S3 API: four processes, one replica, nothing outside one folder.

It checks credentials and digests, keeps real files, and has no conditional PUT that can be trusted:
what passes here asks little of an object store. It lives in an environment of its own (its
dependencies are not ours), made once beside the checkout and ignored by git.
"""

import fcntl
import getpass
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest
from servers.processes import answers, free_port, running
from servers.s3 import S3Server

_CACHE = Path(__file__).parent.parent.parent / ".swift-venv"
_ENVIRONMENT = _CACHE / "env"
REQUIREMENTS = ("swift==2.38.3", "pyeclib==1.8.0")
_READY = _CACHE / "ready"
_KINDS = ("account", "container", "object")
_PIPELINE = "catch_errors gatekeeper healthcheck proxy-logging listing_formats s3api tempauth slo dlo proxy-server"


@contextmanager
def swift(folder: Path) -> Iterator[S3Server]:
    """Run Swift until the block ends; skip, with the reason, where it cannot be installed."""
    _install()
    ports = {kind: free_port() for kind in (*_KINDS, "proxy")}
    _write_configuration(folder, ports)
    _build_rings(folder, ports)
    with ExitStack() as servers:
        for kind, port in ports.items():
            program = str(_ENVIRONMENT / "bin" / f"swift-{kind}-server")
            command = [program, str(folder / f"{kind}.conf"), "--verbose"]
            servers.enter_context(running(command, partial(answers, port), folder / f"{kind}.log"))
        yield S3Server(f"http://127.0.0.1:{ports['proxy']}", "studio:tester", "secret", checks_credentials=True)


def _install() -> None:
    _CACHE.mkdir(exist_ok=True)
    with (_CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _READY.is_file() and _READY.read_text() == " ".join(REQUIREMENTS):
            return
        try:
            _run(sys.executable, "-m", "venv", "--clear", str(_ENVIRONMENT))
            _run(str(_ENVIRONMENT / "bin" / "pip"), "install", "-q", "--only-binary=pyeclib", *REQUIREMENTS)
        except subprocess.CalledProcessError as error:
            pytest.skip(f"Swift cannot be installed here: {error.stderr.strip()[-300:]}")
        _READY.write_text(" ".join(REQUIREMENTS))


def _write_configuration(folder: Path, ports: Mapping[str, int]) -> None:
    (folder / "devices" / "d1").mkdir(parents=True)
    (folder / "swift.conf").write_text(
        "[swift-hash]\nswift_hash_path_suffix = pegbar\nswift_hash_path_prefix = tests\n"
    )
    for kind, port in ports.items():
        text = _proxy_sections() if kind == "proxy" else _storage_sections(kind)
        (folder / f"{kind}.conf").write_text(_default_section(folder, port) + text)


def _default_section(folder: Path, port: int) -> str:
    return f"""[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {getpass.getuser()}
swift_dir = {folder}
devices = {folder / "devices"}
mount_check = false
disable_fallocate = true
fallocate_reserve = 0
"""


def _storage_sections(kind: str) -> str:
    return f"[pipeline:main]\npipeline = {kind}-server\n[app:{kind}-server]\nuse = egg:swift#{kind}\n"


def _proxy_sections() -> str:
    filters = [name for name in _PIPELINE.split() if name not in ("proxy-server", "s3api", "tempauth")]
    uses = "".join(f"[filter:{name}]\nuse = egg:swift#{name.replace('-', '_')}\n" for name in filters)
    return f"""[pipeline:main]
pipeline = {_PIPELINE}
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_studio_tester = secret .admin
user_studio_guest = secret
{uses}"""


def _build_rings(folder: Path, ports: Mapping[str, int]) -> None:
    tool = str(_ENVIRONMENT / "bin" / "swift-ring-builder")
    for kind in _KINDS:
        builder = str(folder / f"{kind}.builder")
        _run(tool, builder, "create", "4", "1", "1")
        _run(tool, builder, "add", f"r1z1-127.0.0.1:{ports[kind]}/d1", "100")
        _run(tool, builder, "rebalance")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)
