"""Ticks of the galaxy sensor over archives that the ledger knows, against a plain listing of the same objects.

`python -m benchmarks.galaxy_sensor [--archives 100000] [--instances 1000] [--rounds 5] [--store folder]` makes pairs of
objects, spread evenly over instances, and their rows of the ledger in an embedded Postgres. It prints, for rounds over
all of them: ticks, the longest of them, CPU seconds, the most memory beyond that of a process that has not looked yet;
and the seconds of plain listings between the rounds.

Stores: `folder` (empty files; the sensor looks at names, sizes and times only; plain: os.walk and os.stat), `seaweed`
(objects of a byte in SeaweedFS), `made` (a server that makes its keys up, for more than one would put; plain for both:
one listing of everything). A million objects are `--archives 500000`; of one instance, `--instances 1`.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks.listed_s3 import BUCKET, instance_of
from benchmarks.server import durable_postgres
from grt_platform.adapters.folder_store import FolderStore
from grt_platform.adapters.migrate import upgrade
from grt_platform.adapters.store import Store, open_store
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.arriving import Budget, Cursor, look
from grt_platform.runtime.ports import free_port
from grt_platform.settings import Settings, settings
from grt_platform.systems.galaxy.automation import known_archives
from grt_platform.systems.galaxy.logic.arrivals import Pairing
from grt_platform.systems.galaxy.shelf import Shelf
from grt_platform_tests.fixtures.seaweed import running_seaweed


def make_folders(root: Path, archives: int, instances: int) -> None:
    """Pairs of empty files."""
    for number in range(instances):
        inbox = root / "galaxy" / instance_of(number) / "archives"
        inbox.mkdir(parents=True)
        for report in range(archives // instances):
            for suffix in ("tar.gz", "json"):
                (inbox / f"{1_656_720_000 + report}.0.{suffix}").touch()


def make_bucket(store: Store, archives: int, instances: int) -> None:
    """The same as objects of a byte each."""
    keys = (
        f"galaxy/{instance_of(number)}/archives/{1_656_720_000 + report}.0.{suffix}"
        for number in range(instances)
        for report in range(archives // instances)
        for suffix in ("tar.gz", "json")
    )
    with ThreadPoolExecutor(16) as pool:
        for _ in pool.map(lambda key: store.put(key, b"x"), keys):
            pass


@contextmanager
def made_store(archives: int, instances: int) -> Iterator[Store]:
    """The store of the server that makes its keys up."""
    port = free_port(set())
    server = subprocess.Popen([sys.executable, "-m", "benchmarks.listed_s3", str(port), str(archives), str(instances)])
    try:
        access = {"s3_endpoint": f"http://127.0.0.1:{port}", "s3_access_key": "key", "s3_secret_key": "secret"}
        yield open_store(f"s3://{BUCKET}", Settings.model_validate(access))
    finally:
        server.terminate()
        server.wait()


def make_ledger(warehouse: Warehouse, store: Store) -> None:
    """A row for each archive."""
    now = datetime.now(UTC)
    with (
        warehouse.transaction() as connection,
        connection.cursor() as cursor,
        cursor.copy(
            "COPY galaxy.ledger (instance_id, received_month, source, version, etag, size_bytes, sha256, received_at, "
            "status, rows_in, rows_loaded, rows_quarantined, rows_duplicate, rows_superseded) FROM STDIN"
        ) as rows,
    ):
        for name in store.folders("galaxy/"):
            for arrival in Pairing().pairs(store.list(f"galaxy/{name}/archives/")):
                counts = (0, 0, 0, 0, 0)
                rows.write_row(
                    (arrival.instance_id, "2026-11", arrival.source, "v", arrival.etag, 0, "s", now, "loaded", *counts)
                )
    with warehouse.connection() as connection:
        connection.execute(b"ANALYZE galaxy.ledger")


def turn(warehouse: Warehouse, shelf: Shelf, most: int) -> list[tuple[float, float]]:
    """Wall and CPU seconds of each tick, when nothing is new, until all was looked at."""
    cursor, spent, came_to = Cursor(), list[tuple[float, float]](), None
    while came_to is None or cursor.after:
        began, cpu = time.perf_counter(), time.process_time()
        budget = Budget(most, settings().look_s, time.monotonic)
        part = shelf.some(cursor, budget, partial(known_archives, warehouse))
        if (came_to := part.came_to) is not None:
            seen = look(part.inbox.arrivals, cursor, datetime.now(UTC), came_to)
            cursor = Cursor.parse(seen.cursor.text())
            if seen.announce:
                raise AssertionError("everything is known, yet something was announced")
        spent.append((time.perf_counter() - began, time.process_time() - cpu))
    return spent


def walk(root: Path) -> None:
    """The baseline: names, sizes and times of all files."""
    for folder, _, names in os.walk(root):
        for name in names:
            os.stat(f"{folder}/{name}")  # noqa: PTH116 - the fastest plain way is the baseline


def listed(store: Store) -> None:
    """The baseline of a bucket: one listing of everything."""
    for _ in store.list("galaxy"):
        pass


def measure(warehouse: Warehouse, shelf: Shelf, most: int, baseline: Callable[[], object], rounds: int) -> None:
    """Prints the figures of interleaved rounds."""
    turns, plain = list[list[tuple[float, float]]](), list[float]()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = highest = _peak()
    for _ in range(rounds):
        turns.append(turn(warehouse, shelf, most))
        highest = _peak() if len(turns) == 1 else highest  # plain listings take memory of their own
        began = time.perf_counter()
        baseline()
        plain.append(time.perf_counter() - began)
    walls, cpus = ([[tick[which] for tick in each] for each in turns] for which in (0, 1))
    ticks, longest = [len(each) for each in walls], max(max(each) for each in walls)
    print(f"a round: median {statistics.median(map(sum, walls)):.2f} s in {min(ticks)} to {max(ticks)} ticks")
    print(f"CPU of the process in a round: median {statistics.median(map(sum, cpus)):.2f} s")
    print(f"the longest tick {longest:.2f} s, the most CPU of one {max(max(each) for each in cpus):.2f} s")
    print(f"memory: {highest - before:.0f} MiB more than before the first look ({before:.0f} MiB)")
    print(f"plain: median {statistics.median(plain):.2f} s of {', '.join(f'{s:.2f}' for s in plain)}")


def _peak() -> float:
    """The most memory of this process since the peak began anew, in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main() -> None:
    """Makes, measures, cleans up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archives", type=int, default=100_000)
    parser.add_argument("--instances", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--most", type=int, default=settings().look_objects)
    parser.add_argument("--store", choices=("folder", "seaweed", "made"), default="folder")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="grt-bench-"))
    sizes = given.archives, given.instances
    try:
        with ExitStack() as opened:
            server = opened.enter_context(durable_postgres(folder))
            upgrade(server.url())
            began = time.perf_counter()
            if given.store == "made":
                store = opened.enter_context(made_store(*sizes))
            elif given.store == "seaweed":
                store = opened.enter_context(running_seaweed(folder)).place().store()
                make_bucket(store, *sizes)
            else:
                store = FolderStore(folder / "raw", "raw", Settings())
                make_folders(folder / "raw", *sizes)
            print(f"{2 * given.archives} objects made in {time.perf_counter() - began:.0f} s", flush=True)
            warehouse, shelf = Warehouse(server.url()), Shelf(store)
            make_ledger(warehouse, store)
            plain = partial(walk, folder / "raw") if given.store == "folder" else partial(listed, store)
            measure(warehouse, shelf, given.most, plain, given.rounds)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
