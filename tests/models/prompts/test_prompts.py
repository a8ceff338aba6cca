from pathlib import Path

import pytest

from models.prompts import Prompt
from pegbar.errors import ConfigurationError

HEAD = "---\nprompt: greeting\nversion: 2\ninputs: name\n---\n"


def prompt(folder: Path, content: str) -> Prompt:
    path = folder / "greeting.v2.md"
    path.write_text(content)
    return Prompt.load(path)


def test_words_take_their_inputs_and_nothing_else(tmp_path: Path) -> None:
    greeting = prompt(tmp_path, f"{HEAD}Hello $name, that is $$1.\n")
    assert greeting.title == "greeting v2"
    assert greeting.render(name="$name") == "Hello $name, that is $1."
    with pytest.raises(ConfigurationError, match=r"takes \['name'\], not \[\]"):
        greeting.render()


@pytest.mark.parametrize("content", ["Hello", f"{HEAD}Hello", f"{HEAD}Hello $name of $place", f"{HEAD}Hello $name $"])
def test_a_prompt_declares_what_it_uses(tmp_path: Path, content: str) -> None:
    with pytest.raises(ConfigurationError, match=r"greeting\.v2\.md"):
        prompt(tmp_path, content)
