"""CSI indexes (CSIv1 specification, samtools/hts-specs): how many records a contig has, and where a region lies."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grt_platform.adapters.bcftools.errors import DamagedError
from grt_platform.kernel.bgzf import inflate_blocks
from grt_platform.kernel.errors import BadSourceError

_HEAD = struct.Struct("<4sii")
_BIN = struct.Struct("<IQi")
_INT = struct.Struct("<i")
_TABIX_HEAD_BYTES = 28


@dataclass(frozen=True, slots=True)
class Chunk:
    """Records from one virtual offset (block's place << 16 | place in the block) to another."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Contig:
    """What the index holds of one contig.

    Attributes:
        records: How many there are.
        bins: Chunks by bin.
    """

    records: int
    bins: dict[int, tuple[Chunk, ...]]


@dataclass(frozen=True, slots=True)
class Csi:
    """An index.

    Attributes:
        min_shift: Bits of a position within a smallest bin.
        depth: Levels of bins below the one of the whole contig.
        names: Names of the contigs, where it indexes text; a BCF file's are those of its header.
        contigs: By number.
    """

    min_shift: int
    depth: int
    names: tuple[str, ...]
    contigs: tuple[Contig, ...]

    @property
    def records(self) -> int:
        """How many there are in the file."""
        return sum(contig.records for contig in self.contigs)

    def chunks(self, contig: int, first: int, last: int) -> list[Chunk]:
        """Where all records that overlap `first` to `last` (1-based, both in) are; maybe others too."""
        if not 0 <= contig < len(self.contigs):
            return []
        bins = self.contigs[contig].bins
        begin, end = max(first - 1, 0), min(last, 1 << (self.min_shift + 3 * self.depth))
        found = [chunk for span in self._levels(begin, end) for number in _known(span, bins) for chunk in bins[number]]
        return _joined(found)

    def order(self) -> list[int]:
        """The contigs that have records, in the order in which the file has them."""
        begins = {
            number: min(chunk.begin for chunks in contig.bins.values() for chunk in chunks)
            for number, contig in enumerate(self.contigs)
            if contig.bins
        }
        return sorted(begins, key=begins.__getitem__)

    def first_record(self) -> int | None:
        """The virtual offset of the file's first record; None where there is none."""
        begins = [chunk.begin for contig in self.contigs for chunks in contig.bins.values() for chunk in chunks]
        return min(begins, default=None)

    def _levels(self, begin: int, end: int) -> Iterator[range]:
        """Numbers of the bins of each level that overlap."""
        offset, shift = 0, self.min_shift + 3 * self.depth
        for level in range(self.depth + 1):
            yield range(offset + (begin >> shift), offset + (max(end - 1, begin) >> shift) + 1)
            offset += 1 << (3 * level)
            shift -= 3


def read_csi(path: Path) -> Csi:
    """The index in a file.

    Raises:
        DamagedError: It is none, or parts are missing.
    """
    packed = path.read_bytes()
    try:
        return _parse(inflate_blocks(packed))
    except (struct.error, BadSourceError, IndexError) as error:
        raise DamagedError("its index is damaged; make it again", path.name) from error


def _parse(data: bytes) -> Csi:
    magic, min_shift, depth = _HEAD.unpack_from(data)
    if magic != b"CSI\1":
        raise IndexError(0)
    (extra_bytes,) = _INT.unpack_from(data, 12)
    at = 16 + extra_bytes
    names = data[16 + _TABIX_HEAD_BYTES : at].rstrip(b"\0").decode("utf-8", "surrogateescape").split("\0")
    (count,) = _INT.unpack_from(data, at)
    at += 4
    meta = ((1 << (3 * (depth + 1))) - 1) // 7 + 1
    contigs = []
    for _ in range(count):
        contig, at = _contig(data, at, meta)
        contigs.append(contig)
    return Csi(min_shift, depth, tuple(names) if extra_bytes else (), tuple(contigs))


def _contig(data: bytes, at: int, meta: int) -> tuple[Contig, int]:
    (bins,) = _INT.unpack_from(data, at)
    at += 4
    found, records = {}, 0
    for _ in range(bins):
        number, _offset, chunks = _BIN.unpack_from(data, at)
        at += _BIN.size
        numbers = struct.unpack_from(f"<{2 * chunks}Q", data, at)
        at += 16 * chunks
        if number == meta:  # no bin: (begin, end), (records, records without a place)
            records = numbers[2]
        else:
            found[number] = tuple(map(Chunk, numbers[::2], numbers[1::2]))
    return Contig(records, found), at


def _known(span: range, bins: dict[int, tuple[Chunk, ...]]) -> list[int]:
    return (
        [number for number in span if number in bins]
        if len(span) < len(bins)
        else [number for number in bins if number in span]
    )


def _joined(chunks: list[Chunk]) -> list[Chunk]:
    """In order, without overlap."""
    joined: list[Chunk] = []
    for chunk in sorted(chunks, key=lambda one: one.begin):
        if joined and chunk.begin <= joined[-1].end:
            joined[-1] = Chunk(joined[-1].begin, max(joined[-1].end, chunk.end))
        else:
            joined.append(chunk)
    return joined
