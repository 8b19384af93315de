"""Frames one behind the other in a file, each with a number that tells it from others."""

import io
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import polars as pl

_HEAD = struct.Struct("<qq")


class Place(NamedTuple):
    """Where a frame lies.

    Attributes:
        file: The file.
        mark: The frame's number.
        start, size: Its bytes.
    """

    file: BinaryIO
    mark: int
    start: int
    size: int

    def read(self) -> pl.DataFrame:
        """The frame, as it was given."""
        self.file.seek(self.start)
        return pl.read_ipc_stream(io.BytesIO(self.file.read(self.size)))


def write_frame(file: BinaryIO, frame: pl.DataFrame, mark: int = 0) -> None:
    """Writes a frame behind the others."""
    packed = io.BytesIO()
    frame.write_ipc_stream(packed, compression="lz4")
    file.write(_HEAD.pack(mark, packed.tell()))
    file.write(packed.getbuffer())


def places(file: BinaryIO) -> Iterator[Place]:
    """Where the frames of a file lie, in their order."""
    at = file.seek(0)
    while head := file.read(_HEAD.size):
        mark, size = _HEAD.unpack(head)
        yield Place(file, mark, at + _HEAD.size, size)
        at = file.seek(at + _HEAD.size + size)
