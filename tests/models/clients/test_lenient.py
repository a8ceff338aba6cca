"""Reading JSON out of what models write."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.clients.lenient import MAX_CHARACTERS, NotJSONError, read_json

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
OBJECTS = st.dictionaries(st.text(), SCALARS | st.lists(SCALARS | st.dictionaries(st.text(), SCALARS)), max_size=5)


@settings(max_examples=50, deadline=None, derandomize=True, database=None)
@given(OBJECTS)
def test_json_is_read_as_it_is(value: dict[str, object]) -> None:
    assert read_json(json.dumps(value)) == value
    assert read_json(f"Sure!\n```json\n{json.dumps(value, indent=1)}\n```\nAnything else?") == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, 2,], }', {"a": [1, 2]}),
        ('{"a": {"b": 1,\n}\n,}', {"a": {"b": 1}}),
        ('{"a": "1,]", "b": "c,}"}', {"a": "1,]", "b": "c,}"}),
        ('{"a": "he said \\",}\\""}', {"a": 'he said ",}"'}),
        ('\ufeffHere [1]: {"a": "}{"}', {"a": "}{"}),
    ],
)
def test_trailing_commas_go_and_words_stay(text: str, value: dict[str, object]) -> None:
    assert read_json(text) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("I cannot help with that.", "no JSON object"),
        ("[1, 2]", "no JSON object"),
        ('{"a": {"b": 1}', "cut off"),
        ('{"a": "never ends', "cut off"),
        ("{'a': 1}", "not JSON"),
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": 1} {"a": 2}', "more than one"),
        ('{"a": ' * 50_000 + "1" + "}" * 50_000, "not JSON"),
        ("{" + '\\"' * 500_000, "cut off"),
        ("x" * (MAX_CHARACTERS + 1), "characters"),
    ],
)
def test_what_is_refused_says_why(text: str, why: str) -> None:
    with pytest.raises(NotJSONError, match=why):
        read_json(text)
