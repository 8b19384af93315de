"""What is wrong with a record, in words: which record, which line, which column, and what to do."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from grt_platform.systems.genes.logic import kernels
from grt_platform.systems.genes.logic.alphabets import CONTROL, INVALID, NOT_ASCII
from grt_platform.systems.genes.logic.batch import Batch
from grt_platform.systems.genes.logic.options import Options

_SHOWN_NAME = 80


def is_binary(batch: Batch) -> npt.NDArray[np.bool_]:
    """Which records hold control bytes, as no text does."""
    return np.asarray((batch.numbers[:, kernels.KINDS] & CONTROL) != 0)


def is_bad(batch: Batch, options: Options, fields: int | None) -> npt.NDArray[np.bool_]:
    """Which records cannot be taken as they are; masking heals letters, nothing else.

    Args:
        batch: Records.
        options: Of the upload.
        fields: How many fields a row of CSV must have; None for FASTA.
    """
    kinds = batch.numbers[:, kernels.KINDS]
    unwanted = NOT_ASCII if options.on_invalid == "mask" else NOT_ASCII | INVALID
    bad = ((kinds & unwanted) != 0) | (batch.numbers[:, kernels.FAULT] != 0)
    if fields is not None:
        bad |= batch.numbers[:, kernels.FIELDS] != fields
    return np.asarray(bad)


def told(batch: Batch, row: int, options: Options, fields: int | None) -> str:
    """What is wrong with one of the records, without its letters."""
    reasons = "; ".join(_reasons(batch, row, options, fields))
    return f"record {batch.ordinals[row]} {shown(batch.headers[row])!r}: {reasons}"


def line_of(batch: Batch, row: int) -> int:
    """The line to look at: of the first bad letter, or of the header."""
    has_bad = batch.numbers[row, kernels.INVALID] > 0
    return int(batch.numbers[row, kernels.BAD_LINE] + 1 if has_bad else batch.lines[row])


def shown(header: str) -> str:
    """A header that fits into a sentence."""
    return header if len(header) <= _SHOWN_NAME else f"{header[:_SHOWN_NAME]}..."


def _reasons(batch: Batch, row: int, options: Options, fields: int | None) -> Iterator[str]:
    numbers = batch.numbers[row]
    if fields is not None and numbers[kernels.FIELDS] != fields:
        yield f"the row has {numbers[kernels.FIELDS]} fields where {fields} are due; quote a field that holds commas"
    if numbers[kernels.FAULT] == kernels.TEXT_AFTER_QUOTE:
        yield "text follows a closing quote; double the quotes within a quoted field"
    if numbers[kernels.FAULT] == kernels.LINE_END_IN_NAME:
        yield "the name holds a line end"
    if numbers[kernels.INVALID]:
        line, column = numbers[kernels.BAD_LINE] + 1, numbers[kernels.BAD_COLUMN]
        what = ascii(chr(numbers[kernels.BAD_BYTE]))
        many = f", {numbers[kernels.INVALID]} such letters in all" if numbers[kernels.INVALID] > 1 else ""
        yield f"E_INVALID_LETTER {what} at line {line}, column {column} is not in the alphabet {options.alphabet}{many}"
