"""The Range header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.web.ranges import UnsatisfiableError, read_range


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", range(1)),
        ("bytes=0-9", range(10)),
        ("bytes=3-", range(3, 10)),
        ("bytes=3-99999", range(3, 10)),
        ("bytes=-3", range(7, 10)),
        ("bytes=-99", range(10)),
        (" bytes=1-2 ", range(1, 3)),
    ],
)
def test_one_range_is_cut_to_the_object(header: str, part: range) -> None:
    assert read_range(header, 10) == part


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-2",
        "bytes=0-1,4-5",
        "items=0-1",
        "bytes=\uff11-2",
        "bytes=--1",
    ],
)
def test_what_is_not_one_range_asks_for_the_whole(header: str | None) -> None:
    assert read_range(header, 10) is None


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=10-", 10), ("bytes=99-100", 10), ("bytes=-0", 10), ("bytes=0-", 0)]
)
def test_a_range_without_any_byte_cannot_be_satisfied(header: str, size: int) -> None:
    with pytest.raises(UnsatisfiableError):
        read_range(header, size)


@given(st.from_regex(r"bytes=[0-9]{0,20}-[0-9]{0,20}", fullmatch=True), st.integers(0, 100))
def test_no_range_reaches_out_of_the_object(header: str, size: int) -> None:
    try:
        part = read_range(header, size)
    except UnsatisfiableError:
        return
    assert part is None or (0 <= part[0] <= part[-1] < size)
