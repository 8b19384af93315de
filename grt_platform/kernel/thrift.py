"""Thrift's compact protocol, in which Parquet's footers are written: bytes to plain values and back to the same bytes.

Format: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md. Maps are not read: Parquet's
footers have none.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, _SET, _MAP, STRUCT = range(1, 13)
_NUMBERS = (I16, I32, I64)
_BOOLEANS = (TRUE, FALSE)
_LONG = 15
"""A size or a step between fields that does not fit into half a byte."""

Fields = dict[int, "Field"]


class Field(NamedTuple):
    """A field of a struct.

    Attributes:
        kind: What it is; TRUE and FALSE are a boolean and its value at once.
        value: A number, the bytes of a text, eight bytes of a double, `Items`, or the fields of a struct by number.
    """

    kind: int
    value: Any


class Items(NamedTuple):
    """A list: what its items are, and they; those of structs may also be bytes that are written as they are."""

    kind: int
    values: Sequence[Any]


def read_struct(data: bytes) -> Fields:
    """The fields of a struct by number, in the order in which they are written.

    Raises:
        ValueError: The bytes are no struct, or not one alone.
    """
    reader = _Reader(data)
    try:
        fields = reader.struct()
    except IndexError as error:
        raise ValueError("a Thrift struct is cut short") from error
    if reader.at != len(data):
        raise ValueError("bytes follow a Thrift struct")
    return fields


def write_struct(fields: Fields) -> bytes:
    """The bytes of a struct."""
    out = bytearray()
    _put_struct(out, fields)
    return bytes(out)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self.at = data, 0

    def struct(self) -> Fields:
        fields, number = Fields(), 0
        while head := self._byte():
            step, kind = head >> 4, head & 15
            number = number + step if step else self._number()
            fields[number] = Field(kind, None if kind in _BOOLEANS else self._value(kind))
        return fields

    def _value(self, kind: int) -> Any:
        if kind in _NUMBERS:
            return self._number()
        if kind == BINARY:
            return self._bytes(self._size())
        if kind == STRUCT:
            return self.struct()
        if kind == LIST:
            return self._items()
        if kind == DOUBLE:
            return self._bytes(8)
        if kind in (BYTE, *_BOOLEANS):
            return self._byte()
        raise ValueError(f"a Thrift value of kind {kind} is not known here")

    def _items(self) -> Items:
        head = self._byte()
        size, kind = head >> 4, head & 15
        return Items(kind, [self._value(kind) for _ in range(self._size() if size == _LONG else size)])

    def _bytes(self, size: int) -> bytes:
        begin = self.at
        self.at += size
        if self.at > len(self._data):
            raise IndexError
        return self._data[begin : self.at]

    def _byte(self) -> int:
        self.at += 1
        return self._data[self.at - 1]

    def _size(self) -> int:
        value = shift = 0
        while (byte := self._byte()) > 127:
            value |= (byte & 127) << shift
            shift += 7
        return value | byte << shift

    def _number(self) -> int:
        value = self._size()
        return value >> 1 ^ -(value & 1)


def _put_struct(out: bytearray, fields: Fields) -> None:
    before = 0
    for number, field in sorted(fields.items()):
        step = number - before
        if 0 < step <= _LONG:
            out.append(step << 4 | field.kind)
        else:
            out.append(field.kind)
            _put_number(out, number)
        before = number
        if field.kind not in _BOOLEANS:
            _put(out, field.kind, field.value)
    out.append(0)


def _put(out: bytearray, kind: int, value: Any) -> None:
    if kind in _NUMBERS:
        _put_number(out, value)
    elif kind == BINARY:
        _put_size(out, len(value))
        out += value
    elif kind == STRUCT and not isinstance(value, bytes):
        _put_struct(out, value)
    elif kind == LIST:
        _put_items(out, value)
    elif kind in (BYTE, *_BOOLEANS):
        out.append(value)
    else:
        out += value


def _put_items(out: bytearray, items: Items) -> None:
    size = len(items.values)
    out.append(min(size, _LONG) << 4 | items.kind)
    if size >= _LONG:
        _put_size(out, size)
    for value in items.values:
        _put(out, items.kind, value)


def _put_size(out: bytearray, value: int) -> None:
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def _put_number(out: bytearray, value: int) -> None:
    _put_size(out, value << 1 if value >= 0 else (-value << 1) - 1)
