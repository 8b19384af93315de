"""The services' logs: kept small, shown, followed."""

import shutil
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from grt_platform.kernel.errors import BadInputError
from grt_platform.runtime.installation import Installation

_LARGEST_BYTES = 16 * 1024**2
_POLL_S = 0.2


def rotate(log: Path, largest_bytes: int = _LARGEST_BYTES) -> None:
    """The log is at most that large; its former contents are in `<name>.1`, what was there before is gone.

    The writer keeps its open file, so the contents are copied and the file is emptied in place.
    """
    try:
        if log.stat().st_size <= largest_bytes:
            return
        shutil.copyfile(log, log.with_name(f"{log.name}.1"))
        with log.open("r+b") as file:
            file.truncate()
    except OSError:  # no log yet, or a full disk: the service itself must not suffer from it
        return


def find_logs(installation: Installation, service: str = "") -> dict[str, Path]:
    """The logs by service, of one service or of all."""
    logs = {path.stem: path for path in sorted(installation.logs.glob("*.log"))}
    if not service:
        return logs
    if service not in logs:
        raise BadInputError(f"No log of '{service}' in {installation.logs}; there are: {', '.join(logs) or 'none'}")
    return {service: logs[service]}


def tail(log: Path, count: int) -> list[str]:
    """The last lines of a log."""
    with log.open(errors="replace") as file:
        return [line.rstrip("\n") for line in deque(file, maxlen=count)]


def follow(logs: dict[str, Path], go_on: Callable[[], bool] = lambda: True) -> Iterator[tuple[str, str]]:
    """Each new line of the logs with its service, until `go_on` says no; emptied logs are read from their start."""
    places = {name: path.stat().st_size for name, path in logs.items()}
    while go_on():
        for name, path in logs.items():
            for line in _new_lines(path, name, places):
                yield name, line
        time.sleep(_POLL_S)


def _new_lines(path: Path, name: str, places: dict[str, int]) -> list[str]:
    if path.stat().st_size < places[name]:
        places[name] = 0
    with path.open("rb") as file:
        file.seek(places[name])
        whole = file.read().rpartition(b"\n")[0]
    places[name] += len(whole) + bool(whole)
    return whole.decode(errors="replace").splitlines()
