"""Usage of groups straight from a dump: one way of `lustre_scan`, with no more imported than it takes."""

from pathlib import Path

from benchmarks.lustre_rules import rules
from benchmarks.timing import with_file
from grt_platform.systems.lustre.logic.groups_only import scan_groups


def run(dump: Path) -> None:
    """All lines of the dump."""
    with dump.open("rb") as packed:
        print(scan_groups(packed, dump.name, rules(), bad=lambda _: None)[1].height)


if __name__ == "__main__":
    with_file(run)
