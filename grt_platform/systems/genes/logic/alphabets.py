"""What each byte of a sequence line is, by alphabet, as tables of 256 entries that the kernels look bytes up in.

Letters are those of the IUPAC recommendations: nucleotides with their ambiguity codes (NC-IUB 1984), amino acids with
B, J, Z, X, U and O; `-` and `.` are gaps, `*` is a stop.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grt_platform.systems.genes.logic.options import Options

Table = npt.NDArray[np.uint8]

LINE_END = 0
KEPT, BLANK, NO_NUCLEOTIDE, INVALID, CONTROL, NOT_ASCII = 1, 8, 64, 16, 32, 128
FAULTS = INVALID | CONTROL | NOT_ASCII

_GAPS = "-."
_DNA = "ACGTRYSWKMBDHVN"
_RNA = "ACGURYSWKMBDHVN"
_PROTEIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
_LETTERS = {"dna": _DNA + _GAPS, "rna": _RNA + _GAPS, "protein": _PROTEIN + _GAPS, "any": _PROTEIN + _GAPS}
_UNKNOWN = {"dna": "N", "rna": "N", "protein": "X", "any": "X"}


@dataclass(frozen=True, slots=True)
class Tables:
    """For each byte: what it is (bits), and what is stored for it."""

    kinds: Table
    stored: Table


def tables(options: Options) -> Tables:
    """The tables for one upload."""
    stored = np.arange(256, dtype=np.uint8)
    kinds = np.array([_kind(byte, options) for byte in range(256)], np.uint8)
    if options.on_invalid == "mask":
        stored[(kinds & INVALID) != 0] = ord(_UNKNOWN[options.alphabet])
    return Tables(kinds, stored)


def ending_at(given: Tables, byte: str) -> Tables:
    """The tables of a field that ends at this byte, too."""
    kinds = given.kinds.copy()
    kinds[ord(byte)] = LINE_END
    return Tables(kinds, given.stored)


def _kind(byte: int, options: Options) -> int:
    letter = chr(byte).upper()
    if letter in "\n\r":
        return LINE_END
    if letter in " \t\v\f":
        return BLANK
    if byte > 127:
        return KEPT | NOT_ASCII
    if byte < 32 or byte == 127:
        return KEPT | CONTROL
    is_nucleotide = options.alphabet != "protein" and letter in _DNA + _RNA + _GAPS
    return KEPT | (0 if letter in _LETTERS[options.alphabet] else INVALID) | (0 if is_nucleotide else NO_NUCLEOTIDE)
