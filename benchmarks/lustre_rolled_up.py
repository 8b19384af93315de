"""The tree down to a depth from the entries' Parquet: one way of `lustre_scan`, with no more imported than it takes."""

import tempfile
from pathlib import Path

from benchmarks.lustre_rules import ROLLED_UP, rules
from benchmarks.timing import with_file
from grt_platform.systems.lustre.logic.rescan import rescan


def run(parquet: Path) -> None:
    """The tree of the entries."""
    with parquet.open("rb") as file:
        again = rescan(file, rules(max_tree_depth=ROLLED_UP), scratch=tempfile.TemporaryFile, is_owned=False)
        print(sum(frame.height for frame in again.tree()))


if __name__ == "__main__":
    with_file(run)
