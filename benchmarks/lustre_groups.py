"""Usage of groups straight from a dump: one way of `lustre_scan`, with no more imported than it takes."""

import sys
from pathlib import Path

from benchmarks.lustre_rules import rules
from grt_platform.systems.lustre.logic.groups_only import scan_groups


def main() -> None:
    """Reads the dump that the first argument names."""
    dump = Path(sys.argv[1])
    with dump.open("rb") as packed:
        print(scan_groups(packed, dump.name, rules(), bad=lambda _: None)[1].height)


if __name__ == "__main__":
    main()
