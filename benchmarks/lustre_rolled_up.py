"""The tree down to a depth from the entries' Parquet: one way of `lustre_scan`, with no more imported than it takes."""

import sys
import tempfile
from pathlib import Path

from benchmarks.lustre_rules import ROLLED_UP, rules
from benchmarks.timing import twice
from grt_platform.systems.lustre.logic.rescan import rescan


def main() -> None:
    """Reads the Parquet file that the first argument names; twice where a second says so."""
    parquet, *more = sys.argv[1:]

    def run() -> None:
        with Path(parquet).open("rb") as file:
            again = rescan(file, rules(max_tree_depth=ROLLED_UP), scratch=tempfile.TemporaryFile, is_owned=False)
            print(sum(frame.height for frame in again.tree()))

    twice(run) if more else run()


if __name__ == "__main__":
    main()
