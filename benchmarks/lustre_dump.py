"""Everything straight from a dump: three ways of `lustre_scan`, with no more imported than they take."""

import argparse
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.lustre_rules import ROLLED_UP, rules
from benchmarks.timing import twice
from grt_platform.systems.lustre.logic.bad_lines import BadLine
from grt_platform.systems.lustre.logic.scan import scan
from grt_platform.systems.lustre.schemas import ENTRIES


def ignore(_bad: list[BadLine]) -> None:
    """Takes bad lines and forgets them."""


def run(dump: Path, parquet: Path | None, **changes: Any) -> None:
    """The whole pass, with or without Parquet; the rules with changes."""
    with dump.open("rb") as packed, (parquet or Path("/dev/null")).open("wb") as sink:
        scanned = scan(
            packed,
            dump.name,
            rules(**changes),
            entries=sink if parquet else None,
            entries_schema=ENTRIES.arrow_schema(with_partition=False),
            bad=ignore,
            scratch=tempfile.TemporaryFile,
        )
        print(scanned.projects().height, sum(frame.height for frame in scanned.tree()))


def main() -> None:
    """Reads the dump; `--rolled-up` ends the tree at a depth, `--parquet` writes the entries."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dump", type=Path)
    parser.add_argument("--parquet", type=Path)
    parser.add_argument("--rolled-up", action="store_true")
    parser.add_argument("--twice", action="store_true")
    given = parser.parse_args()
    changes = {"max_tree_depth": ROLLED_UP} if given.rolled_up else {}
    if given.twice:
        twice(lambda: run(given.dump, given.parquet, **changes))
    else:
        run(given.dump, given.parquet, **changes)


if __name__ == "__main__":
    main()
