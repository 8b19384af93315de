"""The tree down to a depth from the entries' Parquet: one way of `lustre_scan`, with no more imported than it takes."""

import sys
import tempfile
from pathlib import Path

from benchmarks.lustre_rules import ROLLED_UP, rules
from grt_platform.systems.lustre.logic.rescan import rescan


def main() -> None:
    """Reads the Parquet file that the first argument names."""
    with Path(sys.argv[1]).open("rb") as file:
        again = rescan(file, rules(max_tree_depth=ROLLED_UP), scratch=tempfile.TemporaryFile, is_owned=False)
        print(sum(frame.height for frame in again.tree()))


if __name__ == "__main__":
    main()
