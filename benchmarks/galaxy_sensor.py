"""One tick of the galaxy sensor over 100,000 archives that the ledger knows, against a plain walk of the same folders.

`python -m benchmarks.galaxy_sensor [--archives 100000] [--instances 1000]` makes the folders (empty files; the sensor
looks at names, sizes and times only) and the ledger in an embedded Postgres, and prints seconds of five ticks and five
walks with os.walk and os.stat.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.server import durable_postgres
from grt_platform.adapters.folder_store import FolderStore
from grt_platform.adapters.migrate import upgrade
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.arriving import Cursor, look
from grt_platform.settings import Settings
from grt_platform.systems.galaxy.automation import known_archives
from grt_platform.systems.galaxy.shelf import Shelf


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


def tick(warehouse: Warehouse, shelf: Shelf) -> None:
    """What the sensor does when nothing is new."""
    if look(shelf.inbox(known=known_archives(warehouse)).arrivals, Cursor(), datetime.now(UTC)).announce:
        raise AssertionError("everything is known, yet something was announced")


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
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="grt-bench-"))
    try:
        with durable_postgres(folder) as server:
            upgrade(server.url())
            warehouse, shelf = Warehouse(server.url()), Shelf(FolderStore(folder / "raw", "raw", Settings()))
            make_folders(folder / "raw", given.archives, given.instances)
            make_ledger(warehouse, shelf)
            ways = {"tick": lambda: tick(warehouse, shelf), "walk": lambda: walk(folder / "raw")}
            seconds: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(5):
                for name, way in ways.items():
                    began = time.perf_counter()
                    way()
                    seconds[name].append(time.perf_counter() - began)
        for name, seen in seconds.items():
            print(f"{name}: median {statistics.median(seen):.2f} s of {', '.join(f'{s:.2f}' for s in seen)}")
        print(f"ratio {statistics.median(seconds['tick']) / statistics.median(seconds['walk']):.2f} x")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
