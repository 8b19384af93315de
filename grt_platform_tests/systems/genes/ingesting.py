"""Ingests a file for tests, in this process or in one that is killed on its way."""

import os
import signal
from datetime import UTC, datetime
from pathlib import Path

from grt_platform.adapters.lake import Lake
from grt_platform.adapters.store import open_store
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.settings import Settings
from grt_platform.systems.genes.ingest import Ingest, Parsed, Task
from grt_platform.systems.genes.logic.options import Limits, Options

JOB = "5e9a1f7c-20f4-4b1e-8c0d-7d1f4d1e2207"
UPLOAD = "01a217aa-7dfb-755a-8a30-750f588da34b"


def task(path: Path, **options: str) -> Task:
    """The parse of a file on this machine's disk."""
    return Task(
        job_id=JOB,
        upload_id=UPLOAD,
        project="alpha",
        file_name=path.name,
        sha256="0" * 64,
        size_bytes=path.stat().st_size,
        received_at=datetime(2026, 11, 26, tzinfo=UTC),
        options=Options(**options),  # type: ignore[arg-type]
        open=lambda: path.open("rb"),
    )


def ingest(path: Path, home: str, url: str, settings: Settings, kill: str = "", **options: str) -> Parsed:
    """Parses the file into stores below `home` and the warehouse, or dies at the point `kill`."""
    lake = Lake(open_store(f"{home}/lake", settings))
    products = open_store(f"{home}/products", settings)
    reads = 0

    def progress(_done: float) -> None:
        nonlocal reads
        reads += 1
        if kill == f"read {reads}":
            os.kill(os.getpid(), signal.SIGKILL)

    with Warehouse(url).transaction() as connection:
        limits = Limits(chunk_bytes=4096)
        parsed = Ingest(lake, products, limits).parse(task(path, **options), connection, progress)
        if kill == "before commit":
            os.kill(os.getpid(), signal.SIGKILL)
    if kill == "after commit":
        os.kill(os.getpid(), signal.SIGKILL)
    return parsed
