"""Runs services: starts each when what it needs is ready, restarts what falls, stops all in reverse order."""

import os
import secrets
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO

from grt_platform.adapters.process import ProcessId
from grt_platform.kernel.errors import UnavailableError
from grt_platform.runtime import guard
from grt_platform.runtime.installation import Installation
from grt_platform.runtime.logs import rotate
from grt_platform.runtime.service import Service
from grt_platform.runtime.state import Phase, State, write_state
from grt_platform.runtime.unit import UP, Unit

_STARTING_POLL_S, _STEADY_POLL_S = 0.03, 1.0
_STOP_PATIENCE_S = 20.0
_STARTS_BEFORE_GIVING_UP = 3
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """The services of one installation, for as long as `run` runs.

    Args:
        installation: Where state and logs go.
        state: What the installation remembers; kept up to date on disk.
        services: What to run.
        environment: Variables that every service gets.
        announce: Told one line for everything a person wants to know.
        greeting: That line for the moment when everything is up.
    """

    def __init__(
        self,
        installation: Installation,
        state: State,
        services: Sequence[Service],
        environment: Mapping[str, str],
        announce: Callable[[str], None],
        *,
        greeting: str = "all services are up",
    ) -> None:
        self._installation, self._state, self._announce, self._greeting = installation, state, announce, greeting
        self._token = secrets.token_hex(16)
        marked = {**environment, guard.MARK: self._token}
        self._units = {s.name: Unit(s, installation.logs / f"{s.name}.log", marked) for s in services}
        self._dependents = {service.name: _dependents(service.name, services) for service in services}
        self._guard: subprocess.Popen[str] | None = None
        self._stop_requests = 0
        self._was_healthy = False
        self._saved: object = None

    def run(self, lock: IO[str]) -> None:
        """Run the services until a signal comes; every process has ended after it.

        Args:
            lock: The installation's lock; the guard keeps it until the last process is gone.

        Raises:
            UnavailableError: A service did not come up at the first start of all.
        """
        with self._signals() as wake_up:
            try:
                self._start_guard(lock)
                while not self._stop_requests:
                    self._step()
                    select.select([wake_up], [], [], _STEADY_POLL_S if self._all_up() else _STARTING_POLL_S)
                    _drain(wake_up)
            finally:
                self._stop_all()
                self._end_guard()
                self._state.supervisor = None
                self._save()

    def _step(self) -> None:
        for unit in self._units.values():
            self._advance(unit)
            rotate(unit.log)
        self._check_guard()
        self._save()
        if not self._was_healthy and self._all_up():
            self._was_healthy = True
            self._announce(self._greeting)

    def _advance(self, unit: Unit) -> None:
        group = unit.group
        unit.look()
        if group is not None and unit.group is None:
            self._tell_guard(f"-{group}")
            self._report_end(unit)
        if unit.is_due() and all(self._units[name].phase in UP for name in unit.service.needs):
            unit.start()
            self._tell_guard(f"+{unit.group} {int(unit.service.death_signal)}")

    def _report_end(self, unit: Unit) -> None:
        if unit.phase is Phase.DONE:
            return
        if not self._was_healthy and unit.failures >= _STARTS_BEFORE_GIVING_UP:
            raise UnavailableError(f"{unit.service.name} {unit.last_failure}")
        self._announce(f"{unit.service.name} {unit.last_failure}; it is started again")

    def _all_up(self) -> bool:
        return all(unit.phase in UP for unit in self._units.values())

    def _save(self) -> None:
        self._state.services = {name: unit.state for name, unit in self._units.items()}
        shown = repr(self._state)
        if shown != self._saved:
            write_state(self._installation, self._state)
            self._saved = shown

    # A service stops when all that need it have stopped; the second signal kills what is left.
    def _stop_all(self) -> None:
        asked: set[str] = set()
        deadline = time.monotonic() + _STOP_PATIENCE_S
        requests = max(1, self._stop_requests)
        self._announce("stopping")
        while running := [u for u in self._units.values() if not u.has_ended()]:
            if self._stop_requests > requests or time.monotonic() > deadline:
                self._kill(running)
                return
            self._ask_those_nobody_needs(running, asked)
            time.sleep(_STARTING_POLL_S)

    def _ask_those_nobody_needs(self, running: list[Unit], asked: set[str]) -> None:
        names = {unit.service.name for unit in running}
        for unit in running:
            name = unit.service.name
            if name not in asked and not names & self._dependents[name]:
                unit.ask_to_stop()
                asked.add(name)

    def _kill(self, units: list[Unit]) -> None:
        self._announce(f"killing {', '.join(unit.service.name for unit in units)}")
        for unit in reversed(units):
            unit.kill()

    def _start_guard(self, lock: IO[str]) -> None:
        self._lock = lock
        self._state.supervisor = ProcessId.of(os.getpid())
        self._guard = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(guard.__file__)), self._token],
            stdin=subprocess.PIPE,
            text=True,
            bufsize=1,
            start_new_session=True,
            pass_fds=[lock.fileno()],
        )

    def _check_guard(self) -> None:
        if self._guard is not None and self._guard.poll() is not None:
            self._start_guard(self._lock)
            for unit in self._units.values():
                if unit.group is not None:
                    self._tell_guard(f"+{unit.group} {int(unit.service.death_signal)}")

    def _tell_guard(self, line: str) -> None:
        if self._guard is None or self._guard.stdin is None:
            return
        try:
            self._guard.stdin.write(line + "\n")
        except BrokenPipeError:
            return

    def _end_guard(self) -> None:
        if self._guard is not None:
            self._guard.communicate()

    @contextmanager
    def _signals(self) -> Iterator[int]:
        """Count the requests to stop; yields what becomes readable when any signal came."""
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        before = {number: signal.signal(number, self._on_stop) for number in _STOP_SIGNALS}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        wake_up = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        try:
            yield reader
        finally:
            signal.set_wakeup_fd(wake_up)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(reader)
            os.close(writer)

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_requests += 1


def _dependents(name: str, services: Sequence[Service]) -> set[str]:
    """The services that must have stopped before this one stops, also by way of others."""
    direct = {service.name for service in services if name in {*service.needs, *service.outlived_by}}
    return direct.union(*(_dependents(other, services) for other in direct))


def _drain(reader: int) -> None:
    try:
        while os.read(reader, 1024):
            continue
    except BlockingIOError:
        return
