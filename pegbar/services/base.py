"""What a managed server is: its name, its process, its settings, and how it is asked whether it answers."""

import base64
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Literal, Protocol

from pegbar.config import Config
from pegbar.errors import ConfigurationError

HOST = "127.0.0.1"
REQUEST_SECONDS = 5.0
ServiceName = Literal["prefect", "mlflow", "worker"]

# A proxy named by the environment must never see what two processes of one machine say to each other.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_THROUGH_PROXY = urllib.request.build_opener()


class Answer(Config):
    """What a server said to one request."""

    status: int
    body: str


class ManagedServer(Protocol):
    """A server that pegbar starts, finds again and stops."""

    @property
    def home(self) -> Path:
        """Folder that everything of the server lives in."""
        ...

    @property
    def name(self) -> ServiceName:
        """Name of the service; its files under ``home/services`` start with it."""
        ...

    @property
    def package(self) -> str:
        """Name of the installed distribution that it comes from."""
        ...

    def command(self, port: int) -> list[str]:
        """Arguments of the one process that is the server, after the interpreter."""
        ...

    def environment(self, port: int) -> dict[str, str]:
        """Every setting of the server that differs from its default."""
        ...

    def prepare(self) -> None:
        """Make the folders and secrets the server needs, unless they are there; one process at a time."""
        ...

    def problem(self, port: int) -> str | None:
        """Say what is wrong with the server at `port`, or None when it answers as ours should."""
        ...


def service_folder(home: Path) -> Path:
    """Folder of the states, logs, locks and secrets of the managed servers."""
    return home / "services"


def local_url(port: int) -> str:
    """Address of a managed server, without a slash at the end."""
    return f"http://{HOST}:{port}"


def ask(url: str, *, auth: str | None = None, timeout_seconds: float = REQUEST_SECONDS) -> Answer | None:
    """GET `url`; None when nobody answers in time.

    Args:
        url: http or https address; one of this machine is asked directly, past any proxy.
        auth: "user:password" for basic authentication.
        timeout_seconds: limit for connecting and for each read.
    """
    request = urllib.request.Request(url)
    if auth is not None:
        request.add_header("Authorization", f"Basic {base64.b64encode(auth.encode()).decode()}")
    opener = _DIRECT if request.host.partition(":")[0] in (HOST, "localhost") else _THROUGH_PROXY
    try:
        with opener.open(request, timeout=timeout_seconds) as response:
            return Answer(status=response.status, body=response.read().decode(errors="replace"))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(status=error.code, body=error.read().decode(errors="replace"))
    except (OSError, ValueError):
        return None


def sqlite_url(scheme: str, path: Path) -> str:
    """Return the database URL of a file: SQLAlchemy decodes percent signs and ends the name at a question mark."""
    return f"{scheme}:///{urllib.parse.quote(str(path.absolute()))}"


def checked_home(home: Path) -> Path:
    """Return `home`, absolute, when servers can keep their files in it.

    Raises:
        ConfigurationError: it is not a folder.
    """
    if home.exists() and not home.is_dir():
        remedy = "name another home: PEGBAR_HOME=/some/folder pegbar ..."
        raise ConfigurationError(f"the home is not a folder: {home}", remedy=remedy, subject=str(home))
    return home.absolute()
