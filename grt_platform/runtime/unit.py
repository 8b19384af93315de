"""One service under supervision: its process, its phase, and when it is tried again."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from grt_platform.adapters.embedded_postgres import last_words
from grt_platform.adapters.process import ProcessId
from grt_platform.runtime.service import Attempt, Service
from grt_platform.runtime.state import Phase, ServiceState

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0
_GOOD_AFTER_S = 60.0
UP = frozenset({Phase.HEALTHY, Phase.DONE})


class Unit:
    """A service and its present process.

    Args:
        service: What to run.
        log: Where its output goes.
        environment: Variables of every service.
    """

    def __init__(self, service: Service, log: Path, environment: Mapping[str, str]) -> None:
        self.service, self.log = service, log
        self._environment = {**environment, **service.environment}
        self._process: subprocess.Popen[bytes] | None = None
        self._attempt = Attempt(0, log)
        self._since = 0.0
        self._retry_at = 0.0
        self.failures = 0
        self.last_failure = ""
        self.state = ServiceState(url=service.url, address=service.address)

    @property
    def phase(self) -> Phase:
        """Where the service stands."""
        return self.state.phase

    @property
    def group(self) -> int | None:
        """The process group of the running service."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Its process has been started, in a session of its own."""
        self.service.before()
        with self.log.open("ab") as output:
            start = output.tell()
            self._process = subprocess.Popen(
                self.service.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self._environment,
                start_new_session=True,
            )
        self._attempt = Attempt(self._process.pid, self.log, start)
        self._since = time.monotonic()
        self.state.process = _identify(self._process.pid)
        self.state.phase = Phase.STARTING

    def look(self) -> None:
        """The phase is true again: ready, ended, or taking too long."""
        code = self._process.poll() if self._process is not None else None
        if self.phase is Phase.STARTING:
            self._look_at_start(code)
        elif self.phase is Phase.HEALTHY and code is not None:
            self._fail(f"ended with code {code}")
        elif self.phase is Phase.HEALTHY and time.monotonic() - self._since > _GOOD_AFTER_S:
            self.failures = 0

    def _look_at_start(self, code: int | None) -> None:
        if code == 0 and self.service.is_task:
            self._forget(Phase.DONE)
        elif code is not None:
            self._fail(f"ended with code {code}")
        elif not self.service.is_task and self.service.is_up(self._attempt):
            self.state.phase = Phase.HEALTHY
        elif time.monotonic() - self._since > self.service.start_timeout_s:
            self._fail(f"did not answer within {self.service.start_timeout_s:g} s")

    def _fail(self, what: str) -> None:
        self.last_failure = f"{what}: {last_words(self.log, self._attempt.log_start)} (all in {self.log})"
        self.kill()
        self.failures += 1
        self.state.restarts += 1
        self._retry_at = time.monotonic() + min(_FIRST_PAUSE_S * 2 ** (self.failures - 1), _LONGEST_PAUSE_S)
        self.state.phase = Phase.BACKING_OFF

    def is_due(self) -> bool:
        """Whether it waits for its first start, or its pause after a failure is over."""
        is_rested = self.phase is Phase.BACKING_OFF and time.monotonic() >= self._retry_at
        return self.phase is Phase.WAITING or is_rested

    def ask_to_stop(self) -> None:
        """Its whole group has been asked to end in good order."""
        if self._process is None:
            self._forget(Phase.STOPPED)
        else:
            _signal_group(self._process.pid, self.service.stop_signal)

    def has_ended(self) -> bool:
        """Whether its process is gone; what is left of its group is killed then."""
        if self._process is not None and self._process.poll() is not None:
            self.kill()
        return self._process is None

    def kill(self) -> None:
        """Nothing of its group runs any more."""
        if self._process is None:
            return
        _signal_group(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._forget(Phase.STOPPED)

    def _forget(self, phase: Phase) -> None:
        self._process = None
        self.state.process = None
        self.state.phase = phase


def _identify(pid: int) -> ProcessId | None:
    try:
        return ProcessId.of(pid)
    except psutil.NoSuchProcess:
        return None


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return
