"""Every profile that is shipped loads, and differs only in settings."""

import re
from pathlib import Path

import pytest
from sqlalchemy import make_url

from pegbar.settings import PROFILES, load_settings

SECRET = re.compile(r"//[^/@\s]*:[^/@\s]*@|(password|secret|token)\w*\s*=", re.IGNORECASE)


@pytest.mark.parametrize(
    ("profile", "store_kind", "driver"),
    [
        ("embedded", "local", "sqlite"),
        ("server", "s3", "postgresql+psycopg2"),
        ("cluster", "s3", "postgresql+psycopg2"),
    ],
)
def test_a_profile_loads(
    home: Path, monkeypatch: pytest.MonkeyPatch, profile: str, store_kind: str, driver: str
) -> None:
    monkeypatch.setenv("PEGBAR_PROFILE", profile)
    settings = load_settings()
    assert settings.home == home
    assert settings.effective_store.kind == store_kind
    assert make_url(settings.effective_journal_url).drivername == driver
    settings.effective_store.build()


def test_no_profile_holds_a_secret() -> None:
    profiles = sorted(PROFILES.glob("*.toml"))
    assert [path.stem for path in profiles] == ["cluster", "embedded", "server"]
    assert [path.stem for path in profiles if SECRET.search(path.read_text())] == []
