"""Dumps to sums and Parquet, against `igzip -dc` of the same dump and the old per-line programs, in turn.

`python -m benchmarks.lustre_scan [--lines 20000000] [--rounds 3] [--dump FILE]` makes a dump with the project's own
generator (or takes one), runs every way in a new process, interleaved, and prints CPU and wall seconds as ratios to
`igzip -dc`. `--old` compares with `lustre_old_way` instead, best with a million lines. igzip: Debian's package `isal`.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import lustre_old_way
from benchmarks.lustre_rules import DUMPED_ON, ROLLED_UP, rules
from benchmarks.timing import compare, cost, igzip, me, show
from grt_platform.adapters.parquet import PartitionWriter, marked_schema
from grt_platform.systems.lustre.logic.bad_lines import BadLine
from grt_platform.systems.lustre.logic.generate import Recipe, generate
from grt_platform.systems.lustre.logic.rescan import rescan
from grt_platform.systems.lustre.logic.scan import scan
from grt_platform.systems.lustre.schemas import ENTRIES, TREE

MODULE = "benchmarks.lustre_scan"
TARGETS = {
    "groups alone": "asked: CPU 1.9 x, wall 1.3 x, 300 MiB",
    "projects, tree to depth 7": "asked: wall 1.75 x",
    "all directories, users, projects": "asked: wall 2.2 x",
    "fused, with Parquet": "asked: CPU 5.5 x, wall 3.5 x",
    "groups from Parquet": "asked: wall 0.3 x",
    "tree to depth 7 from Parquet": "asked: wall 0.5 x",
    "the same from the tree's Parquet": "asked: wall 0.5 x",
}


def make(path: Path, lines: int) -> None:
    """A dump of so many lines."""
    with path.open("wb") as sink:
        generate(sink, Recipe("scratch114", DUMPED_ON, lines, level=6))


def ignore(_bad: list[BadLine]) -> None:
    """Takes bad lines and forgets them."""


def run_scan(dump: Path, parquet: Path | None, **changes: Any) -> None:
    """The whole pass, with or without Parquet; the rules with changes."""
    with dump.open("rb") as packed, (parquet or Path("/dev/null")).open("wb") as sink:
        entries = sink if parquet else None
        schema = marked_schema(ENTRIES)
        scanned = scan(
            packed,
            dump.name,
            rules(**changes),
            entries=entries,
            entries_schema=schema,
            bad=ignore,
            scratch=tempfile.TemporaryFile,
        )
        print(scanned.projects.height, sum(frame.height for frame in scanned.tree()))


def run_rescan(parquet: Path) -> None:
    """All products again."""
    with parquet.open("rb") as file:
        again = rescan(file, rules(), scratch=tempfile.TemporaryFile)
        print(again.users().height, again.projects().height, sum(frame.height for frame in again.tree()))


def write_tree(parquet: Path) -> None:
    """The tree beside the entries, as the platform keeps it."""
    with parquet.open("rb") as file, parquet.with_suffix(".tree").open("wb") as sink:
        again = rescan(file, rules(), scratch=tempfile.TemporaryFile)
        writer = PartitionWriter(sink, TREE, {"dumped_on": DUMPED_ON.isoformat(), "volume": "scratch114"})
        for frame in again.tree():
            writer.write(frame)
        writer.flush()
        writer.close()


def run_rolled_up(parquet: Path) -> None:
    """The tree down to a depth again, and nothing else."""
    with parquet.open("rb") as file:
        again = rescan(file, rules(max_tree_depth=ROLLED_UP), scratch=tempfile.TemporaryFile, is_owned=False)
        print(sum(frame.height for frame in again.tree()))


def run_one(way: str, dump: Path, other: Path) -> None:
    """One way, in this process."""
    if way == "tree":
        run_scan(dump, None)
    elif way == "rolled-up":
        run_scan(dump, None, max_tree_depth=ROLLED_UP)
    elif way == "fused":
        run_scan(dump, other)
    elif way == "from-all":
        run_rescan(other)
    elif way == "write-tree":
        write_tree(other)
    elif way == "from-rolled-up":
        run_rolled_up(other)
    elif way == "old-report":
        pairs = [(gid, base) for gid, base in json.loads(other.with_suffix(".json").read_text())]
        print(len(lustre_old_way.report(dump, pairs, rules().as_of_s)))
    elif way == "old-inspect":
        print(len(lustre_old_way.inspect(dump)))


def alone(module: str, file: Path) -> str:
    """A command that runs a way that is a module of its own."""
    return f"{sys.executable} -m benchmarks.{module} {file}"


def main() -> None:
    """Reads the arguments and runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=20_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dump", type=Path)
    parser.add_argument("--old", action="store_true")
    parser.add_argument("--one", nargs=3, metavar=("WAY", "DUMP", "PARQUET"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        run_one(given.one[0], Path(given.one[1]), Path(given.one[2]))
        return
    with tempfile.TemporaryDirectory(prefix="grt-bench-") as folder:
        dump, parquet = given.dump or Path(folder) / "dump.gz", Path(folder) / "entries.parquet"
        if given.dump is None:
            make(dump, given.lines)
        ways = {"igzip -dc": f"{igzip()} -dc {dump}", "groups alone": alone("lustre_groups", dump)}
        ways["projects, tree to depth 7"] = me(MODULE, "rolled-up", dump, parquet)
        ways["all directories, users, projects"] = me(MODULE, "tree", dump, parquet)
        if given.old:
            parquet.with_suffix(".json").write_text(json.dumps(lustre_old_way.pairs_in(dump)))
            ways |= {f"old {name}": me(MODULE, f"old-{name}", dump, parquet) for name in ("report", "inspect")}
        else:
            ways["fused, with Parquet"] = me(MODULE, "fused", dump, parquet)
            ways["groups from Parquet"] = alone("lustre_from_entries", parquet)
            ways["tree to depth 7 from Parquet"] = me(MODULE, "from-rolled-up", dump, parquet)
            ways["the same from the tree's Parquet"] = alone("lustre_tree", parquet.with_suffix(".tree"))
            ways["users, projects, tree from Parquet"] = me(MODULE, "from-all", dump, parquet)
        if not given.old:
            for way in ("fused", "write-tree"):
                cost(me(MODULE, way, dump, parquet))
        show(compare(ways, given.rounds), given.lines, TARGETS)
        if parquet.exists():
            print(f"Parquet over dump: {parquet.stat().st_size / dump.stat().st_size:.2f} (asked: 0.65)")


if __name__ == "__main__":
    main()
