"""A script: ends every service of a supervisor that is gone, whatever ended it, and holds its lock until that is done.

It reads `+PID SIGNAL` and `-PID` lines from its supervisor. The end of the input means that the supervisor is gone:
each process group still listed gets its signal, then SIGKILL; so does every process that carries the supervisor's mark
in its environment (a run that left its group). Standard library alone: it idles as long as the platform runs.
"""

import os
import signal
import sys
import time
from pathlib import Path

MARK = "SUPERVISED_BY_GRT"
_PATIENCE_S = 6.0


def _signal_group(group: int, number: int) -> bool:
    """Send the signal; False where the group is empty."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _is_running(leader: int) -> bool:
    """Whether the group's leader still runs; one that only waits to be collected does not."""
    try:
        return Path(f"/proc/{leader}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return sys.platform != "linux" and _signal_group(leader, 0)


def _kill_marked(token: str, spared: set[int]) -> bool:
    """Kill every process that was started with the token, except those that end in their own way (Linux only).

    Returns whether there was any: it may have started another meanwhile.
    """
    marked, found = f"{MARK}={token}".encode(), False
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if int(entry.name) not in spared and marked in (entry / "environ").read_bytes().split(b"\0"):
                os.kill(int(entry.name), signal.SIGKILL)
                found = True
        except OSError:
            continue
    return found


def _end_all(groups: dict[int, int], token: str) -> None:
    for group, number in groups.items():
        _signal_group(group, number)
    _kill_marked(token, spared={group for group, number in groups.items() if number != signal.SIGKILL})
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline and any(_is_running(group) for group in groups):
        time.sleep(0.02)
    for group in groups:
        _signal_group(group, signal.SIGKILL)
    deadline = time.monotonic() + _PATIENCE_S
    while _kill_marked(token, spared=set()) and time.monotonic() < deadline:
        time.sleep(0.02)


def main(token: str) -> None:
    """Keep the list of groups until the supervisor is gone, then end them."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    groups: dict[int, int] = {}
    for line in sys.stdin:
        if line.startswith("+"):
            group, number = line[1:].split()
            groups[int(group)] = int(number)
        else:
            groups.pop(int(line[1:]), None)
    _end_all(groups, token)


if __name__ == "__main__":
    main(sys.argv[1])
