"""Whether everything that came in is somewhere."""

from collections.abc import Mapping

import polars as pl


def lost_records(ledger: pl.DataFrame, stored: Mapping[str, int]) -> list[str]:
    """How the ledger contradicts itself, or the rows that are stored by noun."""
    faults = []
    for row in ledger.iter_rows(named=True):
        accounted = row["rows_loaded"] + row["rows_quarantined"] + row["rows_duplicate"]
        if row["rows_in"] != accounted:
            faults.append(f"{row['source']}: {row['rows_in']} records came in, {accounted} are accounted for")
    for noun, column in (("genes", "rows_loaded"), ("quarantine", "rows_quarantined")):
        if stored[noun] != ledger[column].sum():
            faults.append(f"{stored[noun]} rows in {noun}, the ledger says {ledger[column].sum()}")
    return faults


def lost_letters(genes: pl.LazyFrame, sequences: pl.LazyFrame) -> list[str]:
    """The genes whose pieces do not have as many letters as they should, ten at most."""
    pieces = sequences.group_by("ordinal").agg(pl.col("sequence").str.len_bytes().cast(pl.Int64).sum().alias("found"))
    rows = (
        genes.select("ordinal", "length")
        .join(pieces, on="ordinal", how="full", coalesce=True)
        .filter(pl.col("length").ne_missing(pl.col("found")))
        .sort("ordinal")
        .head(10)
        .collect(engine="streaming")
    )
    return [f"gene {n}: {length} letters by its row, {found} in pieces" for n, length, found in rows.iter_rows()]
