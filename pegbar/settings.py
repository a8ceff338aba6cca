"""Where pegbar keeps its state, and which profile it runs on.

A profile changes settings, never code: ``PEGBAR_PROFILE`` names a TOML file of infra/profiles, and
a ``settings.toml`` in the home overrides it. The embedded profile needs no file at all.
"""

import os
import tomllib
from pathlib import Path
from urllib.parse import quote

from pydantic import ValidationError

from pegbar.calls import CallSettings
from pegbar.config import Config
from pegbar.dataset.member_cache import MemberCacheConfig
from pegbar.engine import EngineConfig, PoolConfig
from pegbar.errors import ConfigurationError
from pegbar.notify import NotifySettings
from pegbar.space import SpaceSettings
from pegbar.store import LocalStoreConfig, StoreConfig
from pegbar.web import WebSettings

HOME_VARIABLE = "PEGBAR_HOME"
PROFILE_VARIABLE = "PEGBAR_PROFILE"
PROFILES = Path(__file__).parent.parent / "infra" / "profiles"


class Settings(Config):
    """Everything that differs between a laptop and a cluster. ``None`` means: managed under the home."""

    home: Path
    owner: str = "local"
    journal_url: str | None = None
    store: StoreConfig | None = None
    member_cache: MemberCacheConfig | None = None
    prefect_api_url: str | None = None
    mlflow_tracking_uri: str | None = None
    engine: EngineConfig = PoolConfig()
    calls: CallSettings = CallSettings()
    space: SpaceSettings = SpaceSettings()
    web: WebSettings = WebSettings()
    notify: NotifySettings = NotifySettings()

    @property
    def effective_journal_url(self) -> str:
        """SQLAlchemy URL of the journal; a SQLite file in the home unless set."""
        return self.journal_url or f"sqlite:///{quote(str(self.home / 'journal.db'))}"

    @property
    def effective_store(self) -> StoreConfig:
        """The store's configuration; a folder in the home unless set."""
        return self.store or LocalStoreConfig(root=self.home / "store")

    @property
    def effective_member_cache(self) -> MemberCacheConfig:
        """Where members read from a bucket are kept near; in the home unless set."""
        return self.member_cache or MemberCacheConfig(root=self.home / "scratch" / "members")


def load_settings() -> Settings:
    """Read the profile and the home's own settings; touch nothing on disk.

    Raises:
        ConfigurationError: a profile is unknown or a field does not validate.
    """
    home = Path(os.environ.get(HOME_VARIABLE) or ".pegbar").absolute()
    fields: dict[str, object] = {}
    profile = os.environ.get(PROFILE_VARIABLE)
    if profile:
        fields |= _read_toml(PROFILES / f"{profile}.toml", known=PROFILES)
    own = home / "settings.toml"
    if own.is_file():
        fields |= _read_toml(own, known=None)
    try:
        return Settings.model_validate({**fields, "home": home})
    except ValidationError as error:
        raise ConfigurationError.from_validation("settings", error) from error


def _read_toml(path: Path, known: Path | None) -> dict[str, object]:
    if not path.is_file():
        names = ", ".join(sorted(file.stem for file in known.glob("*.toml"))) if known else ""
        raise ConfigurationError(
            f"no profile {path.stem!r}", remedy=f"set {PROFILE_VARIABLE} to one of: {names}", subject=path.stem
        )
    try:
        return tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not TOML: {error}", remedy=f"correct {path}", subject=str(path)) from error
