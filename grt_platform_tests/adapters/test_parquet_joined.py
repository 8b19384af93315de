"""Parquet files joined are the file that one writer makes of the same row groups, and nothing else is joined."""

import io
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from grt_platform.adapters.parquet_joined import join_parquet
from grt_platform.kernel.errors import BadSourceError

SCHEMA = pa.schema(
    [("number", pa.int64()), ("text", pa.dictionary(pa.int32(), pa.binary())), ("maybe", pa.float64())],
    metadata={b"grt.table": b"sample"},
)


def group(number: int, rows: int) -> pa.Table:
    """A row group unlike others."""
    text = pa.array([b"%d/%d" % (number, row % 7) for row in range(rows)], pa.binary()).dictionary_encode()
    maybe = [None if row % 3 else row / 7 for row in range(rows)]
    return pa.table({"number": [number * row for row in range(rows)], "text": text, "maybe": maybe}, schema=SCHEMA)


def file(*groups: pa.Table, **options: Any) -> bytes:
    """A file of these row groups."""
    given: dict[str, Any] = {"compression": "zstd", "write_page_checksum": True, "store_schema": False} | options
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, SCHEMA, **given) as writer:
        for each in groups:
            writer.write_table(each, row_group_size=max(each.num_rows, 1))
    return sink.getvalue()


def joined(*files: bytes) -> tuple[bytes, int]:
    """The files as one, and how many rows it is said to have."""
    sink = io.BytesIO()
    rows = join_parquet((io.BytesIO(each) for each in files), sink)
    return sink.getvalue(), rows


GROUPS = [group(number, rows) for number, rows in enumerate((5000, 1, 0, 70_000, 12, 300))]


@pytest.mark.parametrize("cuts", [[], [1], [3, 4], [0, 0, 6], [1, 2, 3, 4, 5]])
def test_joined_files_are_the_one_of_a_single_writer_bit_by_bit(cuts: list[int]) -> None:
    ends = [0, *cuts, len(GROUPS)]
    parts = [file(*GROUPS[begin:end]) for begin, end in pairwise(ends)]
    whole, rows = joined(*parts)
    assert whole == file(*GROUPS)
    assert rows == sum(each.num_rows for each in GROUPS)
    read = pq.read_table(io.BytesIO(whole))
    assert read.equals(pa.concat_tables(GROUPS).cast(read.schema))


def test_many_row_groups_are_joined() -> None:
    few = [group(number, 3) for number in range(40)]
    whole, _ = joined(*(file(each) for each in few))
    assert whole == file(*few)


def test_files_of_another_kind_are_not_joined() -> None:
    for other in (
        file(GROUPS[0], store_schema=True),
        file(GROUPS[0], write_page_index=True),
        _of_columns(("number", "text")),
        b"",
        b"PAR1",
        b"PAR1PAR1",
        b"no Parquet at all",
        file(GROUPS[0])[:-1],
        file(GROUPS[0])[:-9] + b"\xff" + file(GROUPS[0])[-8:],
    ):
        with pytest.raises(BadSourceError):
            joined(file(GROUPS[1]), other)


def _of_columns(names: tuple[str, ...]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(GROUPS[0].select(names), sink, compression="zstd", store_schema=False)
    return sink.getvalue()
