"""gzip files that are made block by block, whole or with one thing wrong with them."""

import struct
import zlib
from typing import BinaryIO, Protocol

from isal import isal_zlib

FAULTS = ("", "truncated", "empty", "garbage", "zeros", "members", "corrupt")
_IGZIP_LEVELS = 3
_GZIP = 16 + zlib.MAX_WBITS
_TRAILER = struct.Struct("<II")


class _Compressor(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...


class Packer:
    """Packs what is written into a gzip file.

    Args:
        sink: Where the file goes.
        level: 0 to 3 for igzip, 4 to 9 for zlib.
        fault: One of FAULTS.
    """

    def __init__(self, sink: BinaryIO, level: int, fault: str = "") -> None:
        self._sink, self._level, self._fault = sink, level, fault
        self._packer, self._written = self._new(), 0

    def write(self, data: bytes) -> None:
        """Pack more; a member of its own for each call where `members` are asked for."""
        self._put(self._packer.compress(data))
        if self._fault == "members":
            self._put(self._packer.flush())
            self._packer = self._new()

    def close(self) -> int:
        """End the file; returns its size."""
        rest = self._packer.flush()
        if self._fault == "truncated":
            rest = rest[: len(rest) // 2]
        elif self._fault == "corrupt":
            crc, size = _TRAILER.unpack(rest[-_TRAILER.size :])
            rest = rest[: -_TRAILER.size] + _TRAILER.pack(crc ^ 1, size)
        ends = {"garbage": b"written after the end\n", "zeros": bytes(1024)}
        self._put(rest + ends.get(self._fault, b""))
        return self._written

    def _new(self) -> _Compressor:
        if self._level <= _IGZIP_LEVELS:
            return isal_zlib.compressobj(self._level, isal_zlib.DEFLATED, _GZIP)
        return zlib.compressobj(self._level, zlib.DEFLATED, _GZIP)

    def _put(self, data: bytes) -> None:
        if self._fault != "empty":
            self._written += self._sink.write(data)
