"""Usage of groups from the entries' Parquet: one way of `lustre_scan`, with no more imported than it takes."""

import sys

import polars as pl

from benchmarks.lustre_rules import rules
from benchmarks.timing import twice
from grt_platform.systems.lustre.logic.from_entries import groups_of


def main() -> None:
    """Reads the Parquet file that the first argument names; twice where a second says so."""
    parquet, *more = sys.argv[1:]

    def run() -> None:
        print(groups_of(pl.scan_parquet(parquet), rules()).height)

    twice(run) if more else run()


if __name__ == "__main__":
    main()
