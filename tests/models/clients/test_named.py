"""A client by a short name."""

import pytest

from models.clients import OpenAIConfig, ReplayConfig
from models.clients.named import client_named
from pegbar.errors import ConfigurationError


def test_a_model_may_have_colons_and_slashes_in_its_name() -> None:
    assert client_named("openai:qwen/qwen2.5-vl:7b") == OpenAIConfig(model="qwen/qwen2.5-vl:7b")


def test_a_file_is_found_from_anywhere() -> None:
    found = client_named("replay:answers.jsonl")
    assert isinstance(found, ReplayConfig)
    assert found.path.is_absolute()


@pytest.mark.parametrize("text", ["", "openai", "openai:", ":x", "OPENAI:x", "litellm:gpt"])
def test_another_form_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(ConfigurationError, match="no language model") as refused:
        client_named(text)
    assert "openai:MODEL" in refused.value.remedy
