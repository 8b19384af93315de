"""From the stream of an upload to the plain bytes of its text, checked and unpacked, a chunk at a time."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from itertools import chain
from typing import BinaryIO, cast

from isal import igzip, isal_zlib

from grt_platform.kernel.ahead import ahead
from grt_platform.kernel.bgzf import GROUP_BYTES, Readable, block_groups, inflate_blocks, is_bgzf
from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.genes.logic.cutting import Located, Part
from grt_platform.systems.genes.logic.file_names import FileKind
from grt_platform.systems.genes.logic.first_bytes import BOM, check_packing, check_text
from grt_platform.systems.genes.logic.options import Limits

_HEAD_BYTES = 64 * 1024
_open_gzip = cast("Callable[[Readable, str], BinaryIO]", igzip.open)
_DamagedError = cast("type[Exception]", isal_zlib.error)


class _Rewound:
    """A stream whose first bytes were read already."""

    def __init__(self, head: bytes, stream: Readable) -> None:
        self._head, self._stream = head, stream

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes; none at the end."""
        if not self._head:
            return self._stream.read(size)
        part = self._head if size < 0 else self._head[:size]
        self._head = self._head[len(part) :]
        return part

    def readinto(self, buffer: bytearray | memoryview, /) -> int:
        """Fills the buffer as far as the next read goes."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def read_text(stream: Readable, kind: FileKind, limits: Limits, pool: Executor) -> tuple[bytes, Iterator[bytes]]:
    """The first plain bytes, enough to see a header in, and all of them in chunks; a byte order mark is left out.

    Raises:
        BadSourceError: Now or from a chunk: the file is not what its name says, is damaged, cut off, empty or too large
            when unpacked.
    """
    head = stream.read(_HEAD_BYTES)
    check_packing(head, kind)
    chunks = _bounded(_plain(_Rewound(head, stream), head, kind, limits, pool), limits)
    held, size = list[bytes](), 0
    for data in chunks:
        held.append(data)
        size += len(data)
        if size >= _HEAD_BYTES:
            break
    text = b"".join(held)
    check_text(text, kind)
    mark = len(BOM) if text.startswith(BOM) else 0
    return text[mark:], _without(chain(held, chunks), mark)


def located_text(
    stream: Readable, kind: FileKind, limits: Limits, pool: Executor, *, group_bytes: int = GROUP_BYTES
) -> Iterator[Located]:
    """The same bytes, and where in the file each chunk begins; nothing of a file that cannot be read from its middle.

    Raises:
        BadSourceError: From a chunk, as of `read_text`.
    """
    head = stream.read(_HEAD_BYTES)
    check_packing(head, kind)
    if kind.form != "fasta" or (kind.is_packed and not is_bgzf(head)):
        return
    given = _Rewound(head, stream)
    raw = block_groups(given, group_bytes) if kind.is_packed else _pieces(given, limits.chunk_bytes)
    unpack = inflate_blocks if kind.is_packed else bytes
    chunks = ahead(pool, lambda part: (len(part), unpack(part)), raw, limits.workers)
    first, at = b"", 0
    for size, data in chunks:
        first, at = first + data, at + size
        if len(first) >= len(BOM):
            break
    yield Located(0, first, len(BOM) if first.startswith(BOM) else 0)
    total = len(first)
    for size, data in chunks:
        total += len(data)
        _check_size(total, limits)
        yield Located(at, data)
        at += size


def part_text(stream: Readable, part: Part, kind: FileKind, limits: Limits, pool: Executor) -> Iterator[bytes]:
    """The bytes of a part, in chunks, from a stream that stands where reading begins.

    Raises:
        BadSourceError: From a chunk: the file is not what was cut.
    """
    if kind.is_packed:
        chunks = ahead(pool, inflate_blocks, block_groups(stream), limits.workers)
    else:
        chunks = _pieces(stream, limits.chunk_bytes)
    left = part.size
    for data in _without(chunks, part.skip):
        yield data[:left]
        left -= min(left, len(data))
        if not left:
            return
    if left:
        raise BadSourceError("the file is shorter than when it was cut; upload it again")


def _without(chunks: Iterator[bytes], first: int) -> Iterator[bytes]:
    """The chunks without so many bytes at their begin."""
    for data in chunks:
        if data[first:]:
            yield data[first:]
        first = max(0, first - len(data))


def _plain(stream: Readable, head: bytes, kind: FileKind, limits: Limits, pool: Executor) -> Iterator[bytes]:
    if not kind.is_packed:
        return _pieces(stream, limits.chunk_bytes)
    if is_bgzf(head):
        return ahead(pool, inflate_blocks, block_groups(stream), limits.workers)
    return _inflated(stream, limits.chunk_bytes)


def _pieces(stream: Readable, size: int) -> Iterator[bytes]:
    while data := stream.read(size):
        yield data


def _inflated(stream: Readable, size: int) -> Iterator[bytes]:
    try:
        with _open_gzip(stream, "rb") as plain:
            while data := plain.read(size):
                yield data
    except EOFError as error:
        raise BadSourceError("the gzip file is cut off; upload it again") from error
    except (igzip.BadGzipFile, _DamagedError) as error:
        raise BadSourceError(f"the gzip file is damaged ({error}); upload it again") from error


def _bounded(chunks: Iterator[bytes], limits: Limits) -> Iterator[bytes]:
    total = 0
    for data in chunks:
        total += len(data)
        _check_size(total, limits)
        if data:
            yield data


def _check_size(total: int, limits: Limits) -> None:
    if total > limits.max_unpacked_bytes:
        raise BadSourceError(f"the file has more than {limits.max_unpacked_bytes} bytes when unpacked; split it")
