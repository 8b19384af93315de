"""Which files are taken, by their names: FASTA or CSV, plain or packed; capitals do not matter."""

import re
from dataclasses import dataclass
from typing import Literal

from grt_platform.kernel.errors import BadInputError

FASTA_SUFFIXES = ("fasta", "fa", "fna", "faa", "ffn", "frn", "fas")
_NAME = re.compile(rf"[^/\\\x00-\x1f\x7f]+\.(?P<form>{'|'.join(FASTA_SUFFIXES)}|csv)(?P<packed>\.b?gz)?", re.IGNORECASE)
_MOST_BYTES = 255


@dataclass(frozen=True, slots=True)
class FileKind:
    """What a file's name says of its bytes."""

    form: Literal["fasta", "csv"]
    is_packed: bool


def file_kind(name: str) -> FileKind:
    """What the name promises.

    Raises:
        BadInputError: It is no name of a file that is taken.
    """
    match = _NAME.fullmatch(name)
    if match is None or len(name.encode()) > _MOST_BYTES:
        suffixes = ", ".join(f".{suffix}" for suffix in (*FASTA_SUFFIXES, "csv"))
        raise BadInputError(
            f"{name[:100]!r} is no gene file: the name ends in one of {suffixes}, then maybe .gz or .bgz"
        )
    return FileKind("csv" if match["form"].lower() == "csv" else "fasta", match["packed"] is not None)
