"""Usage of groups from the entries' Parquet: one way of `lustre_scan`, with no more imported than it takes."""

import sys

import polars as pl

from benchmarks.lustre_rules import rules
from grt_platform.systems.lustre.logic.from_entries import groups_of


def main() -> None:
    """Reads the Parquet file that the first argument names."""
    print(groups_of(pl.scan_parquet(sys.argv[1]), rules()).height)


if __name__ == "__main__":
    main()
