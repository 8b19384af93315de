"""Reading a gzip stream of unknown intent: bounded in memory, size and ratio, strict about its end."""

from typing import Protocol, cast

from isal import isal_zlib

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.galaxy.logic.limits import MEBIBYTE, Limits

BLOCK = MEBIBYTE
_GZIP = 31
_MAGIC = b"\x1f\x8b"
_RATIO_SLACK = MEBIBYTE
_DamagedError = cast("type[Exception]", isal_zlib.error)


class Readable(Protocol):
    """The one thing asked of a packed stream."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...


class Inflated:
    """The plain bytes of a gzip stream of one or more members.

    Errors are `BadSourceError`: not gzip, damaged, truncated, followed by other bytes, or beyond a limit.
    """

    def __init__(self, packed: Readable, limits: Limits) -> None:
        self._packed, self._limits = packed, limits
        self._inflater = isal_zlib.decompressobj(_GZIP)
        self._pending = b""
        self._start = 0
        self.packed_bytes = self.plain_bytes = 0

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes, fewer only at the end of the stream."""
        parts: list[bytes] = []
        while size:
            part = self.some(size)
            if not part:
                break
            parts.append(part)
            size -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def some(self, size: int) -> bytes:
        """1 to `size` bytes, none at the end of the stream."""
        if self._start >= len(self._pending):
            self._pending, self._start = self._inflate(), 0
        part = self._pending[self._start : self._start + size]
        self._start += len(part)
        return part

    def _inflate(self) -> bytes:
        while True:
            data = self._next_input()
            if data is None:
                return b""
            try:
                plain = self._inflater.decompress(data, BLOCK)
            except _DamagedError as error:
                raise BadSourceError(f"archive: damaged gzip stream ({error})") from error
            if plain:
                self._count(len(plain))
                return plain
            if not data and not self._inflater.eof:
                raise BadSourceError("archive: truncated gzip stream")

    def _next_input(self) -> bytes | None:
        if not self._inflater.eof:
            return self._inflater.unconsumed_tail or self._take(BLOCK)
        rest = self._inflater.unused_data or self._take(BLOCK)
        if not rest:
            return None
        if len(rest) < 2:
            rest += self._take(BLOCK)
        if not rest.startswith(_MAGIC):
            raise BadSourceError("archive: other bytes follow the gzip stream")
        self._inflater = isal_zlib.decompressobj(_GZIP)
        return rest

    def _take(self, size: int) -> bytes:
        data = self._packed.read(size)
        self.packed_bytes += len(data)
        if self.packed_bytes > self._limits.max_archive_bytes:
            raise BadSourceError(f"archive: larger than {self._limits.max_archive_bytes} bytes")
        return data

    def _count(self, size: int) -> None:
        self.plain_bytes += size
        if self.plain_bytes > self._limits.max_unpacked_bytes:
            raise BadSourceError(f"archive: unpacks to more than {self._limits.max_unpacked_bytes} bytes")
        if self.plain_bytes > self._limits.max_ratio * self.packed_bytes + _RATIO_SLACK:
            raise BadSourceError(f"archive: unpacks to more than {self._limits.max_ratio} times its size")
