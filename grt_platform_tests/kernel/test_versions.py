"""Version ids, promises, and how an upload is cut into parts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.versions import (
    MAX_PARTS,
    ObjectVersion,
    Promise,
    State,
    is_version_id,
    part_size_for,
    time_ordered_id,
    version_in,
)

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
MIB = 1 << 20
VERSION = ObjectVersion(
    time_ordered_id(NOW, b"x" * 10), "alpha", "a/b.fa", 12 * MIB, State.PENDING, None, None, 5 * MIB, "me", NOW, NOW
)


def test_ids_are_uuids_of_version_7_and_ordered_by_time() -> None:
    ids = [time_ordered_id(NOW + timedelta(milliseconds=n), bytes([255 - n] * 10)) for n in range(50)]
    assert ids == sorted(ids)
    assert all(is_version_id(each) and each[14] == "7" and each[19] in "89ab" for each in ids)


def test_a_key_tells_project_and_version_and_nothing_else_does() -> None:
    assert VERSION.key == f"projects/alpha/{VERSION.version_id}/a/b.fa"
    assert version_in(VERSION.key) == ("alpha", VERSION.version_id)
    for key in ("", "projects", "projects/a/b/c", "galaxy/x/y/z", f"projects/alpha/{VERSION.version_id}"):
        assert version_in(key) is None


@pytest.mark.parametrize(
    "text", ["", "x", "0" * 32, "{" + "0" * 36, VERSION.version_id.upper(), VERSION.version_id + " "]
)
def test_only_the_one_spelling_of_an_id_is_one(text: str) -> None:
    assert not is_version_id(text)


def test_parts_cover_the_whole_and_the_last_may_be_smaller() -> None:
    assert VERSION.parts_count == 3
    assert [VERSION.part_size(number) for number in (1, 2, 3)] == [5 * MIB, 5 * MIB, 2 * MIB]
    assert replace(VERSION, size_bytes=0).part_size(1) == 0
    for number in (0, 4, -1):
        with pytest.raises(BadInputError, match="no part"):
            VERSION.part_size(number)


@pytest.mark.parametrize(
    ("size_bytes", "wanted", "expected"),
    [
        (0, None, None),
        (5 << 30, None, None),
        ((5 << 30) + 1, None, 16 * MIB),
        (5 << 40, None, 525 * MIB),
        (1, 5 * MIB, 5 * MIB),
    ],
)
def test_the_size_of_parts_fits_what_stores_take(size_bytes: int, wanted: int | None, expected: int | None) -> None:
    parts = part_size_for(size_bytes, wanted)
    assert parts == expected
    assert parts is None or parts * MAX_PARTS >= size_bytes


@pytest.mark.parametrize(
    ("size_bytes", "wanted"), [(1, 0), (1, -1), (1, 5 * MIB - 1), (1, (5 << 30) + 1), (10**12, 5 * MIB)]
)
def test_parts_that_no_store_takes_are_refused(size_bytes: int, wanted: int) -> None:
    with pytest.raises(BadInputError, match="a part has"):
        part_size_for(size_bytes, wanted)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"size_bytes": -1}, "-1 bytes"),
        ({"size_bytes": 1, "sha256": "A" * 64}, "no sha256"),
        ({"size_bytes": 1, "sha256": ""}, "no sha256"),
        ({"size_bytes": 1, "md5": "0" * 31}, "no MD5"),
    ],
)
def test_a_promise_that_makes_no_sense_is_refused(terms: dict[str, object], words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        Promise(**terms)  # type: ignore[arg-type]
