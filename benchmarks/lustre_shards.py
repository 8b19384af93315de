"""A dump loaded in shards against one pass over it: CPU seconds of all steps together, and the peak memory of each.

`python -m benchmarks.lustre_shards [--lines 20000000] [--shards 2 5] [--dump FILE] [--alone]` makes a dump with the
project's own generator (or takes one) and loads it as the platform does, into a lake in a folder and an embedded
Postgres: in one pass; then cut, read by each shard, and joined, every step in a process of its own, one after the
other. The files of the lake are compared byte by byte. Wall seconds are those of a machine for each shard: cut, slowest
shard and join.
"""

import argparse
import os
import shutil
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.lustre_rules import DUMPED_ON, rules
from benchmarks.lustre_scan import make
from benchmarks.server import durable_postgres
from benchmarks.timing import Cost, cost, me
from grt_platform.adapters.folder_store import FolderStore
from grt_platform.adapters.keeping import sha256_of
from grt_platform.adapters.lake import Lake
from grt_platform.adapters.migrate import upgrade
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.shards import shards
from grt_platform.settings import Settings
from grt_platform.systems.lustre.cutting import Cutting
from grt_platform.systems.lustre.ingest import Ingest
from grt_platform.systems.lustre.logic.arrivals import INBOX
from grt_platform.systems.lustre.logic.names import mpistat_key
from grt_platform.systems.lustre.logic.rules import ScanRules
from grt_platform.systems.lustre.sharded import Joining, read_shard
from grt_platform.systems.lustre.shelf import Shelf

MODULE, VOLUME = "benchmarks.lustre_shards", "scratch114"
CELL = (DUMPED_ON, VOLUME)


def as_always(_dumped_on: date) -> ScanRules:
    """The rules."""
    return rules()


def store(folder: Path, name: str) -> FolderStore:
    """One of the stores."""
    return FolderStore(folder / name, name, Settings())


def run_one(way: str, folder: Path, of: int) -> None:
    """One step, in this process."""
    shelf = Shelf(store(folder, "raw"))
    cutting = Cutting(shelf, store(folder, "products"), as_always)
    ingest = Ingest(shelf, Lake(store(folder, "lake")), Warehouse(os.environ["GRT_BENCH_URL"]), as_always)
    if way == "whole":
        print(ingest.build(*CELL).rows)
    elif way == "cut":
        found = cutting.newest(*CELL)
        assert found is not None
        cutting.cut(*CELL, most=of, enough_bytes=found.size_bytes // of)
    elif way == "join":
        print(Joining(cutting, ingest).build(*CELL).rows)
    else:
        read_shard(cutting, *CELL, shards(of)[int(way)])


def files(folder: Path) -> dict[str, str]:
    """The hashes of what is in the lake."""
    lake = store(folder, "lake")
    return {item.key: sha256_of(lake, item.key) for item in lake.list("lustre")}


def tell(what: str, steps: list[Cost], wall: float, whole: Cost | None = None) -> None:
    """Prints a line of the table."""
    cpu = sum(step.cpu for step in steps)
    peaks = " ".join(f"{step.peak_mib:.0f}" for step in steps)
    over = f"{cpu / whole.cpu:5.2f} x" if whole else ""
    ratio = f"{wall / whole.wall:5.2f} x" if whole else ""
    print(f"{what:12} CPU {cpu:7.2f} s {over:8} wall {wall:7.2f} s {ratio:8} peak MiB {peaks}", flush=True)


def compare(folder: Path, counts: list[int], whole: Cost | None) -> None:
    """Every number of shards, and whether the lake is the same."""
    expected = files(folder)
    for of in counts:
        steps = [cost(me(MODULE, way, folder, str(of))) for way in ("cut", *map(str, range(of)), "join")]
        wall = steps[0].wall + max(step.wall for step in steps[1:-1]) + steps[-1].wall
        tell(f"{of} shards", steps, wall, whole)
        for name, step in zip(("cut", *(f"shard {each + 1}" for each in range(of)), "join"), steps, strict=True):
            print(f"  {name:10} CPU {step.cpu:7.2f} s   wall {step.wall:7.2f} s")
        same = "the lake is the same, bit by bit" if files(folder) == expected else "THE LAKE DIFFERS"
        print(f"  {same if whole else 'compared with nothing'}", flush=True)


def main() -> None:
    """Reads the arguments and runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=20_000_000)
    parser.add_argument("--shards", type=int, nargs="*", default=[2, 5])
    parser.add_argument("--dump", type=Path)
    parser.add_argument("--alone", action="store_true", help="without the one pass, so nothing is compared")
    parser.add_argument("--one", nargs=3, metavar=("WAY", "FOLDER", "OF"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        run_one(given.one[0], Path(given.one[1]), int(given.one[2]))
        return
    with tempfile.TemporaryDirectory(prefix="grt-bench-") as name, durable_postgres(Path(name)) as server:
        folder, inbox = Path(name), Path(name) / "raw" / INBOX
        inbox.mkdir(parents=True)
        arrived = inbox / mpistat_key(*CELL)
        if given.dump:
            shutil.copyfile(given.dump, arrived)
        else:
            make(arrived, given.lines)
        Shelf(store(folder, "raw")).take_in(*CELL, datetime.now(UTC))
        os.environ["GRT_BENCH_URL"] = server.url()
        upgrade(server.url())
        print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {sys.platform}")
        whole = None if given.alone else cost(me(MODULE, "whole", folder, "1"))
        if whole:
            tell("one pass", [whole], whole.wall)
        compare(folder, given.shards, whole)


if __name__ == "__main__":
    main()
