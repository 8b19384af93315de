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

from benchmarks import lustre_old_way
from benchmarks.lustre_rules import DUMPED_ON, rules
from benchmarks.timing import compare, cost, cost_of_second, igzip, me, show, show_alone, show_old
from grt_platform.adapters.parquet import PartitionWriter
from grt_platform.systems.lustre.logic.generate import Recipe, generate
from grt_platform.systems.lustre.logic.rescan import rescan
from grt_platform.systems.lustre.schemas import TREE

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


def run_one(way: str, dump: Path, other: Path) -> None:
    """One way, in this process."""
    if way == "from-all":
        run_rescan(other)
    elif way == "write-tree":
        write_tree(other)
    elif way == "old-report":
        pairs = [(gid, base) for gid, base in json.loads(other.with_suffix(".json").read_text())]
        print(len(lustre_old_way.report(dump, pairs, rules().as_of_s)))
    elif way == "old-inspect":
        print(len(lustre_old_way.inspect(dump)))


def alone(module: str, *arguments: str | Path) -> str:
    """A command that runs a way that is a module of its own."""
    return " ".join([sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)])


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
        ways["projects, tree to depth 7"] = alone("lustre_dump", dump, "--rolled-up")
        ways["all directories, users, projects"] = alone("lustre_dump", dump)
        if given.old:
            parquet.with_suffix(".json").write_text(json.dumps(lustre_old_way.pairs_in(dump)))
            ways |= {f"old {name}": me(MODULE, f"old-{name}", dump, parquet) for name in ("report", "inspect")}
        else:
            ways["fused, with Parquet"] = alone("lustre_dump", dump, "--parquet", parquet)
            ways["groups from Parquet"] = alone("lustre_from_entries", parquet)
            ways["tree to depth 7 from Parquet"] = alone("lustre_rolled_up", parquet)
            ways["the same from the tree's Parquet"] = alone("lustre_tree", parquet.with_suffix(".tree"))
            ways["users, projects, tree from Parquet"] = me(MODULE, "from-all", dump, parquet)
        if not given.old:
            cost(ways["fused, with Parquet"])
            cost(me(MODULE, "write-tree", dump, parquet))
        found = compare(ways, given.rounds)
        show(found, given.lines, TARGETS)
        if not given.old:
            again = {name: [cost_of_second(f"{ways[name]} --twice") for _ in range(given.rounds)] for name in TARGETS}
            show_alone(again, found["igzip -dc"], TARGETS)
        if given.old:
            for ours, old, asked in (
                ("groups alone", "old report", 40),
                ("projects, tree to depth 7", "old inspect", 25),
            ):
                second = [cost_of_second(f"{ways[ours]} --twice") for _ in range(given.rounds)]
                show_old(found[ours], second, found[old], old, asked)
        if parquet.exists():
            print(f"Parquet over dump: {parquet.stat().st_size / dump.stat().st_size:.2f} (asked: 0.65)")


if __name__ == "__main__":
    main()
