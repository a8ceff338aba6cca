"""Names and keys from outside: any script and any quote is fine; what escapes or deceives is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pegbar.errors import HostileNameError
from pegbar.media import check_key, check_name
from pegbar.media.names import printable

LOOKS_ODD = 'it\'s "$(x)"; & `y` 100%.mp4'
FINE = ["film.mp4", "a b.mp4", "лиса 狐 🦊.mp4", LOOKS_ODD, ".hidden", "a" * 255, "http:x", "~", "*"]
BREAKS_A_LINE = ["a\nb", "\x1b[31mred", "nul\0", "\udcff", "\u202egpj.mp4"]
HOSTILE = ["", ".", "..", "a/b", "a\\b", "-rf", "a" * 256, "狐" * 86, *BREAKS_A_LINE]
ESCAPES = ["/etc/passwd", "a/../b", "../a", "a//b", "a/", "a/./b", "a/-b", "a\nb", "x/" * 600 + "y"]


@pytest.mark.parametrize("name", FINE)
def test_names_that_only_look_odd_pass(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_refused_in_one_printable_line(name: str) -> None:
    with pytest.raises(HostileNameError) as caught:
        check_name(name)
    assert caught.value.what.isprintable()
    assert "rename" in caught.value.remedy


@pytest.mark.parametrize("key", ["film.mp4", "shows/series 1/лиса.mp4", "a/b/c/d.tar"])
def test_keys_below_a_root_pass(key: str) -> None:
    assert check_key(key) == key


@pytest.mark.parametrize(
    "key", ["/etc/passwd", "a/../b", "../a", "a//b", "a/", "a/./b", "a/-b", "a\nb", "x/" * 600 + "y"]
)
def test_keys_that_escape_are_refused(key: str) -> None:
    with pytest.raises(HostileNameError):
        check_key(key)


@given(st.text(st.characters(), max_size=300))
def test_a_name_is_safe_or_refused_and_always_printable(name: str) -> None:
    assert printable(name).isprintable()
    try:
        check_name(name)
    except HostileNameError as error:
        assert error.what.isprintable()
    else:
        assert "/" not in name and "\n" not in name and len(name.encode()) <= 255
