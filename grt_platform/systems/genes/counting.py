"""A stream that tells how much of it was read."""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class CountedReader(io.BufferedIOBase):
    """Reads another stream.

    Args:
        stream: The other stream; it is closed with this one.
        size_bytes: Its size.
        progress: Told after every read how much was read, 0 to 1.
    """

    def __init__(self, stream: BinaryIO, size_bytes: int, progress: Callable[[float], None]) -> None:
        super().__init__()
        self._stream, self._size, self._progress = stream, size_bytes, progress
        self._read = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes."""
        data = self._stream.read(-1 if size is None else size)
        self._count(len(data))
        return data

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fills the buffer as far as the next read goes."""
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """The other stream is closed, too."""
        self._stream.close()
        super().close()

    def _count(self, size: int) -> None:
        self._read += size
        self._progress(min(1.0, self._read / self._size) if self._size else 1.0)
