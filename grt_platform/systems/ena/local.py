"""Machines that are processes of this machine: one folder each, with a worker in it that ends with the platform.

A worker holds a lock of its folder as long as it runs, which the kernel lets go with it: nobody takes a dead one for
alive or starts a second one. What kills the platform kills it too (it carries the mark of the supervisor); the next
look at it starts it again, and it goes on where it was.
"""

import fcntl
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from grt_platform.adapters.private_file import write_private
from grt_platform.kernel.errors import UnavailableError
from grt_platform.systems.ena.packing import ARCHIVE, worker_archive
from grt_platform.systems.ena.providers import Machine, Order
from grt_platform.systems.ena.worker.folder import FAILURE, LOCK, MANIFEST

ADDRESS = "127.0.0.1"
_GONE = ".gone-"
_DEATH_PATIENCE_S, _POLL_S = 10.0, 0.02


class Local:
    """Workers on this machine.

    Args:
        folder: Where their folders are.
        clock: The time, UTC.
    """

    name = "local"

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder, self._clock = folder, clock

    def create(self, order: Order) -> Machine:
        """A worker is at work on the order; the one that was is kept, and started if it does not run."""
        place = self._folder / order.name
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = place / "machine.json"
        if not made.exists():
            write_private(place / "spec.json", order.user_data)
            write_private(made, json.dumps({"created_at": self._clock().isoformat()}))
        if not is_at_work(place) and not is_done(place):
            _start(place)
        return self._machine(place)

    def list(self) -> list[Machine]:
        """Every folder that holds a machine."""
        if not self._folder.is_dir():
            return []
        return [self._machine(made.parent) for made in sorted(self._folder.glob("[!.]*/machine.json"))]

    def get(self, machine_id: str) -> Machine | None:
        """The machine; not active when its worker ended without a result; None when its folder is gone."""
        place = self._folder / machine_id
        return self._machine(place) if (place / "machine.json").exists() else None

    def destroy(self, machine_id: str) -> None:
        """The worker does not run any more and its folder is gone."""
        place, gone = self._folder / machine_id, self._folder / f"{_GONE}{machine_id}"
        shutil.rmtree(gone, ignore_errors=True)
        if place.exists():
            _kill(place)
            place.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)

    def restart(self, machine_id: str, order: Order) -> None:
        """The worker begins again with the new order, from what it has already."""
        place = self._folder / machine_id
        _kill(place)
        (data_of(place) / FAILURE).unlink(missing_ok=True)
        write_private(place / "spec.json", order.user_data)
        _start(place)

    def data(self, machine_id: str) -> Path:
        """The folder where the machine's files are."""
        return data_of(self._folder / machine_id)

    def _machine(self, place: Path) -> Machine:
        told = json.loads((place / "machine.json").read_text("utf-8"))
        is_active = is_at_work(place) or is_done(place)
        created_at = datetime.fromisoformat(told["created_at"])
        return Machine(place.name, place.name, ADDRESS, is_active, created_at, Decimal(0))


def data_of(place: Path) -> Path:
    """The data folder of a machine's folder."""
    return place / "data"


def is_done(place: Path) -> bool:
    """Whether the worker has left its result."""
    return any((data_of(place) / name).exists() for name in (MANIFEST, FAILURE))


def is_at_work(place: Path) -> bool:
    """Whether a worker holds the folder's lock."""
    with _lock_file(place) as lock:
        if lock is None:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


@contextmanager
def _lock_file(place: Path) -> Iterator[int | None]:
    try:
        lock = os.open(data_of(place) / LOCK, os.O_RDWR)
    except FileNotFoundError:
        yield None
        return
    try:
        yield lock
    finally:
        os.close(lock)


def _start(place: Path) -> None:
    """A worker of its own session is begun; nobody waits for it, its lock tells whether it lives."""
    fresh, program = place / f".{ARCHIVE}", place / ARCHIVE
    fresh.write_bytes(worker_archive())
    fresh.replace(program)
    command = [sys.executable, "-I", "-S", str(program), "all", str(place / "spec.json"), str(data_of(place))]
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    outputs = [(os.POSIX_SPAWN_OPEN, number, str(place / "log"), flags, 0o600) for number in (1, 2)]
    nothing = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
    os.posix_spawn(command[0], command, os.environ, file_actions=[nothing, *outputs], setsid=True)


def _kill(place: Path) -> None:
    """No worker holds the folder when this returns."""
    deadline = time.monotonic() + _DEATH_PATIENCE_S
    while is_at_work(place):
        with suppress(ProcessLookupError, ValueError, FileNotFoundError):
            os.kill(int((data_of(place) / LOCK).read_text("ascii")), signal.SIGKILL)
        if time.monotonic() > deadline:
            raise UnavailableError(f"the worker of {place.name} does not end; see {place / 'log'}")
        time.sleep(_POLL_S)
