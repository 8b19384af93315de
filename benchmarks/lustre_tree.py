"""The tree down to a depth, as people ask for it, from the tree's own Parquet: one way of `lustre_scan`."""

import sys

import polars as pl

from benchmarks.lustre_rules import ROLLED_UP


def main() -> None:
    """Reads the Parquet file that the first argument names."""
    tree = pl.scan_parquet(sys.argv[1]).filter(pl.col("depth") <= ROLLED_UP)
    print(tree.collect(engine="streaming").height)


if __name__ == "__main__":
    main()
