"""The first line of a CSV file: a header that names its columns, or already a gene.

A header is a line with a field that means the name and one that means the sequence, whatever their case and order. Any
other first line is data, which then has exactly two fields: name and sequence. So no file loses its first gene.
"""

import csv
import re
from dataclasses import dataclass

from grt_platform.kernel.errors import BadSourceError

_NAMES = {"name", "gene", "genename", "geneid", "id", "identifier", "header", "title", "sequencename", "sequenceid"}
_SEQUENCES = {
    "sequence",
    "seq",
    "genesequence",
    "dna",
    "dnasequence",
    "rna",
    "rnasequence",
    "protein",
    "proteinsequence",
}
_LONGEST_HEADER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of a CSV file are laid out.

    Attributes:
        header_bytes: Bytes of the header line with its line end; 0 without one.
        header_lines: Line ends in it.
        name_at, sequence_at: The fields of a row, from 0.
        fields: How many fields each row has.
    """

    header_bytes: int = 0
    header_lines: int = 0
    name_at: int = 0
    sequence_at: int = 1
    fields: int = 2


def read_layout(text: bytes) -> Layout:
    """The layout of a file that begins with these bytes, a mark of byte order taken off.

    Raises:
        BadSourceError: Fields are separated by something else than commas.
    """
    start = len(text) - len(text.lstrip(b"\r\n"))
    line = re.match(rb'(?:"(?:[^"]|"")*"|[^"\r\n])*(?:\r\n|\r|\n|\Z)', text[start : start + _LONGEST_HEADER])
    first = line.group() if line else b""
    if b"," not in first:
        for separator, what in ((b"\t", "tabs"), (b";", "semicolons")):
            if separator in first:
                raise BadSourceError(f"fields are separated by {what}; separate them by commas", line=1)
    fields = next(csv.reader([first.decode("utf-8", "replace")]), [])
    known = [re.sub(r"[\W_]+", "", field).lower() for field in fields]
    names, sequences = _places(known, _NAMES), _places(known, _SEQUENCES)
    if not names or not sequences:
        return Layout()
    lines = len(re.findall(rb"\r\n|\r|\n", text[: start + len(first)]))
    return Layout(start + len(first), lines, names[0], sequences[0], len(fields))


def _places(fields: list[str], meanings: set[str]) -> list[int]:
    return [at for at, field in enumerate(fields) if field in meanings]
