"""The tree down to a depth, as people ask for it, from the tree's own Parquet: one way of `lustre_scan`."""

import sys

import polars as pl

from benchmarks.lustre_rules import ROLLED_UP
from benchmarks.timing import twice


def main() -> None:
    """Reads the Parquet file that the first argument names; twice where a second says so."""
    parquet, *more = sys.argv[1:]

    def run() -> None:
        tree = pl.scan_parquet(parquet).filter(pl.col("depth") <= ROLLED_UP)
        print(tree.collect(engine="streaming").height)

    twice(run) if more else run()


if __name__ == "__main__":
    main()
