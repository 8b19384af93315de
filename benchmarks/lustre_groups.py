"""Usage of groups straight from a dump: one way of `lustre_scan`, with no more imported than it takes."""

import sys
from pathlib import Path

from benchmarks.lustre_rules import rules
from benchmarks.timing import twice
from grt_platform.systems.lustre.logic.groups_only import scan_groups


def run(dump: Path) -> None:
    """All lines of the dump."""
    with dump.open("rb") as packed:
        print(scan_groups(packed, dump.name, rules(), bad=lambda _: None)[1].height)


def main() -> None:
    """Reads the dump that the first argument names, twice where a second says so."""
    dump, *more = sys.argv[1:]
    if more == ["--twice"]:
        twice(lambda: run(Path(dump)))
    else:
        run(Path(dump))


if __name__ == "__main__":
    main()
