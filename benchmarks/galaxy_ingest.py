"""Archives of Galaxy to tables in Postgres and Parquet, against the old importer's way, in the same run.

`python -m benchmarks.galaxy_ingest [--rounds 3] [--large JOBS]` makes two sets of archives (200 with 3.0 M rows, 2,000
with 3.2 M rows), loads each by both ways in turn, every time in a new process and a new database of one durable
embedded Postgres, and prints rows/s, the ratio of the medians, CPU seconds of the loading process and of the server,
and the peak memory. `old` has the old tables without, `keys` with their foreign keys.
`--large` loads one report of so many jobs with five metrics each by our way alone and prints its peak memory.
"""

import argparse
import json
import resource
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from benchmarks import old_galaxy_importer
from benchmarks.server import cpu_seconds, durable_postgres
from grt_platform.adapters.embedded_postgres import EmbeddedPostgres
from grt_platform.adapters.folder_store import FolderStore
from grt_platform.adapters.lake import Lake
from grt_platform.adapters.migrate import upgrade
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.settings import Settings
from grt_platform.systems.galaxy.ingest import Ingest
from grt_platform.systems.galaxy.logic.limits import Limits
from grt_platform.systems.galaxy.shelf import Shelf
from grt_platform_tests.galaxy_archives import describe, make_archive, write_large

INSTANCE = "5e9a1f7c-20f4-4b1e-8c0d-7d1f4d1e2207"
MONTH = "2026-11"
SETS = {"200 archives": (200, 1500), "2,000 archives": (2000, 160)}
METRICS = 8


def make_set(folder: Path, archives: int, jobs: int) -> Path:
    """Reports of format 3 in an instance folder, all with different jobs; returns the raw store's root."""
    inbox = folder / "galaxy" / INSTANCE / "archives"
    for number in range(archives):
        ids = range(number * jobs + 1, (number + 1) * jobs + 1)
        make_archive("F6", ids, generated=f"{1_656_720_000 + number}.0", metrics=METRICS).write(inbox)
    shelf = Shelf(FolderStore(folder, "raw", Settings()))
    shelf.take_in(INSTANCE, MONTH, datetime.now(UTC))
    return folder


def load_old(raw: Path, url: str, *, has_foreign_keys: bool = False) -> int:
    """The old importer's way; returns rows."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(old_galaxy_importer.SCHEMA)
        if has_foreign_keys:
            connection.execute(old_galaxy_importer.FOREIGN_KEYS)
        return old_galaxy_importer.load(connection, sorted((raw / "galaxy" / INSTANCE / "archives").glob("*.tar.gz")))


def load_ours(raw: Path, url: str) -> int:
    """The platform's way: validation, quarantine, Parquet and Postgres; returns rows."""
    lake = Path(tempfile.mkdtemp(prefix="grt-bench-lake-", dir=raw.parent))
    try:
        ingest = Ingest(
            Shelf(FolderStore(raw, "raw", Settings())),
            Lake(FolderStore(lake, "lake", Settings())),
            Warehouse(url),
            Limits(),
        )
        [month] = ingest.build(INSTANCE, [MONTH])
        return sum(month.rows[noun] for noun in ("jobs", "metrics_num", "datasets", "params", "metrics_txt"))
    finally:
        shutil.rmtree(lake)


def measure(server: EmbeddedPostgres, way: str, raw: Path, url: str) -> dict[str, float]:
    """One load in a process of its own: rows, seconds, CPU seconds of it and of the server, peak MiB."""
    command = [sys.executable, "-m", "benchmarks.galaxy_ingest", "--one", way, str(raw), url]
    before = cpu_seconds(server)
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1]) | {"server": cpu_seconds(server) - before}


def run_one(way: str, raw: Path, url: str) -> None:
    """The child of `measure`."""
    if way == "ours":
        upgrade(url)
    before, cpu = time.perf_counter(), time.process_time()
    rows = load_ours(raw, url) if way == "ours" else load_old(raw, url, has_foreign_keys=way == "keys")
    seconds, used = time.perf_counter() - before, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rows": rows, "seconds": seconds, "cpu": used, "peak_mib": peak}))


def in_new_database(server: EmbeddedPostgres, way: str, raw: Path) -> dict[str, float]:
    """Measures in a database that is made before and dropped after."""
    name = f"bench_{secrets.token_hex(4)}"
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            return measure(server, way, raw, server.url(name))
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
            admin.execute("CHECKPOINT")


def compare(server: EmbeddedPostgres, folder: Path, rounds: int) -> None:
    """Both sets, both ways, in turn."""
    per_row = {}
    for name, (archives, jobs) in SETS.items():
        raw = make_set(folder / name.replace(" ", "-"), archives, jobs)
        runs: dict[str, list[dict[str, float]]] = {"old": [], "keys": [], "ours": []}
        for _ in range(rounds):
            for way, seen in runs.items():
                seen.append(in_new_database(server, way, raw))
        rate = {way: statistics.median(r["rows"] / r["seconds"] for r in seen) for way, seen in runs.items()}
        spent = dict[str, float]()
        per_row[name] = statistics.median(r["seconds"] / r["rows"] for r in runs["ours"])
        for way, seen in runs.items():
            client, others, peak = (statistics.median(r[name] for r in seen) for name in ("cpu", "server", "peak_mib"))
            spent[way] = client + others
            told = f"{rate[way]:>9,.0f} rows/s  client {client:5.2f} + server {others:5.2f} CPU-s {peak:5.0f} MiB"
            print(f"{name:15} {way:4} {int(seen[0]['rows']):>9,} rows {told}")
        for way in ("old", "keys"):
            wall, cpu = rate["ours"] / rate[way], spent[way] / spent["ours"]
            print(f"{name:15} ours over {way}: {wall:.2f} x rows/s, {cpu:.2f} x rows/CPU-s")
        print(f"{name:15} rounds of ours: {_rates(runs['ours'])}")
    small, large = per_row["2,000 archives"], per_row["200 archives"]
    print(f"cost per row, small over large archives: {small / large:.2f} x")


def _rates(runs: list[dict[str, float]]) -> str:
    return ", ".join(f"{run['rows'] / run['seconds'] / 1e6:.2f} M/s" for run in runs)


def load_large(server: EmbeddedPostgres, folder: Path, jobs: int) -> None:
    """One report of very many jobs, by our way."""
    inbox = folder / "large" / "galaxy" / INSTANCE / "archives"
    inbox.mkdir(parents=True)
    sha256 = write_large(inbox / "1656720000.0.tar.gz", jobs)
    metadata = json.loads(describe(b"", 3, "1656720000.0")) | {"report_hash": f"sha256:{sha256}"}
    (inbox / "1656720000.0.json").write_text(json.dumps(metadata))
    Shelf(FolderStore(folder / "large", "raw", Settings())).take_in(INSTANCE, MONTH, datetime.now(UTC))
    seen = in_new_database(server, "ours", folder / "large")
    rate, peak = seen["rows"] / seen["seconds"], seen["peak_mib"]
    print(f"one report of {jobs:,} jobs: {int(seen['rows']):,} rows, {rate:,.0f} rows/s, peak {peak:.0f} MiB")


def main() -> None:
    """Reads the arguments and runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", type=int, metavar="JOBS")
    parser.add_argument("--one", nargs=3, metavar=("WAY", "RAW", "URL"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        run_one(given.one[0], Path(given.one[1]), given.one[2])
        return
    folder = Path(tempfile.mkdtemp(prefix="grt-bench-"))
    try:
        with durable_postgres(folder) as server:
            if given.large:
                load_large(server, folder, given.large)
            else:
                compare(server, folder, given.rounds)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
