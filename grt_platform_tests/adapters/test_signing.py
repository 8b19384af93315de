"""Signatures of URLs, without any server."""

from dataclasses import replace
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.adapters.signing import MAX_EXPIRES_S, Grant, read_grant, sign_url, verify
from grt_platform.kernel.errors import BadInputError

SECRET = b"secret"
NOW = 1_800_000_000.0
GRANT = Grant("PUT", "raw", "a/b c+ü", int(NOW) + 60, 5, "0" * 64)


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def signature_of(grant: Grant, secret: bytes = SECRET) -> str:
    return query_of(sign_url(secret, "http://host", grant))["signature"]


def test_a_url_has_the_documented_form() -> None:
    url = sign_url(SECRET, "https://host/base/", GRANT)
    assert url.startswith(f"https://host/base/objects/raw/a/b%20c%2B%C3%BC?method=PUT&expires={int(NOW) + 60}&size=5")
    assert "&signature=" in url


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1), st.none() | st.integers(0, 10**12))
def test_what_was_signed_is_read_back_and_verified(key: str, size_bytes: int | None) -> None:
    grant = replace(GRANT, key=key, size_bytes=size_bytes)
    url = sign_url(SECRET, "http://host", grant)
    path = unquote(urlsplit(url).path).removeprefix("/objects/raw/")
    read = read_grant("PUT", "raw", path, query_of(url))
    assert read == grant
    verify(SECRET, read, query_of(url)["signature"], now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"method": "GET"},
        {"store": "lake"},
        {"key": "a/b"},
        {"expires": GRANT.expires + 1},
        {"size_bytes": 6},
        {"size_bytes": None},
        {"sha256": "1" * 64},
        {"sha256": None},
    ],
)
def test_a_signature_holds_for_nothing_but_what_was_signed(change: dict[str, object]) -> None:
    other = replace(GRANT, **change)  # type: ignore[arg-type]
    with pytest.raises(BadInputError, match="does not fit"):
        verify(SECRET, other, signature_of(GRANT), now=NOW)


def test_moving_letters_from_one_field_to_the_next_changes_the_signature() -> None:
    assert signature_of(Grant("GET", "raw", "a", 1)) != signature_of(Grant("GET", "ra", "wa", 1))
    assert signature_of(Grant("GET", "raw", "a1", 1)) != signature_of(Grant("GET", "raw", "a", 11))


@pytest.mark.parametrize("signature", ["", "0" * 64, "é", signature_of(GRANT).upper(), signature_of(GRANT) + " "])
def test_any_other_signature_is_refused(signature: str) -> None:
    with pytest.raises(BadInputError, match="does not fit"):
        verify(SECRET, GRANT, signature, now=NOW)


def test_another_secret_makes_another_signature() -> None:
    with pytest.raises(BadInputError, match="does not fit"):
        verify(b"other", GRANT, signature_of(GRANT), now=NOW)


def test_without_a_secret_nothing_is_admitted() -> None:
    with pytest.raises(BadInputError, match="does not fit"):
        verify(b"", GRANT, signature_of(GRANT, b""), now=NOW)


@pytest.mark.parametrize("late_s", [60, 61, 10**6])
def test_a_url_is_void_from_the_second_it_names(late_s: int) -> None:
    verify(SECRET, GRANT, signature_of(GRANT), now=NOW + 59.9)
    with pytest.raises(BadInputError, match="expired"):
        verify(SECRET, GRANT, signature_of(GRANT), now=NOW + late_s)


def test_a_url_that_lives_too_long_is_void_even_when_it_is_signed() -> None:
    eternal = replace(GRANT, expires=int(NOW) + MAX_EXPIRES_S + 901)
    with pytest.raises(BadInputError, match="expired"):
        verify(SECRET, eternal, signature_of(eternal), now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"method": "GET"},
        {"method": ""},
        {"expires": ""},
        {"expires": "-1"},
        {"expires": "1e9"},
        {"expires": "\uff11"},
        {"expires": "9" * 5000},
        {"size": ""},
        {"size": "5.0"},
        {"sha256": ""},
        {"sha256": "A" * 64},
        {"sha256": "0" * 63},
    ],
)
def test_a_damaged_query_is_refused_before_anything_is_computed(change: dict[str, str]) -> None:
    with pytest.raises(BadInputError, match="this URL"):
        read_grant("PUT", "raw", "a", {**query_of(sign_url(SECRET, "http://host", GRANT)), **change})


def test_a_url_of_a_web_door_whose_clock_is_ahead_holds_at_another_one() -> None:
    grant = replace(GRANT, expires=int(NOW) + MAX_EXPIRES_S + 600)
    verify(SECRET, grant, signature_of(grant), now=NOW)
    with pytest.raises(BadInputError, match="expired"):
        verify(SECRET, grant, signature_of(grant), now=NOW - 600)
