"""One service: how it is started, what it needs first, and how it tells that it answers."""

import http.client
import signal
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from grt_platform.runtime.ports import LOOPBACK

_PROBE_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One start of a service: the process, and where in the log its words begin."""

    pid: int
    log: Path
    log_start: int = 0


Probe = Callable[[Attempt], bool]


def says(*words: str) -> Probe:
    """A probe for what listens nowhere: its log holds any of the words."""

    def probe(attempt: Attempt) -> bool:
        with attempt.log.open("rb") as file:
            file.seek(attempt.log_start)
            said = file.read()
        return any(each.encode() in said for each in words)

    return probe


def _nothing() -> None:
    """Do nothing before the start."""


@dataclass(frozen=True, slots=True)
class Service:
    """A process of the platform.

    Attributes:
        name: Its name in logs, status and messages.
        command: Complete command, with the program's absolute path.
        is_ready: Tells whether it is up; without it the address must answer. A task is up when it ended with 0.
        address: `tcp://host:port` or `http://host:port/path` that answers while it is well; see `answers`.
        needs: Names of the services that must be ready before it starts.
        outlived_by: Names of services that it may start before, but that stop only after it.
        environment: Variables beyond those of the supervisor.
        is_task: True for what runs once at each start of the platform and ends.
        before: Called before every start of its process.
        stop_signal: Ends it in good order.
        death_signal: Ends it at once when the supervisor is gone.
        start_timeout_s: Longest time from start to ready.
        url: Where people reach it.
    """

    name: str
    command: tuple[str, ...]
    is_ready: Probe | None = None
    address: str = ""
    needs: tuple[str, ...] = ()
    outlived_by: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    is_task: bool = False
    before: Callable[[], None] = _nothing
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    start_timeout_s: float = 120.0
    url: str = ""

    def is_up(self, attempt: Attempt) -> bool:
        """Whether this start of it has come so far that others may use it."""
        return self.is_ready(attempt) if self.is_ready is not None else answers(self.address)


def answers(address: str) -> bool:
    """Whether `tcp://host:port` takes a connection, or a GET of `http://host:port/path` is answered with 200."""
    parts = urlsplit(address)
    host, port = parts.hostname or LOOPBACK, parts.port or 0
    return _answers_http(host, port, parts.path) if parts.scheme == "http" else _answers_tcp(host, port)


def _answers_tcp(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=_PROBE_TIMEOUT_S).close()
    except OSError:
        return False
    return True


def _answers_http(host: str, port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=_PROBE_TIMEOUT_S)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
