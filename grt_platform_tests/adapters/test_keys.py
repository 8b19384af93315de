"""Names of objects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.adapters.keys import HIDDEN, MAX_KEY_BYTES, check_key, check_prefix, is_part
from grt_platform.kernel.errors import BadInputError


def test_an_error_names_the_key_the_fault_and_the_remedy() -> None:
    with pytest.raises(BadInputError, match=r"'a/\.\./b' cannot name an object: '\.\.' is not a name; use parts"):
        check_key("a/../b")


def test_an_endless_key_does_not_make_an_endless_message() -> None:
    with pytest.raises(BadInputError, match="longer than 900 bytes") as caught:
        check_key("x" * 1_000_000)
    assert len(str(caught.value)) < 400


def test_a_prefix_may_end_with_a_slash_or_be_empty() -> None:
    assert check_prefix("a/b/") == check_prefix("a/b") == "a/b"
    assert check_prefix("") == ""


@pytest.mark.parametrize("prefix", ["/", "a//", "//", "../", HIDDEN, f"{HIDDEN}/"])
def test_a_prefix_below_which_no_key_can_lie_is_refused(prefix: str) -> None:
    with pytest.raises(BadInputError):
        check_prefix(prefix)


@given(st.text(alphabet=st.characters(), max_size=40))
def test_an_accepted_key_is_text_that_stays_below_its_root(key: str) -> None:
    try:
        check_key(key)
    except BadInputError:
        return
    parts = key.split("/")
    assert all(part not in {"", ".", ".."} for part in parts)
    assert not set(key) & set("\\\0\n\r\t")
    assert len(key.encode()) <= MAX_KEY_BYTES


@given(st.text(alphabet=st.characters(), max_size=300))
def test_a_key_is_accepted_just_when_each_of_its_parts_is(name: str) -> None:
    try:
        check_key(f"a/{name}")
    except BadInputError:
        accepted = False
    else:
        accepted = True
    assert accepted == all(is_part(part) for part in name.split("/"))


def test_a_part_can_be_asked_to_fit_into_what_is_left_of_a_key() -> None:
    assert is_part("é" * 5, 10)
    assert not is_part("é" * 5, 9)
    assert not is_part("a", 0)
