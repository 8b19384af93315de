"""Builds months in processes of their own, which can be killed at any moment; forking them saves the start.

Run as a program it reads orders from standard input, one JSON object a line, and builds each in a fork of itself.
"""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import psycopg

from grt_platform.adapters.folder_store import FolderStore
from grt_platform.adapters.lake import Lake
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.errors import UnavailableError
from grt_platform.settings import Settings
from grt_platform.systems.galaxy.ingest import Ingest
from grt_platform.systems.galaxy.logic.limits import Limits
from grt_platform.systems.galaxy.shelf import Shelf

UNAVAILABLE = 75


@dataclass(frozen=True)
class Order:
    """What one process does.

    Attributes:
        home: Folder of `raw` and `lake`.
        url: The warehouse.
        instance_id: The instance.
        months: What it builds.
        die_at: Where it kills itself: `replace` (the swap of a file) or `copy` (a write to Postgres).
        die_on: At which of those, counted from 1; 0 never.
        die_after: Whether the swap is done first.
        most_file_bytes: Larger files cannot be written; 0 for any.
    """

    home: str
    url: str
    instance_id: str
    months: list[str]
    die_at: str = ""
    die_on: int = 0
    die_after: bool = False
    most_file_bytes: int = 0


def ingest(home: Path | str, url: str) -> Ingest:
    """The real thing on folders and Postgres."""
    raw, lake = (FolderStore(Path(home) / name, name, Settings()) for name in ("raw", "lake"))
    return Ingest(Shelf(raw), Lake(lake), Warehouse(url, patience_s=0.5), Limits())


class Forker:
    """The program, and its one child at a time."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", __name__]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def start(self, order: Order) -> int:
        """Begins an order; returns its process id."""
        stdin = cast("IO[str]", self._process.stdin)
        stdin.write(json.dumps(vars(order)) + "\n")
        stdin.flush()
        return int(self._line())

    def wait(self) -> tuple[int, str]:
        """The exit code of the last order, negative for a signal, and what it complained of."""
        code, complaint = json.loads(self._line())
        return code, complaint

    def close(self) -> None:
        """No process is left."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            cast("IO[str]", stream).close()

    def _line(self) -> str:
        return cast("IO[str]", self._process.stdout).readline()


@contextmanager
def forkers(number: int) -> Iterator[list[Forker]]:
    """Some programs, gone afterwards."""
    made = [Forker() for _ in range(number)]
    try:
        yield made
    finally:
        for forker in made:
            forker.close()


def main() -> None:
    """Builds what is ordered, each order in a fork."""
    for line in sys.stdin:
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            sys.exit(_build(Order(**json.loads(line)), writing))
        os.close(writing)
        _say(str(pid))
        with os.fdopen(reading) as complaint:
            text = complaint.read()
        _, status = os.waitpid(pid, 0)
        _say(json.dumps([os.waitstatus_to_exitcode(status), text]))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _build(order: Order, complaint: int) -> int:
    os.dup2(complaint, sys.stderr.fileno())
    try:
        _arm(order)
        ingest(order.home, order.url).build(order.instance_id, order.months)
    except UnavailableError as error:
        os.write(complaint, str(error).encode())
        return UNAVAILABLE
    return 0


def _arm(order: Order) -> None:
    if order.most_file_bytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order.most_file_bytes, resource.RLIM_INFINITY))
    if order.die_at == "replace":
        os.replace = _deadly(os.replace, order)
    elif order.die_at == "copy":
        psycopg.Copy.write = _deadly(psycopg.Copy.write, order)  # type: ignore[method-assign]


def _deadly(function: Callable[..., Any], order: Order) -> Any:
    calls = 0

    def deadly(*args: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == order.die_on and not order.die_after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*args)
        if calls == order.die_on:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return deadly


if __name__ == "__main__":
    main()
