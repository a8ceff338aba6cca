"""`pegbar films render`: films and their truth in a folder, one JSON object, errors from the tree."""

import json
from pathlib import Path

from typer.testing import CliRunner

from pegbar.cli.films import films_app
from pegbar.errors import ConfigurationError


def test_render_lists_every_file_as_json(tmp_path: Path) -> None:
    command = ["render", str(tmp_path / "films"), "--films", "1", "--seed", "90001", "--seconds", "2", "--json"]
    result = CliRunner().invoke(films_app, command)
    assert result.exit_code == 0, result.output
    (film,) = json.loads(result.stdout)["films"]
    assert (film["name"], film["split"], film["num_frames"]) == ("toon_s90001", "test", 24)
    assert {*film["files"], "toon_s90001.film.json"} == {path.name for path in (tmp_path / "films").iterdir()}


def test_blemishes_are_added_by_name(tmp_path: Path) -> None:
    wanted = ["--with", "logo", "--with", "subtitles"]
    result = CliRunner().invoke(films_app, ["render", str(tmp_path), "--films", "1", "--seconds", "2.5", *wanted])
    assert result.exit_code == 0, result.output
    texts = json.loads((tmp_path / "toon_s00000.text.json").read_text())
    assert texts["logo"] and texts["subtitles"]


def test_an_unknown_blemish_names_those_there_are(tmp_path: Path) -> None:
    result = CliRunner().invoke(films_app, ["render", str(tmp_path), "--with", "scratches"])
    assert isinstance(result.exception, ConfigurationError)
    assert "subtitles" in str(result.exception) and "variable-rate" in str(result.exception)
    assert not list(tmp_path.iterdir())


def test_a_length_out_of_range_is_a_configuration_error(tmp_path: Path) -> None:
    result = CliRunner().invoke(films_app, ["render", str(tmp_path), "--seconds", "0.5"])
    assert isinstance(result.exception, ConfigurationError)
    assert "max_seconds" in str(result.exception)
    assert not list(tmp_path.iterdir())
