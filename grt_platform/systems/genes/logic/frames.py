"""Records as frames of the tables, without the columns that cut them."""

import numpy as np
import polars as pl
import pyarrow as pa

from grt_platform.systems.genes.logic import kernels
from grt_platform.systems.genes.logic.alphabets import NO_NUCLEOTIDE
from grt_platform.systems.genes.logic.batch import Batch
from grt_platform.systems.genes.logic.kernels import Numbers
from grt_platform.systems.genes.logic.names import Named
from grt_platform.systems.genes.logic.scan import digest_texts

MOST_RAW_BYTES = 64 * 1024


def genes_frame(batch: Batch, named: Named, firsts: Numbers, *, is_masked: bool) -> pl.DataFrame:
    """Rows of the table genes.

    Args:
        batch: Records that are loaded.
        named: Their names.
        firsts: For each the ordinal of the first record with its digest.
        is_masked: Whether invalid letters were masked.
    """
    numbers = batch.numbers
    strong, weak = numbers[:, kernels.STRONG], numbers[:, kernels.WEAK]
    has_gc = ((numbers[:, kernels.KINDS] & NO_NUCLEOTIDE) == 0) & (strong + weak > 0)
    return pl.DataFrame(
        {
            "ordinal": batch.ordinals,
            "line_number": batch.lines,
            "gene_name": batch.headers,
            "name": named.names,
            "occurrence": named.occurrences,
            "length": batch.lengths,
            "gc": pl.Series(strong / np.maximum(strong + weak, 1)).set(pl.Series(~has_gc), None),
            "digest": digest_texts(batch.digests),
            "identical_to": identical(firsts, batch.ordinals, batch.lengths),
            "blanks_removed": numbers[:, kernels.BLANKS],
            "letters_masked": numbers[:, kernels.INVALID] if is_masked else np.zeros(len(batch), np.int64),
        },
        schema_overrides={"gc": pl.Float64, "gene_name": pl.String, "name": pl.String, "identical_to": pl.Int64},
    )


def identical(firsts: Numbers, ordinals: Numbers, lengths: Numbers) -> pl.Series:
    """For each gene the first one with its digest, where that is another and they have letters."""
    is_first = (firsts == ordinals) | (lengths == 0)
    return pl.Series("identical_to", firsts, pl.Int64).set(pl.Series(is_first), None)


def sequences_frame(batch: Batch) -> pl.DataFrame:
    """Rows of the table sequences: the whole sequences, or the last piece of one."""
    return pl.DataFrame(
        {
            "ordinal": batch.ordinals,
            "piece": np.full(len(batch), batch.pieces, np.int64),
            "sequence": _letters(batch.sequences),
        }
    )


def piece_frame(ordinal: int, piece: int, letters: bytes) -> pl.DataFrame:
    """The row of one piece of a long sequence."""
    return pl.DataFrame({"ordinal": [ordinal], "piece": [piece], "sequence": [letters.decode("latin-1")]})


def served_frame(genes: pl.DataFrame, sequences: pa.LargeStringArray | None, most_letters: int) -> pl.DataFrame:
    """Rows of the served table genes: with the letters of the sequences that are short enough, where they are given."""
    if sequences is None:
        return genes.with_columns(sequence=pl.lit(None, pl.String))
    texts = pl.Series("sequence", _letters(sequences))
    return genes.with_columns(sequence=pl.when(pl.col("length") <= most_letters).then(texts))


def quarantine_rows(batch: Batch, reasons: list[str], lines: list[int], source: str, version: str) -> pl.DataFrame:
    """Rows of the quarantine: header and letters of records that were set aside, cut at 64 KiB."""
    return pl.DataFrame(
        {
            "source": [source] * len(batch),
            "version": [version] * len(batch),
            "member": [f"record {ordinal}" for ordinal in batch.ordinals.tolist()],
            "line_number": lines,
            "reason": reasons,
            "raw": [_raw(batch, row) for row in range(len(batch))],
        },
        schema_overrides={"line_number": pl.Int64},
    )


def _raw(batch: Batch, row: int) -> bytes:
    start, end = (int(bound) for bound in batch.bounds[row : row + 2])
    letters = bytes(batch.letters[start : min(end, start + MOST_RAW_BYTES)])
    return (batch.headers[row].encode() + b"\n" + letters)[:MOST_RAW_BYTES]


def _letters(texts: pa.LargeStringArray) -> pl.Series:
    series = pl.from_arrow(texts)
    assert isinstance(series, pl.Series)
    return series
