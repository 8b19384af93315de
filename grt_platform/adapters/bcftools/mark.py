"""A line put into the header of a VCF or BCF stream, the records behind it unchanged and still packed."""

from collections.abc import Iterator
from pathlib import Path

from grt_platform.adapters.bcftools.header import header_end
from grt_platform.kernel.bgzf import END_BLOCK, block_groups, inflate_blocks, packed_blocks

_GROUP_BYTES = 64 * 1024


def mark(source: str, target: str, line: str) -> None:
    """`target` has what `source`, a file or a pipe, has, and `line` as last line of the header before the columns."""
    with Path(source).open("rb") as stream, Path(target).open("wb") as out:
        groups = block_groups(stream, _GROUP_BYTES)
        start = _start(groups)
        out.write(packed_blocks(_marked(inflate_blocks(start), line.encode("utf-8", "surrogateescape"))))
        if start.endswith(END_BLOCK):
            out.write(END_BLOCK)
        out.writelines(groups)


def _start(groups: Iterator[bytes]) -> bytes:
    """The blocks that hold the header."""
    start, data = b"", b""
    while (end := header_end(data)) is None or end > len(data):
        group = next(groups, b"")
        if not group:
            break
        start, data = start + group, data + inflate_blocks(group)
    return start


def _marked(data: bytes, line: bytes) -> bytes:
    """What begins with a header, with the line in it."""
    columns = data.rindex(b"\n#CHROM", 0, header_end(data)) + 1
    text = data[:columns] + line + b"\n" + data[columns:]
    if not data.startswith(b"BCF"):
        return text
    length = int.from_bytes(data[5:9], "little") + len(line) + 1
    return text[:5] + length.to_bytes(4, "little") + text[9:]
