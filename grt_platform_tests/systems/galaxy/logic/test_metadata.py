"""Metadata files: what is taken, what is refused, and that nothing else than a refusal ever comes out of bad bytes."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.galaxy.logic.metadata import UnknownVersionError, parse_metadata

HASH = "sha256:" + "ab" * 32
USUAL: dict[str, Any] = {
    "version": 3,
    "galaxy_version": "22.05",
    "generated": "1543000000.1234567",
    "report_hash": HASH,
    "metrics": {"_times": [["init_start", 0.5]]},
    "users": {"active": 10, "total": 2131},
    "jobs": {"ok": 76, "error": 22},
}


def raw(**changes: Any) -> bytes:
    keys = {**USUAL, **changes}
    return json.dumps({key: value for key, value in keys.items() if value is not ...}).encode()


def test_the_usual_metadata_is_read() -> None:
    found = parse_metadata(raw())
    assert found.generated_at == datetime(2018, 11, 23, 19, 6, 40, 123_456, tzinfo=UTC)
    assert (found.version, found.galaxy_version, found.sha256) == (3, "22.05", "ab" * 32)
    assert (found.users_active, found.users_total) == (10, 2131)
    assert found.jobs == {"ok": 76, "error": 22}
    assert found.times == [["init_start", 0.5]]
    assert (found.tools, found.extra) == ((), {})


def test_a_hash_in_capitals_is_the_same_hash() -> None:
    assert parse_metadata(raw(report_hash="sha256:" + "AB" * 32)).sha256 == "ab" * 32


def test_keys_that_nobody_knows_are_kept() -> None:
    assert parse_metadata(raw(histories=5, tools=[])).extra == {"histories": 5, "tools": []}


def test_only_what_identifies_a_report_is_needed() -> None:
    found = parse_metadata(raw(galaxy_version=..., metrics=..., users=..., jobs=...))
    assert (found.galaxy_version, found.users_active, found.jobs, found.times) == (None, None, None, None)


def test_format_1_lists_tools_or_null() -> None:
    tool = ["upload1", "Upload File", "1.1.4", None, None, None]
    assert parse_metadata(raw(version=1, tools=[tool])).tools == (tuple(tool),)
    assert parse_metadata(raw(version=1, tools=None)).tools == ()


@pytest.mark.parametrize("version", [0, 4, -1, 10**30])
def test_an_unknown_version_is_told_apart_from_bad_metadata(version: int) -> None:
    with pytest.raises(UnknownVersionError, match="unknown version"):
        parse_metadata(raw(version=version))


@pytest.mark.parametrize("seconds", ["0", "1", "1501836597.08", "4102444800"])
def test_any_unix_time_up_to_2100_is_taken(seconds: str) -> None:
    assert parse_metadata(raw(generated=seconds)).generated_at.timestamp() == float(seconds)


def test_a_report_may_be_made_up_to_a_day_after_it_came_in() -> None:
    received = datetime(2022, 7, 1, tzinfo=UTC)
    parse_metadata(raw(generated=str(received.timestamp() + 86_400)), received)
    with pytest.raises(BadSourceError, match="more than a day after"):
        parse_metadata(raw(generated=str(received.timestamp() + 86_401)), received)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"version": True}, "version is missing or not an integer"),
        ({"version": 3.0}, "version is missing or not an integer"),
        ({"version": "3"}, "version is missing or not an integer"),
        ({"version": ...}, "version is missing or not an integer"),
        ({"report_hash": ...}, "report_hash is not"),
        ({"report_hash": 5}, "report_hash is not"),
        ({"report_hash": "sha256:" + "g" * 64}, "report_hash is not"),
        ({"report_hash": HASH + "\n"}, "report_hash is not"),
        ({"report_hash": "ab" * 32}, "report_hash is not"),
        ({"report_hash": "md5:" + "ab" * 16}, "report_hash is not"),
        ({"generated": ...}, "generated is not the text"),
        ({"generated": 1501836597.08}, "generated is not the text"),
        ({"generated": "2022-07-01"}, "generated is not the text"),
        ({"generated": "1e9"}, "generated is not the text"),
        ({"generated": "-1"}, "generated is not the text"),
        ({"generated": "1.2.3"}, "generated is not the text"),
        ({"generated": "١٢"}, "generated is not the text"),
        ({"generated": "9" * 300}, "generated is not the text"),
        ({"generated": "999999999999"}, "generated lies beyond"),
        ({"version": 1}, "format 1 needs the key tools"),
        ({"version": 1, "tools": "x"}, "tools is not a list of six"),
        ({"version": 1, "tools": [["a"]]}, "tools is not a list of six"),
        ({"version": 1, "tools": [[None] * 6]}, "tools is not a list of six"),
        ({"version": 1, "tools": [["a", 1, "b", None, None, None]]}, "tools is not a list of six"),
        ({"users": []}, "users is not an object"),
        ({"users": {"active": -1}}, "users.active is not a count"),
        ({"users": {"active": True}}, "users.active is not a count"),
        ({"users": {"total": 1.0}}, "users.total is not a count"),
        ({"users": {"total": 2**63}}, "users.total is not a count"),
        ({"jobs": [1]}, "jobs is not an object"),
        ({"jobs": {"ok": "5"}}, "a count of jobs is not a count"),
        ({"metrics": 5}, "metrics is not an object"),
        ({"metrics": {"_times": 5}}, "metrics._times is not a list"),
        ({"galaxy_version": 17.09}, "galaxy_version is not a text"),
        ({"galaxy_version": "a\0b"}, "holds NUL"),
        ({"note": {"a": ["\ud800"]}}, "half a surrogate"),
        ({"note\0": 1}, "holds NUL"),
    ],
)
def test_wrong_metadata_is_refused_with_its_reason(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadSourceError, match=reason):
        parse_metadata(raw(**changes))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"null", "not a JSON object"),
        (b"[]", "not a JSON object"),
        (b"3", "not a JSON object"),
        (b"\xef\xbb\xbf" + raw(), "byte order mark"),
        (raw().decode().encode("utf-16"), "not UTF-8"),
        (b'{"a": "\xe9"}', "not UTF-8"),
        (raw() + raw(), "not JSON"),
        (raw()[:-1] + b', "version": 3}', "a key occurs twice"),
        (raw()[:-1] + b', "x": {"a": 1, "a": 1}}', "a key occurs twice"),
        (raw()[:-1] + b', "x": NaN}', "holds NaN"),
        (raw()[:-1] + b', "x": -Infinity}', "holds -Infinity"),
        (raw()[:-1] + b', "x": 1e999}', "a number too large"),
        (raw()[:-1] + b', "x": ' + b"9" * 5000 + b"}", "not JSON"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a":' * 200_000, "nested too deeply"),
        (raw()[:-1] + b', "x": ' + b"[" * 40 + b"]" * 40 + b"}", "nested too deeply"),
        (bytes(100), "not JSON"),
    ],
)
def test_what_is_no_metadata_is_refused_with_its_reason(text: bytes, reason: str) -> None:
    with pytest.raises(BadSourceError, match=reason):
        parse_metadata(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from([*USUAL, "tools", "other"]), json_values, max_size=4))
def test_any_metadata_is_read_or_refused(changes: dict[str, Any]) -> None:
    try:
        found = parse_metadata(raw(**changes))
    except BadSourceError as error:
        reason = error.reason
    else:
        reason = "metadata: read"
        json.dumps(found.extra, ensure_ascii=False).encode()
    assert reason.startswith("metadata: ")


@settings(max_examples=300)
@given(st.binary(max_size=40))
def test_any_bytes_are_refused(text: bytes) -> None:
    with pytest.raises(BadSourceError):
        parse_metadata(text)
