"""The child that runs bcftools: started as a script, never imported by a service; it forks once for each command.

Its input is JSON by lines. The first is `directory`, `program` (empty for pysam's) and `limits` (by names of
`resource`); each further one is a run: `first` (a number), `pipes` (what arguments call pipes) and `steps`, each with
`arguments` and `after` (the steps, from 0, that must have ended well before it starts). The verbs `grt-pack` and
`grt-join` are ours (`pack.py`), all others are those of bcftools. For each step that ends it prints a line: `step`,
`code` (of a signal: negative), `cpu_s` and `rss_bytes`; for a run that ended well an empty one. What step n says is
in the file `step-<first + n>.log`. The first step that fails ends all others and this child. The end of its input,
which is the end of its parent, ends everything at once.
"""

import json
import os
import platform
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any

from grt_platform.adapters.bcftools.confine import bound, die_with_parent, forbid, write_only_in
from grt_platform.adapters.bcftools.pack import join, pack
from grt_platform.adapters.bcftools.pipes import Pipes
from grt_platform.adapters.bcftools.step import JOIN, PACK
from grt_platform.kernel.errors import GrtError

Task = dict[str, Any]
_PYSAM = "pysam.bcftools"
_OURS: dict[str, Callable[..., None]] = {PACK: pack, JOIN: join}
_UNKNOWN = 127
_MOMENT_S = 0.3


def main() -> None:
    """Run what the lines of the input tell."""
    die_with_parent()
    inbox = _Inbox()
    setting: Task = json.loads(inbox.line())
    os.chdir(setting["directory"])
    if not setting["program"]:
        import_module(_PYSAM)  # once, for all forks
    write_only_in(setting["directory"])
    forbid(platform.machine(), programs=not setting["program"])
    while line := inbox.line():
        task = setting | json.loads(line)
        _run(task, inbox)
        print(flush=True)


class _Inbox:
    """The input, and the wake-up call of a child that ended."""

    def __init__(self) -> None:
        self._woken, waker = os.pipe()
        os.set_blocking(waker, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        self._data = b""

    def line(self) -> bytes:
        """The next line; none at the end."""
        while b"\n" not in self._data:
            data = os.read(0, 1 << 20)
            if not data:
                return b""
            self._data += data
        line, _, self._data = self._data.partition(b"\n")
        return line

    def sleep(self, seconds: float | None = None) -> bool:
        """Wait until a child ends, or the time is over.

        Returns:
            False when the input ended, or nothing happened.
        """
        ready, _, _ = select.select([0, self._woken], [], [], seconds)
        if self._woken in ready:
            os.read(self._woken, 4096)
        return bool(ready) and 0 not in ready


def _run(task: Task, inbox: _Inbox) -> None:
    running: dict[int, int] = {}
    done: set[int] = set()
    waiting = dict(enumerate(task["steps"]))
    pipes = Pipes(task["pipes"])
    while waiting or running:
        for number in [number for number, step in waiting.items() if done.issuperset(step["after"])]:
            running[_fork(task, number, waiting.pop(number)["arguments"], pipes)] = number
        if not inbox.sleep():
            _end(running)
        if not all(_reap(running, done)):
            _let_end(running, inbox)
            _end(running)


def _reap(running: dict[int, int], done: set[int]) -> list[bool]:
    """Tell of every step that has ended; whether each ended well."""
    ended = []
    while running:
        pid, status, usage = os.wait4(-1, os.WNOHANG)
        if not pid:
            break
        number, code = running.pop(pid), os.waitstatus_to_exitcode(status)
        unit = 1 if sys.platform == "darwin" else 1024
        told = {
            "step": number,
            "code": code,
            "cpu_s": usage.ru_utime + usage.ru_stime,
            "rss_bytes": usage.ru_maxrss * unit,
        }
        print(json.dumps(told), flush=True)
        ended.append(code == 0)
        done.add(number)
    return ended


def _let_end(running: dict[int, int], inbox: _Inbox) -> None:
    """Give the others a moment: the one that failed may only be the first to be seen."""
    until = time.monotonic() + _MOMENT_S
    while running and inbox.sleep(max(0, until - time.monotonic())):
        _reap(running, set())


def _end(running: dict[int, int]) -> None:
    """No child is left, nor this process."""
    for pid in running:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    sys.exit(1)


def _fork(task: Task, number: int, arguments: list[str], pipes: Pipes) -> int:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        pipes.leave(arguments)
        return pid
    code = _UNKNOWN
    try:
        die_with_parent()
        if os.getppid() == parent:
            _stand_alone(task, task["first"] + number)
            code = _call(task["program"], pipes.enter(arguments))
    except (GrtError, OSError, AttributeError, TypeError, ValueError) as error:
        _say(str(error))
    finally:
        os._exit(code & 0xFF)


def _stand_alone(task: Task, number: int) -> None:
    """Signals, files and bounds of a process of its own; what it says goes into its log."""
    signal.set_wakeup_fd(-1)
    for name in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(name, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    log = os.open(f"step-{number}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for target, source in enumerate((nothing, nothing, log)):
        os.dup2(source, target)
    bound(task["limits"])


def _call(program: str, arguments: list[str]) -> int:
    if arguments[0] in _OURS:
        _OURS[arguments[0]](*arguments[1:])
        return 0
    if program:
        os.execv(program, [program, *arguments])  # noqa: S606
    from pysam.utils import SamtoolsError

    verb = getattr(import_module(_PYSAM), arguments[0])
    try:
        verb(*(text if text.isascii() else os.fsencode(text) for text in arguments[1:]), catch_stdout=False)
        _say(verb.get_messages())
    except SamtoolsError as error:
        _say(error.value.partition("stderr=")[2])
        return 1
    return 0


def _say(text: str | bytes | list[str]) -> None:
    os.write(2, text.encode() if isinstance(text, str) else text if isinstance(text, bytes) else b"")


if __name__ == "__main__":
    main()
