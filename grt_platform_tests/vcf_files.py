"""VCF files for tests: written by us, packed in BGZF blocks by us, so that every byte can be made wrong."""

import struct
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

END_BLOCK = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
HEAD = (
    "##fileformat=VCFv4.2\n",
    '##INFO=<ID=DP,Number=1,Type=Integer,Description="Depth">\n',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n',
)


def bgzip(data: bytes, block_bytes: int = 60_000) -> bytes:
    """`data` in blocks, and the block that ends it."""
    return b"".join(_block(data[at : at + block_bytes]) for at in range(0, len(data), block_bytes)) + END_BLOCK


def _block(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    packed = packer.compress(data) + packer.flush()
    head = struct.pack("<4BI2BH2BHH", 31, 139, 8, 4, 0, 0, 255, 6, 66, 67, 2, len(packed) + 25)
    return head + packed + struct.pack("<II", zlib.crc32(data), len(data))


def vcf_text(
    samples: Sequence[str], records: Iterable[str], contigs: Sequence[str] = ("1", "2"), more: Iterable[str] = ()
) -> str:
    """A whole VCF; a record is `CHROM POS REF ALT GT...` with blanks, or a line with tabs, taken as it is."""
    lines = [*HEAD, *(f"##contig=<ID={name},length=1000000>\n" for name in contigs), *more]
    columns = [
        "#CHROM",
        "POS",
        "ID",
        "REF",
        "ALT",
        "QUAL",
        "FILTER",
        "INFO",
        *(["FORMAT", *samples] if samples else []),
    ]
    return "".join([*lines, "\t".join(columns) + "\n", *map(_record, records)])


def _record(record: str) -> str:
    if "\t" in record:
        return f"{record}\n"
    contig, position, reference, alternative, *genotypes = record.split(" ")
    fields = [
        contig,
        position,
        ".",
        reference,
        alternative,
        ".",
        "PASS",
        ".",
        *(["GT", *genotypes] if genotypes else []),
    ]
    return "\t".join(fields) + "\n"


def write_vcf(path: Path, samples: Sequence[str], records: Iterable[str], **others: Any) -> Path:
    """The same as a file packed by bgzip."""
    path.write_bytes(bgzip(vcf_text(samples, records, **others).encode()))
    return path
