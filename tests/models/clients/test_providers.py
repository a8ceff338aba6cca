"""Where questions may go: only to a provider that is set, with its key, and films only where they are taken."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest
from language_questions import KEY, KEY_VARIABLE, Caption, calls_to, fox
from servers.language_server import INPUT_TOKENS, OUTPUT_TOKENS, LanguageServer
from servers.processes import free_port

from models.clients import Calls, Footage, GeminiConfig, OpenAIConfig, Question, Text
from models.clients.provider import address_of
from pegbar.calls import CallBudget, CallSettings, MemoryMeter, Price, Provider
from pegbar.errors import ConfigurationError, InputError, ProviderError

OPENAI, GEMINI = OpenAIConfig(model="gpt-4o"), GeminiConfig(model="gemini-2.5-flash")
FAR = Provider(base_url="https://models.example/v1", api_key_variable=KEY_VARIABLE)


def calls_with(folder: Path, provider: Provider | None) -> Calls:
    settings = CallSettings(openai=provider, gemini=provider)
    return Calls(settings, folder, MemoryMeter(CallBudget()))


@pytest.mark.parametrize("config", [OPENAI, GEMINI], ids=["openai", "gemini"])
def test_without_a_provider_nothing_leaves(tmp_path: Path, config: OpenAIConfig | GeminiConfig) -> None:
    with pytest.raises(ConfigurationError, match="nothing may be sent") as caught:
        config.build(calls_with(tmp_path, None)).ask(fox())
    assert f"[calls.{config.kind}]" in caught.value.remedy
    assert "settings.toml" in caught.value.remedy


def test_a_proxy_is_not_asked_for_this_machine(
    server: LanguageServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    OPENAI.build(calls_to(server, tmp_path)).ask(fox())
    monkeypatch.setattr("models.clients.transport.LOOPBACK_HOSTS", ())
    with pytest.raises(ProviderError, match="All connection attempts failed"):
        OPENAI.build(calls_to(server, tmp_path / "other")).ask(fox())


@pytest.mark.parametrize("value", [None, "", " ", "sk-\u00e9", "sk-\n-two"])
def test_a_key_that_cannot_be_one_is_said_without_showing_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(KEY_VARIABLE, value)
    with pytest.raises(ConfigurationError, match=KEY_VARIABLE) as caught:
        OPENAI.build(calls_with(tmp_path, FAR)).ask(fox())
    assert "sk-" not in str(caught.value)


def test_a_server_of_this_machine_needs_no_key(
    server: LanguageServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEY_VARIABLE)
    OPENAI.build(calls_to(server, tmp_path)).ask(fox())
    assert KEY not in server.asked[0].headers["authorization"]


def test_the_environment_sends_nothing_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "https://elsewhere.example/v1")
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    settings = CallSettings(openai=Provider(api_key_variable=KEY_VARIABLE))
    address = address_of("openai", settings, "gpt-4o", "https://api.openai.com/v1")
    assert address.base_url == "https://api.openai.com/v1"
    assert KEY not in repr(address)


def test_the_key_goes_to_the_server_and_nowhere_else(
    server: LanguageServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        OPENAI.build(calls_to(server, tmp_path)).ask(fox())
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in caplog.text
    assert all(KEY.encode() not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_cost_is_the_vendors_or_the_settings_or_not_known(server: LanguageServer, tmp_path: Path) -> None:
    calls = calls_to(server, tmp_path)
    provider = calls.settings.openai
    assert provider is not None
    own = Price(input_usd_per_million=10, output_usd_per_million=30)
    priced = calls.settings.but(openai=provider.but(prices={"our-model": own}))
    known = OpenAIConfig(model="gpt-4o").build(calls).ask(fox()).spent
    ours = OpenAIConfig(model="our-model").build(Calls(priced, tmp_path, calls.meter)).ask(fox()).spent
    google = GeminiConfig(model="gemini-2.5-flash").build(calls).ask(fox()).spent
    unknown = OpenAIConfig(model="their-model").build(calls).ask(fox()).spent
    assert known.usd == pytest.approx((INPUT_TOKENS * 2.5 + OUTPUT_TOKENS * 10) / 1e6)  # openai.com/api/pricing
    assert google.usd == pytest.approx((INPUT_TOKENS * 0.3 + OUTPUT_TOKENS * 2.5) / 1e6)  # ai.google.dev pricing
    assert ours.usd == pytest.approx((100 * 10 + 20 * 30) / 1e6)
    assert (known.is_priced, ours.is_priced, unknown.is_priced) == (True, True, False)
    assert (unknown.usd, unknown.input_tokens, unknown.output_tokens) == (0.0, INPUT_TOKENS, OUTPUT_TOKENS)


@pytest.mark.parametrize("config", [OpenAIConfig(model="qwen", takes_footage=True), GEMINI], ids=["openai", "gemini"])
def test_a_film_is_sent_whole(server: LanguageServer, tmp_path: Path, config: OpenAIConfig | GeminiConfig) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(range(256)))
    client = config.build(calls_to(server, tmp_path / "replies"))
    assert client.takes_footage
    client.ask(Question("film v1", (Text("What happens?"), Footage(film)), Caption))
    assert server.asked[0].media == (("video/mp4", film.read_bytes()),)
    with film.open("ab") as stream:
        stream.truncate(16 * 2**20)
    with pytest.raises(InputError, match="at most 15728640"):
        client.ask(Question("film v1", (Text("What happens?"), Footage(film)), Caption))


def test_a_film_is_not_sent_where_it_is_not_taken(server: LanguageServer, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="films") as caught:
        OPENAI.build(calls_to(server, tmp_path)).ask(fox(Footage(tmp_path / "film.mp4")))
    assert "takes_footage" in caught.value.remedy
    assert server.asked == []


def test_configurations_are_read_without_the_heavy_packages() -> None:
    program = "import sys, models.clients; print(sorted({'pydantic_ai', 'openai', 'google.genai'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"
