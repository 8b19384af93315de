"""Where a dump is cut: behind every so many blocks of its plain text, whoever reads it, and in how many steps.

A dump is one stream, which nobody can enter in its middle: who reads a part of it inflates all that is before. That is
a sixth of the work, less than handing out its text would be.
"""

import struct
from itertools import pairwise
from typing import BinaryIO, NamedTuple

from isal import isal_zlib

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.lustre.logic.blocks import BLOCK_BYTES, DAMAGES

GROUP_ROWS = 300_000
"""Of a row group, at most: it also ends where a chunk does. No power of two: columns that far apart would all want the
same few places of the processor's cache."""
_SAMPLE_BYTES, _MOST_BYTES = 4 * 1024**2, 64 * 1024**2
_GZIP = 31  # what zlib calls it
_INFLATING = 0.17  # of the time of reading a part
_WRAPS_AT = 1 << 32
_SURE = 0.1


class Chunks(NamedTuple):
    """Neighbouring chunks of a dump; all of them, unless it is said which.

    Attributes:
        blocks: How many blocks a chunk has.
        first: Number of the first.
        behind: Number behind the last; None for all to the end of the dump.
    """

    blocks: int
    first: int = 0
    behind: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether they are all of the dump."""
        return self.first == 0 and self.behind is None

    def is_before(self, block: int) -> bool:
        """Whether a block comes before all of them."""
        return block < self.first * self.blocks

    def is_over(self, block: int) -> bool:
        """Whether a block comes after all of them."""
        return self.behind is not None and block >= self.behind * self.blocks

    def is_last_of_one(self, block: int) -> bool:
        """Whether a chunk ends with the block."""
        return (block + 1) % self.blocks == 0


def blocks_in(chunk_bytes: int, block_bytes: int = BLOCK_BYTES) -> int:
    """How many blocks a chunk of so much text has."""
    return max(1, chunk_bytes // block_bytes)


def chunks_of(begins: list[int], number: int, blocks: int) -> Chunks:
    """What one of several reads, when these are the first chunks of each, of so many blocks."""
    return Chunks(blocks, begins[number], begins[number + 1] if number + 1 < len(begins) else None)


def begins(chunks: float, of: int) -> list[int]:
    """The first chunk of each of at most `of` parts of a dump that likely has so many chunks.

    Parts get smaller, for who reads a later one has more to inflate before; the last one reads to the end, wherever
    that is.
    """
    weights = [(1 - _INFLATING) ** number for number in range(of)]
    ends = [round(chunks * sum(weights[:number]) / sum(weights)) for number in range(of)]
    return [0, *(after for before, after in pairwise(ends) if after > before)]


def likely_chunks(packed: BinaryIO, source: str, blocks: int) -> float:
    """How many chunks of so many blocks a dump likely has, by how its beginning is packed and what its end tells.

    A gzip member ends with the size of its text, of which 32 bits are kept; of several members only the last is told
    of, so that is believed only where it comes near.

    Raises:
        BadSourceError: Already its beginning is damaged.
    """
    size = packed.seek(0, 2)
    packed.seek(max(size - 4, 0))
    (told,) = struct.unpack("<I", packed.read(4).rjust(4, b"\0"))
    guess = size * _plain_over_packed(packed, source)
    exact = told + _WRAPS_AT * max(round((guess - told) / _WRAPS_AT), 0)
    return (exact if abs(exact - guess) < _SURE * guess else guess) / (blocks * BLOCK_BYTES)


def _plain_over_packed(packed: BinaryIO, source: str) -> float:
    """By how much the beginning of the dump grows when it is inflated."""
    packed.seek(0)
    data, inflating = packed.read(_SAMPLE_BYTES), isal_zlib.decompressobj(_GZIP)
    try:
        plain = len(inflating.decompress(data, _MOST_BYTES))
    except DAMAGES as error:
        raise BadSourceError(f"the gzip stream is damaged ({error})", source) from error
    taken = len(data) - len(inflating.unconsumed_tail) - len(inflating.unused_data)
    if not plain:
        raise BadSourceError("the dump is empty", source)
    return plain / taken
