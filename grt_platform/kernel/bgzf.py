"""BGZF (SAM specification, section 4.1): gzip in blocks of at most 64 KiB, which can be unpacked side by side."""

import struct
from collections.abc import Iterable, Iterator
from typing import Protocol, cast

from isal import isal_zlib

from grt_platform.kernel.errors import BadSourceError

END_BLOCK = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
"""The empty block that ends a file: without it, the file was cut off."""

_HEADER = struct.Struct("<4BI2BH")
_HEAD_BYTES = _HEADER.size + 6  # as far as the size of the block
_SMALLEST_BLOCK = 28
_BLOCK_DATA = 60_000  # so that a block stays below 64 KiB even where nothing can be packed
_DEFLATED = -15
GROUP_BYTES = 1 << 20
"""How much of a file is unpacked at once."""
_DamagedError = cast("type[Exception]", isal_zlib.error)


class Readable(Protocol):
    """The one thing asked of a stream."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...


def is_bgzf(head: bytes) -> bool:
    """Whether a gzip stream that begins so is BGZF."""
    return len(head) >= _HEAD_BYTES and _block_bytes(head, 0) is not None


def block_groups(stream: Readable, group_bytes: int = GROUP_BYTES) -> Iterator[bytes]:
    """Whole blocks, about `group_bytes` of them at a time.

    Raises:
        BadSourceError: The last block is cut off, or something else follows a block.
    """
    rest = b""
    while data := stream.read(group_bytes):
        rest += data
        end = _whole(rest)
        if end:
            yield rest[:end]
            rest = rest[end:]
    if rest:
        raise BadSourceError("the BGZF file is cut off within a block; upload it again")


def inflate_blocks(blocks: bytes) -> bytes:
    """The plain bytes of whole blocks.

    Raises:
        BadSourceError: A block is damaged.
    """
    parts, at = [], 0
    while at < len(blocks):
        size = _block_bytes(blocks, at) or len(blocks)
        try:
            parts.append(isal_zlib.decompress(blocks[at : at + size], wbits=31))
        except _DamagedError as error:
            raise BadSourceError(f"the BGZF file is damaged ({error}); upload it again") from error
        at += size
    return b"".join(parts)


def evened(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes cut at multiples of a block's: equal bytes make equal blocks, in whatever parts they come."""
    rest = b""
    for part in parts:
        data = rest + part if rest else part
        whole = len(data) - len(data) % _BLOCK_DATA
        if whole:
            yield data[:whole]
        rest = data[whole:]
    if rest:
        yield rest


def packed_blocks(data: bytes) -> bytes:
    """The data in blocks, without a block that ends a file."""
    return b"".join(_packed(data[at : at + _BLOCK_DATA]) for at in range(0, len(data), _BLOCK_DATA))


def _packed(data: bytes) -> bytes:
    packed = isal_zlib.compress(data, 1, _DEFLATED)
    size = _HEADER.size + 6 + len(packed) + 8
    head = _HEADER.pack(31, 139, 8, 4, 0, 0, 255, 6) + struct.pack("<2sHH", b"BC", 2, size - 1)
    return head + packed + struct.pack("<II", isal_zlib.crc32(data), len(data))


def _whole(data: bytes) -> int:
    """How many bytes at the begin of the data are whole blocks."""
    at = 0
    while len(data) - at >= _HEAD_BYTES:
        size = _block_bytes(data, at)
        if size is None:
            raise BadSourceError("a part of the BGZF file is no BGZF block; pack the file again")
        if len(data) - at < size:
            break
        at += size
    return at


def _block_bytes(data: bytes, at: int) -> int | None:
    """The size of the block at `at`; None where no block begins. The size must be the first extra field."""
    magic1, magic2, method, flags, _time, _more, _system, extra_bytes = _HEADER.unpack_from(data, at)
    extra = data[at + _HEADER.size : at + _HEADER.size + 6]
    if (magic1, magic2, method) != (31, 139, 8) or not flags & 4 or extra_bytes < 6 or extra[:4] != b"BC\x02\x00":
        return None
    size = int.from_bytes(extra[4:6], "little") + 1
    return size if size >= _SMALLEST_BLOCK - 2 else None
