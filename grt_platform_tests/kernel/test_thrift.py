"""Thrift's compact protocol: the same bytes come back, and nothing cut short is taken for a value."""

import io

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.kernel.thrift import (
    BINARY,
    BYTE,
    DOUBLE,
    FALSE,
    I16,
    I32,
    I64,
    LIST,
    STRUCT,
    TRUE,
    Field,
    Items,
    read_struct,
    write_struct,
)

NUMBERS = st.integers(-(1 << 63), (1 << 63) - 1)
PLAIN = st.one_of(
    st.builds(Field, st.sampled_from([I16, I32, I64]), NUMBERS),
    st.builds(Field, st.sampled_from([TRUE, FALSE]), st.none()),
    st.builds(Field, st.just(BYTE), st.integers(0, 255)),
    st.builds(Field, st.just(BINARY), st.binary(max_size=200)),
    st.builds(Field, st.just(DOUBLE), st.binary(min_size=8, max_size=8)),
)


def with_more(inner: st.SearchStrategy[Field]) -> st.SearchStrategy[Field]:
    """Structs and lists of what there is already."""
    struct = st.dictionaries(st.integers(1, 3000), inner, max_size=5)
    items = st.one_of(
        st.builds(Items, st.just(I64), st.lists(NUMBERS, max_size=20)),
        st.builds(Items, st.sampled_from([TRUE, FALSE]), st.lists(st.sampled_from([TRUE, FALSE]), max_size=20)),
        st.builds(Items, st.just(STRUCT), st.lists(struct, max_size=3)),
    )
    return st.one_of(st.builds(Field, st.just(STRUCT), struct), st.builds(Field, st.just(LIST), items))


FIELDS = st.dictionaries(st.integers(1, 3000), st.recursive(PLAIN, with_more, max_leaves=12), max_size=6)


@given(FIELDS)
def test_what_was_written_is_read_and_what_is_cut_short_is_refused(fields: dict[int, Field]) -> None:
    data = write_struct(fields)
    assert read_struct(data) == fields
    for size in range(len(data)):
        with pytest.raises(ValueError, match=r"cut short|is not known"):
            read_struct(data[:size])
    with pytest.raises(ValueError, match="bytes follow"):
        read_struct(data + b"\0")


@given(st.binary(max_size=60))
def test_any_bytes_are_a_struct_or_an_error(data: bytes) -> None:
    try:
        fields = read_struct(data)
    except ValueError:
        return
    assert read_struct(write_struct(fields)) == fields


def test_the_footer_that_a_parquet_file_has_comes_back_byte_for_byte() -> None:
    sink = io.BytesIO()
    pl.DataFrame({"a": range(100), "b": ["x"] * 100, "c": [None, 1.5] * 50}).write_parquet(sink, row_group_size=3)
    data = sink.getvalue()
    footer = data[-8 - int.from_bytes(data[-8:-4], "little") : -8]
    assert write_struct(read_struct(footer)) == footer
