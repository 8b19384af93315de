"""Which bytes of a file are there: a note beside the growing file, so that a killed fetch goes on where it was."""

import hashlib
import os
import struct
import threading
from collections import deque
from pathlib import Path

from .spec import File
from .verifying import add_rest, compared

SEGMENT = 64 << 20
_ENTRY = struct.Struct("<Q")


class Segments:
    """The segments of a file that grows at `part`.

    Bytes are noted after they are written; what was written and not noted is fetched again. The note holds one number
    for each segment, eight bytes little-endian: where it is to go on.

    Args:
        part: Where it grows.
        size: How large it becomes.
    """

    def __init__(self, part: Path, size: int) -> None:
        self.part, self._note, self._lock = part, part.with_name(part.name + ".at"), threading.Lock()
        starts = range(0, size, SEGMENT)
        self.ends = [min(start + SEGMENT, size) for start in starts]
        self.at = self._noted(list(starts)) if part.exists() else list(starts)
        self._todo = deque[int]()
        self._digest, self._hashed = hashlib.md5(usedforsecurity=False), 0
        _reserve(part, size)
        self._note.write_bytes(b"".join(map(_ENTRY.pack, self.at)))

    def begin(self) -> None:
        """Every segment that is not whole may be taken."""
        with self._lock:
            self._todo = deque(number for number, at in enumerate(self.at) if at < self.ends[number])

    def take(self, *, from_end: bool) -> int | None:
        """A segment that nobody fetches yet, the first or the last; None when there is none."""
        with self._lock:
            if not self._todo:
                return None
            return self._todo.pop() if from_end else self._todo.popleft()

    @property
    def written(self) -> int:
        """How many bytes are there."""
        starts = range(0, self.ends[-1], SEGMENT) if self.ends else ()
        return sum(at - start for at, start in zip(self.at, starts, strict=True))

    @property
    def left(self) -> int:
        """How many nobody fetches yet."""
        return len(self._todo)

    def drop(self) -> None:
        """Nobody takes a segment any more."""
        with self._lock:
            self._todo.clear()

    def saw(self, at: int, block: memoryview) -> None:
        """Bytes from `at` on passed by: those that come next in the file's sum are counted, so nobody reads them again.

        Only one segment at a time is where the sum stands.
        """
        if at == self._hashed:
            self._digest.update(block)
            self._hashed += len(block)

    def advance(self, number: int, at: int) -> None:
        """The bytes of a segment up to `at` are written; noted now."""
        self.at[number] = at
        with self._note.open("r+b", buffering=0) as stream:
            os.pwrite(stream.fileno(), _ENTRY.pack(at), number * _ENTRY.size)

    def fault(self, file: File) -> str:
        """What is wrong with the bytes that are written; those that the sum has not seen are read now."""
        if self.part.stat().st_size != file.size:
            return f"it has {self.part.stat().st_size} bytes, ENA lists {file.size}"
        with self.part.open("rb", buffering=0) as stream:
            stream.seek(self._hashed)
            add_rest(stream, self._digest)
        return compared(self._digest.hexdigest(), file)

    def forget(self) -> None:
        """Nothing is noted any more."""
        self._note.unlink(missing_ok=True)

    def _noted(self, starts: list[int]) -> list[int]:
        noted = self._note.read_bytes() if self._note.exists() else b""
        if len(noted) != len(starts) * _ENTRY.size:
            return starts
        each = zip(_ENTRY.iter_unpack(noted), starts, self.ends, strict=True)
        return [at if start <= at <= end else start for (at,), start, end in each]


def _reserve(part: Path, size: int) -> None:
    """The file is there with room for all its bytes, or the disk says now that it is full and none of it is taken."""
    is_new = not part.exists()
    try:
        with part.open("w+b" if is_new else "r+b") as stream:
            stream.truncate(size)
            if size and hasattr(os, "posix_fallocate"):  # where it is missing, a full disk is met on the way
                os.posix_fallocate(stream.fileno(), 0, size)
    except OSError:
        if is_new:
            part.unlink(missing_ok=True)
        raise
