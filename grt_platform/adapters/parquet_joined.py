"""Parquet files put one behind the other as one: their row groups as they are, under one footer.

Nothing is unpacked. Where each row group lies stands in the footer alone
(https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift), so only footers are read and
written, and files that were written row group by row group in several places are, joined, the one file that a single
writer of the same row groups makes, byte for byte.
"""

from collections.abc import Iterable
from typing import BinaryIO

from grt_platform.kernel.errors import BadSourceError
from grt_platform.kernel.thrift import LIST, STRUCT, Field, Fields, Items, read_struct, write_struct

_MAGIC = b"PAR1"
_TAIL = 8  # size of the footer, and the magic again
_NUM_ROWS, _ROW_GROUPS = 3, 4
_COLUMNS, _GROUP_OFFSET, _ORDINAL = 1, 5, 7
_FILE_PATH, _CHUNK_OFFSET, _METADATA = 1, 2, 3
_INDEXES, _BLOOM = (4, 6), 14
_PAGES = (9, 10, 11)
_COPY_BYTES = 1 << 20


def join_parquet(parts: Iterable[BinaryIO], sink: BinaryIO) -> int:
    """Writes the row groups of all files, in their order, as one file; returns how many rows it has.

    Args:
        parts: Parquet files of one schema and writer, at least one; each is done with when the next is asked for.
        sink: Gets the file.

    Raises:
        BadSourceError: They are of different kinds, no Parquet files, or hold what lies outside of row groups.
    """
    joined, groups, rows, filled = Fields(), list[bytes](), 0, sink.write(_MAGIC)
    for part in parts:
        footer, end = _footer(part)
        own, joined = footer[_ROW_GROUPS].value.values, joined or footer
        if _shape(footer) != _shape(joined):
            raise BadSourceError("is a Parquet file of another kind than those it is joined with", _name(part))
        groups += [_moved(group, filled - len(_MAGIC), len(groups) + at, _name(part)) for at, group in enumerate(own)]
        rows += footer[_NUM_ROWS].value
        part.seek(len(_MAGIC))
        filled += _copied(part, end - len(_MAGIC), sink)
    listed = Field(LIST, Items(STRUCT, groups))
    made = write_struct({**joined, _NUM_ROWS: joined[_NUM_ROWS]._replace(value=rows), _ROW_GROUPS: listed})
    sink.write(made + len(made).to_bytes(4, "little") + _MAGIC)
    return rows


def _footer(part: BinaryIO) -> tuple[Fields, int]:
    """The footer of a file, and where its row groups end."""
    end = part.seek(0, 2)
    part.seek(max(end - _TAIL, 0))
    tail = part.read(_TAIL)
    begin = end - _TAIL - int.from_bytes(tail[:4], "little")
    if tail[4:] != _MAGIC or begin < len(_MAGIC):
        raise BadSourceError("is no Parquet file", _name(part))
    part.seek(begin)
    try:
        return read_struct(part.read(end - _TAIL - begin)), begin
    except ValueError as error:
        raise BadSourceError(f"has a footer that cannot be read ({error})", _name(part)) from error


def _shape(footer: Fields) -> Fields:
    """What must be the same in all files: the schema and the writer."""
    return {number: field for number, field in footer.items() if number not in (_NUM_ROWS, _ROW_GROUPS)}


def _moved(group: Fields, by: int, ordinal: int, name: str) -> bytes:
    """A row group as the footer tells of it, so many bytes further behind."""
    columns = group[_COLUMNS].value
    told = {**group, _COLUMNS: Field(LIST, Items(STRUCT, [_column(column, by, name) for column in columns.values]))}
    _shift(told, (_GROUP_OFFSET,), by)
    if _ORDINAL in told:
        told[_ORDINAL] = told[_ORDINAL]._replace(value=ordinal)
    return write_struct(told)


def _column(column: Fields, by: int, name: str) -> Fields:
    pages = dict(column[_METADATA].value)
    if _FILE_PATH in column or _BLOOM in pages or any(index in column for index in _INDEXES):
        raise BadSourceError("has indexes or parts in other files, which cannot be joined", name)
    told = dict(column)
    _shift(pages, _PAGES, by)
    _shift(told, (_CHUNK_OFFSET,), by)
    return {**told, _METADATA: Field(STRUCT, pages)}


def _shift(fields: Fields, numbers: Iterable[int], by: int) -> None:
    """Places in the file are moved; 0 stands for none."""
    for number in numbers:
        if number in fields and fields[number].value:
            fields[number] = fields[number]._replace(value=fields[number].value + by)


def _copied(part: BinaryIO, size: int, sink: BinaryIO) -> int:
    left = size
    while left and (data := part.read(min(left, _COPY_BYTES))):
        sink.write(data)
        left -= len(data)
    return size


def _name(part: BinaryIO) -> str:
    return str(getattr(part, "name", "a part"))
