"""What the first bytes of a file give away: other formats are refused in words before anything is parsed."""

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.genes.logic.file_names import FileKind

GZIP = b"\x1f\x8b"
BOM = b"\xef\xbb\xbf"
_PACKED = {
    b"PK\x03\x04": "a zip archive (or an Excel workbook)",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ\x00": "packed with xz",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
    b"BAM\x01": "a BAM file",
    b"%PDF": "a PDF",
}
_WIDE = (b"\xff\xfe", b"\xfe\xff")


def check_packing(head: bytes, kind: FileKind) -> None:
    """Returns when the file is packed, or not, as its name says.

    Raises:
        BadSourceError: It is not.
    """
    is_gzip = head.startswith(GZIP)
    if is_gzip and not kind.is_packed:
        raise BadSourceError("the file is packed with gzip, its name does not say so; let the name end in .gz")
    if not is_gzip and kind.is_packed and head:
        raise BadSourceError("the name ends in .gz, the bytes are not gzip; name the file as what it is")


def check_text(head: bytes, kind: FileKind) -> None:
    """Returns when these first plain bytes may be what the name says.

    Raises:
        BadSourceError: They are empty, or plainly something else.
    """
    for magic, what in {GZIP: "packed twice with gzip", **_PACKED}.items():
        if head.startswith(magic):
            raise BadSourceError(f"the file is {what}; send the text, plain or packed once with gzip")
    if head.startswith(_WIDE):
        raise BadSourceError("the file is UTF-16; save it as UTF-8")
    text = head.removeprefix(BOM).lstrip(b" \t\r\n")
    if not text:
        raise BadSourceError("the file holds no record" if head else "the file is empty")
    if text[:1] == b"<":
        raise BadSourceError("the file is HTML or XML: perhaps a login or error page was saved instead of the download")
    if kind.form == "fasta" and text[:1] == b"@":
        raise BadSourceError("the file is FASTQ (its first record begins with '@'); convert it to FASTA")
    if kind.form == "csv" and text[:1] == b">":
        raise BadSourceError("the file is FASTA, its name says CSV; let the name end in .fasta")
