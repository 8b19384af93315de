"""A file on this machine that has only those bytes of one elsewhere that a region needs; the rest are holes."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from grt_platform.adapters.bcftools.csi import Chunk, Csi

_MOST_BLOCK = 64 * 1024
_NEAR = 256 * 1024  # gaps that are cheaper to bring than a further request
_PIECE = 4 << 20
_END_BYTES = 28
_LAST_POSITION = 2**31


class SparseCopy:
    """The copy of one file, of which more and more is there. What was not brought reads as zeros, which is no BGZF.

    Args:
        opened: Opens the file; seekable.
        path: The copy; its header and its end are there at once.
        csi: The file's index.
    """

    def __init__(self, opened: Callable[[], BinaryIO], path: Path, csi: Csi) -> None:
        self._opened, self._path, self._csi = opened, path, csi
        with opened() as stream:
            self._size = stream.seek(0, io.SEEK_END)
        self._there: list[tuple[int, int]] = []
        self.read_bytes = 0
        with path.open("wb") as copy:
            copy.truncate(self._size)
        first = csi.first_record()
        self._bring(
            [(0, self._size if first is None else (first >> 16) + _MOST_BLOCK), (self._size - _END_BYTES, self._size)]
        )

    def bring(self, contig: int, first: int, last: int | None) -> None:
        """All records of the contig that overlap the positions (1-based, both in) are there."""
        self._bring([_span(chunk) for chunk in self._csi.chunks(contig, first, last or _LAST_POSITION)])

    def bring_all(self) -> None:
        """Everything is there."""
        self._bring([(0, self._size)])

    def _bring(self, spans: list[tuple[int, int]]) -> None:
        wanted = _joined([(max(begin, 0), min(end, self._size)) for begin, end in spans])
        missing = _missing(wanted, self._there)
        if not missing:
            return
        with self._opened() as stream, self._path.open("r+b") as copy:
            for begin, end in missing:
                stream.seek(begin)
                copy.seek(begin)
                self._pour(stream, copy, end - begin)
        self._there = _joined([*self._there, *wanted], near=0)

    def _pour(self, stream: BinaryIO, copy: BinaryIO, size: int) -> None:
        while size and (data := stream.read(min(size, _PIECE))):
            copy.write(data)
            size -= len(data)
            self.read_bytes += len(data)


def _span(chunk: Chunk) -> tuple[int, int]:
    """The bytes of a chunk; its last block begins at the end's place, and its length is not known."""
    return chunk.begin >> 16, (chunk.end >> 16) + (_MOST_BLOCK if chunk.end & 0xFFFF else 0)


def _joined(spans: list[tuple[int, int]], near: int = _NEAR) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1] + near:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((begin, end))
    return joined


def _missing(wanted: list[tuple[int, int]], there: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The parts of `wanted` that are not in `there`; both sorted, without overlap."""
    missing = []
    for begin, end in wanted:
        at = begin
        for has_begin, has_end in there:
            if has_end <= at or has_begin >= end:
                continue
            if has_begin > at:
                missing.append((at, has_begin))
            at = max(at, has_end)
        if at < end:
            missing.append((at, end))
    return missing
