"""The tree down to a depth, as people ask for it, from the tree's own Parquet: one way of `lustre_scan`."""

from pathlib import Path

import polars as pl

from benchmarks.lustre_rules import ROLLED_UP
from benchmarks.timing import with_file


def run(parquet: Path) -> None:
    """The rows down to the depth."""
    tree = pl.scan_parquet(parquet).filter(pl.col("depth") <= ROLLED_UP)
    print(tree.collect(engine="streaming").height)


if __name__ == "__main__":
    with_file(run)
