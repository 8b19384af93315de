"""The header of a VCF or BCF file (VCF 4.5 specification, sections 1.4 and 6.2)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from grt_platform.adapters.bcftools.errors import (
    EmptyFileError,
    HeaderError,
    NotBgzipError,
    NotVcfError,
    RepeatedSampleError,
)
from grt_platform.kernel.bgzf import block_groups, inflate_blocks, is_bgzf

RESULT_MARK = "grt_variants_result"
_RESULTS = (f"##{RESULT_MARK}=", "##DivBase_created=")
_CONTIG = re.compile(r"##contig=<(?:.*?,)?ID=([^,>]+)")
_IDX = re.compile(r"[,<]IDX=(\d+)")
_COLUMNS = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO")
_NO_HEADER = re.compile(rb"\n[^#]")
_GROUP_BYTES = 64 * 1024
_MOST_BYTES = 256 * 1024**2


@dataclass(frozen=True, slots=True)
class Header:
    """What a header tells.

    Attributes:
        samples: In the order of the columns.
        contigs: In the order of their numbers in a BCF file made of it.
        is_result: Whether a query made the file.
        is_bcf: Whether the file is BCF.
    """

    samples: tuple[str, ...]
    contigs: tuple[str, ...]
    is_result: bool
    is_bcf: bool = False


def read_header(path: Path) -> Header:
    """The header of a file packed by bgzip.

    Raises:
        EmptyFileError, NotBgzipError, NotVcfError, HeaderError, RepeatedSampleError, TruncatedError: It cannot be read.
    """
    with path.open("rb") as stream:
        text, is_bcf = header_text(stream)
    return replace(parse_header(text), is_bcf=is_bcf)


def header_text(stream: BinaryIO) -> tuple[str, bool]:
    """The lines of the header, and whether the file is BCF; the stream stands anywhere after it.

    Raises:
        EmptyFileError, NotBgzipError, NotVcfError, HeaderError, TruncatedError: It cannot be read.
    """
    head = stream.read(64)
    stream.seek(0)
    _look(head)
    data = _gathered(inflate_blocks(group) for group in block_groups(stream, _GROUP_BYTES))
    if not data.startswith((b"##fileformat=VCF", b"BCF\2")):
        raise NotVcfError("it is no VCF: the first line must be ##fileformat=VCFv4.x; upload a VCF packed by bgzip")
    is_bcf = data.startswith(b"BCF")
    return (data[9:] if is_bcf else data).decode("utf-8", "surrogateescape"), is_bcf


def header_end(data: bytes) -> int | None:
    """Where the header that the data begins with ends: behind its last line; None where that cannot be seen yet."""
    if data.startswith(b"BCF"):
        return 9 + int.from_bytes(data[5:9], "little") if len(data) >= 9 else None
    line = _NO_HEADER.search(data)
    return line.start() + 1 if line else None


def parse_header(text: str) -> Header:
    """What the lines of a header say.

    Raises:
        HeaderError: The line of columns is missing or wrong.
        RepeatedSampleError: Two columns have one name.
    """
    lines = text.rstrip("\0\r\n").split("\n")
    columns = lines[-1].rstrip("\r").split("\t")
    if tuple(columns[:8]) != _COLUMNS or columns[8:9] not in ([], ["FORMAT"]):
        raise HeaderError(
            f"its header has no line {' '.join(_COLUMNS[:3])}... with the columns of VCF, tabs between them"
        )
    samples = tuple(columns[9:])
    repeated = sorted({name for name in samples if samples.count(name) > 1}) if len(set(samples)) < len(samples) else []
    if repeated:
        raise RepeatedSampleError(
            f"samples stand twice in its header: {', '.join(repeated[:20])}; rename them and upload it again"
        )
    return Header(samples, _contigs(lines), any(line.startswith(_RESULTS) for line in lines))


def _contigs(lines: list[str]) -> tuple[str, ...]:
    found: dict[str, int] = {}
    for line in lines:
        if match := _CONTIG.match(line):
            number = _IDX.search(line)
            found.setdefault(match[1], int(number[1]) if number else len(found))
    return tuple(sorted(found, key=found.__getitem__))


def _look(head: bytes) -> None:
    """Name what is no BGZF."""
    if not head:
        raise EmptyFileError("it has no bytes; upload it again")
    if head[:2] == b"\x1f\x8b" and not is_bgzf(head):
        raise NotBgzipError("it is packed by gzip, so parts of it cannot be read; unpack it and pack it by `bgzip`")
    if head.startswith((b"##fileformat=VCF", b"BCF")):
        raise NotBgzipError("it is not packed; pack it by `bgzip`")
    if not is_bgzf(head):
        raise NotVcfError("it is no VCF packed by bgzip, whatever its name says")


def _gathered(parts: Iterator[bytes]) -> bytes:
    """The bytes up to the end of the header; all there are where none follow."""
    data = next(parts, b"")
    while (end := header_end(data)) is None or end > len(data):
        following = next(parts, b"")
        if not following:
            break
        data += following
        if len(data) > _MOST_BYTES:
            raise HeaderError(f"its header is longer than {_MOST_BYTES:,} bytes; shorten it")
    return data[:end]
