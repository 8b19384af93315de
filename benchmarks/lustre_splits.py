"""Dumps cut by group, against `igzip -dc | igzip -1` of the same dump and the old splitter, in turn.

`python -m benchmarks.lustre_splits [--lines 20000000] [--rounds 3] [--dump FILE] [--old]`: as `lustre_scan`. Every
group of the generator is wanted. Sizes are compared with `gzip -6` of the same lines, which is what the dump itself is.
"""

import argparse
import tempfile
from pathlib import Path

from benchmarks import lustre_old_way
from benchmarks.lustre_scan import make
from benchmarks.timing import compare, cost_of_second, igzip, me, show, show_old, twice
from grt_platform.systems.lustre.logic.split import SplitRules, split

MODULE = "benchmarks.lustre_splits"
GIDS = range(100_000)


def run_split(dump: Path, folder: Path) -> None:
    """Every group's lines into a file of its own."""

    def append(name: str, members: bytes) -> None:
        with (folder / f"{name}.dat.gz").open("ab") as file:
            file.write(members)

    for old in folder.iterdir():
        old.unlink()
    with dump.open("rb") as packed:
        split([(dump.name, packed)], SplitRules({gid: f"g{gid}" for gid in GIDS}, GIDS), append)


def main() -> None:
    """Reads the arguments and runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=20_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dump", type=Path)
    parser.add_argument("--old", action="store_true")
    parser.add_argument("--one", nargs=3, metavar=("WAY", "DUMP", "FOLDER"), help=argparse.SUPPRESS)
    parser.add_argument("--twice", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        way, dump, folder = given.one[0], Path(given.one[1]), Path(given.one[2])
        if given.twice:
            twice(lambda: run_split(dump, folder))
        elif way == "ours":
            run_split(dump, folder)
        else:
            lustre_old_way.cut(dump, GIDS, folder)
        return
    with tempfile.TemporaryDirectory(prefix="grt-bench-") as root:
        dump, ours, old = given.dump or Path(root) / "dump.gz", Path(root) / "ours", Path(root) / "old"
        ours.mkdir()
        old.mkdir()
        if given.dump is None:
            make(dump, given.lines)
        program = igzip()
        ways = {
            "igzip -dc | igzip -1": f"{program} -dc {dump} | {program} -1 -c > {root}/again.gz",
            "splits": me(MODULE, "ours", dump, ours),
        }
        if given.old:
            ways["old splitter"] = me(MODULE, "old", dump, old)
        found = compare(ways, given.rounds)
        show(found, given.lines, {"splits": "asked: CPU 1.5 x, 300 MiB"})
        if given.old:
            again = [cost_of_second(f"{ways['splits']} --twice") for _ in range(given.rounds)]
            show_old(found["splits"], again, found["old splitter"], "old splitter", 8)
        size = sum(file.stat().st_size for file in ours.iterdir())
        print(f"splits over the dump (gzip -6): {size / dump.stat().st_size:.2f} (asked: 1.12)")


if __name__ == "__main__":
    main()
