"""What must add up: the ledger with the tables, the wanted runs with batches and files."""

from collections.abc import Iterator

import polars as pl


def lost_rows(ledger: pl.DataFrame, runs: int, aside: int) -> Iterator[str]:
    """Where rows got lost or doubled.

    Args:
        ledger: Rows of `ena/table/ledger` of one taxon.
        runs: Rows of its runs.
        aside: Rows of its quarantine.
    """
    kept = pl.col("rows_loaded") + pl.col("rows_quarantined") + pl.col("rows_superseded") + pl.col("rows_duplicate")
    for row in ledger.filter(pl.col("rows_in") != kept).iter_rows(named=True):
        yield f"{row['source']} had {row['rows_in']} rows, which are not all accounted for"
    for noun, column, stored in (("runs", "rows_loaded", runs), ("rows in quarantine", "rows_quarantined", aside)):
        told = int(ledger[column].sum())
        if told != stored:
            yield f"the ledger tells of {told} {noun}, {stored} are stored"


def misplaced_runs(runs: pl.LazyFrame, batches: pl.LazyFrame, home: pl.LazyFrame) -> Iterator[str]:
    """Wanted runs that are neither at home nor in a batch, and runs in more than one.

    Args:
        runs: Rows of `ena/table/runs`.
        batches: Rows of `ena/product/batches`.
        home: Rows of `ena/product/fetched_reads`.
    """
    wanted = runs.filter(~pl.col("is_excluded")).select("run_accession")
    placed = pl.concat([batches.select("run_accession"), home.select("run_accession")]).unique()
    lacking = wanted.join(placed, on="run_accession", how="anti").collect()
    if lacking.height:
        yield f"{lacking.height} runs are in no batch and not at home, such as {lacking.item(0, 0)}"
    shared = batches.group_by("run_accession").agg(n=pl.col("batch_id").n_unique()).filter(pl.col("n") > 1).collect()
    if shared.height:
        yield f"{shared.height} runs are in several batches, such as {shared.item(0, 'run_accession')}"
