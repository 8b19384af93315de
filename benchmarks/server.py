"""The embedded Postgres that benchmarks share: durable, as `grt up` runs it."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from grt_platform.adapters.embedded_postgres import EmbeddedPostgres
from grt_platform.runtime.ports import free_port


@contextmanager
def durable_postgres(folder: Path) -> Iterator[EmbeddedPostgres]:
    """A running server in `folder/postgres`, stopped at the end."""
    server = EmbeddedPostgres(folder / "postgres", free_port(set()), secrets.token_hex(8))
    server.initialise()
    server.start(folder / "log")
    try:
        server.wait_ready()
        yield server
    finally:
        server.stop()


def cpu_seconds(server: EmbeddedPostgres) -> float:
    """CPU seconds of the server and all its processes, those that ended included."""
    postmaster = psutil.Process(server.pid)
    times = [process.cpu_times() for process in (postmaster, *postmaster.children(recursive=True))]
    return sum(t.user + t.system + t.children_user + t.children_system for t in times)
