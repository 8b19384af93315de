"""Ticks of the galaxy sensor over archives that the ledger knows, against a plain walk of the same folders.

`python -m benchmarks.galaxy_sensor [--archives 100000] [--instances 1000] [--most 1000000000] [--s3]` makes
folders (empty files; the sensor looks at names, sizes and times only) and the ledger in an embedded Postgres, and
prints the seconds of a round over all, five times, the longest tick of them, and of five walks with os.walk and
os.stat. With `--most` a tick looks at so many objects; with `--s3` they are in a bucket of SeaweedFS, and the walk is
a listing of it.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks.server import durable_postgres
from grt_platform.adapters.folder_store import FolderStore
from grt_platform.adapters.migrate import upgrade
from grt_platform.adapters.store import Store
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.arriving import Cursor, look
from grt_platform.settings import Settings
from grt_platform.systems.galaxy.automation import known_archives
from grt_platform.systems.galaxy.shelf import Shelf
from grt_platform_tests.fixtures.seaweed import running_seaweed


def make_folders(root: Path, archives: int, instances: int) -> None:
    """Pairs of empty files, spread evenly over instances."""
    for number in range(instances):
        inbox = root / "galaxy" / f"{number:08x}-20f4-4b1e-8c0d-7d1f4d1e2207" / "archives"
        inbox.mkdir(parents=True)
        for report in range(archives // instances):
            for suffix in ("tar.gz", "json"):
                (inbox / f"{1_656_720_000 + report}.0.{suffix}").touch()


def make_ledger(warehouse: Warehouse, shelf: Shelf) -> None:
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
        for arrival in shelf.inbox().arrivals:
            counts = (0, 0, 0, 0, 0)
            rows.write_row(
                (arrival.instance_id, "2026-11", arrival.source, "v", arrival.etag, 0, "s", now, "loaded", *counts)
            )


def make_bucket(store: Store, archives: int, instances: int) -> None:
    """The same as objects of a byte each."""
    keys = [
        f"galaxy/{number:08x}-20f4-4b1e-8c0d-7d1f4d1e2207/archives/{1_656_720_000 + report}.0.{suffix}"
        for number in range(instances)
        for report in range(archives // instances)
        for suffix in ("tar.gz", "json")
    ]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda key: store.put(key, b"x"), keys))


def turn(warehouse: Warehouse, shelf: Shelf, most: int) -> list[float]:
    """Seconds of each tick, when nothing is new, until all was looked at."""
    cursor, seconds = Cursor(), list[float]()
    while not seconds or cursor.after:
        began = time.perf_counter()
        inbox, part = shelf.some(cursor.after, most, partial(known_archives, warehouse))
        seen = look(inbox.arrivals, cursor, datetime.now(UTC), part)
        seconds.append(time.perf_counter() - began)
        cursor = seen.cursor
        if seen.announce:
            raise AssertionError("everything is known, yet something was announced")
    return seconds


def walk(root: Path) -> None:
    """The baseline: names, sizes and times of all files."""
    for folder, _, names in os.walk(root):
        for name in names:
            os.stat(f"{folder}/{name}")  # noqa: PTH116 - the fastest plain way is the baseline


def main() -> None:
    """Makes, measures, cleans up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archives", type=int, default=100_000)
    parser.add_argument("--instances", type=int, default=1000)
    parser.add_argument("--most", type=int, default=10**9)
    parser.add_argument("--s3", action="store_true")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="grt-bench-"))
    try:
        with ExitStack() as opened:
            server = opened.enter_context(durable_postgres(folder))
            upgrade(server.url())
            if given.s3:
                store = opened.enter_context(running_seaweed(folder)).place().store()
                make_bucket(store, given.archives, given.instances)
            else:
                store = FolderStore(folder / "raw", "raw", Settings())
                make_folders(folder / "raw", given.archives, given.instances)
            warehouse, shelf = Warehouse(server.url()), Shelf(store)
            make_ledger(warehouse, shelf)
            measure(warehouse, shelf, given.most, (lambda: list(store.list())) if given.s3 else lambda: walk(folder))
    finally:
        shutil.rmtree(folder)


def measure(warehouse: Warehouse, shelf: Shelf, most: int, baseline: Callable[[], object]) -> None:
    """Prints the figures of five interleaved rounds."""
    ticks, walks = list[list[float]](), list[float]()
    for _ in range(5):
        ticks.append(turn(warehouse, shelf, most))
        began = time.perf_counter()
        baseline()
        walks.append(time.perf_counter() - began)
    rounds, longest = [sum(each) for each in ticks], max(max(each) for each in ticks)
    print(f"a round: median {statistics.median(rounds):.2f} s in {len(ticks[0])} ticks, the longest {longest:.2f} s")
    print(f"walk: median {statistics.median(walks):.2f} s of {', '.join(f'{s:.2f}' for s in walks)}")
    print(f"ratio {statistics.median(rounds) / statistics.median(walks):.2f} x")


if __name__ == "__main__":
    main()
