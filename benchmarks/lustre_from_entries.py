"""Usage of groups from the entries' Parquet: one way of `lustre_scan`, with no more imported than it takes."""

from pathlib import Path

import polars as pl

from benchmarks.lustre_rules import rules
from benchmarks.timing import with_file
from grt_platform.systems.lustre.logic.from_entries import groups_of


def run(parquet: Path) -> None:
    """All groups of the entries."""
    print(groups_of(pl.scan_parquet(parquet), rules()).height)


if __name__ == "__main__":
    with_file(run)
