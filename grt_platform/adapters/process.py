"""Processes of this machine: how one is started so that it dies with its starter, and which one a number means."""

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_TICK_S = 0.1
_LAUNCH = Path(__file__).with_name("launch.py")


@dataclass(frozen=True, slots=True)
class ProcessId:
    """One process for ever: numbers are used again after its end or a reboot, number and start time are not."""

    pid: int
    started_at: float

    @classmethod
    def of(cls, pid: int) -> "ProcessId":
        """The process that has this number now; psutil.NoSuchProcess where there is none."""
        return cls(pid, _started_at(pid))

    def is_alive(self) -> bool:
        """Whether this very process still runs (a zombie does not)."""
        try:
            same = abs(_started_at(self.pid) - self.started_at) < _TICK_S
            return same and psutil.Process(self.pid).status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def terminate(self) -> None:
        """Ask it to end; nothing happens to another process that has its number by now."""
        if self.is_alive():
            os.kill(self.pid, signal.SIGTERM)


def _started_at(pid: int) -> float:
    """When the process was started, by a clock that nobody sets: seconds since the machine's start on Linux."""
    if sys.platform != "linux":
        return psutil.Process(pid).create_time()
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError) as error:
        raise psutil.NoSuchProcess(pid) from error
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")


def launched(
    command: Sequence[str | Path], identity: str = "same", death_signal: signal.Signals = signal.SIGKILL
) -> list[str]:
    """The command that runs `command` so that it ends when this process ends, even by `kill -9`.

    Args:
        command: The program, as an absolute path, and its arguments.
        identity: `same`, `namespace` or a user number, see `launch.py`.
        death_signal: What it gets when this process ends.
    """
    how = [str(os.getpid()), str(int(death_signal)), identity]
    return [sys.executable, "-I", "-S", str(_LAUNCH), *how, *map(str, command)]


def own_children() -> frozenset[int]:
    """The numbers of all processes below this one."""
    return frozenset(child.pid for child in psutil.Process().children(recursive=True))


def end_children(other_than: frozenset[int], *, patience_s: float = 2.0) -> None:
    """No process below this one is left but those; each is asked to end, then killed when the patience is over."""
    children = [child for child in psutil.Process().children(recursive=True) if child.pid not in other_than]
    for child in children:
        with suppress(psutil.NoSuchProcess):
            child.terminate()
    _, left = psutil.wait_procs(children, timeout=patience_s)
    for child in left:
        with suppress(psutil.NoSuchProcess):
            child.kill()
    psutil.wait_procs(left, timeout=patience_s)
