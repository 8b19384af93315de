"""Pipes between the steps of a run: names in their arguments, but no files.

A step opens `/dev/fd/<number>`. Unlike a named pipe that does not wait for the other end, so a pipe can get its size
before anybody uses it: with Linux' 64 KiB a merge of twenty streams takes a sixth longer.
"""

import fcntl
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress

from grt_platform.adapters.bcftools.step import JOIN, PACK

SIZE = 1 << 18
"""Bytes of a pipe; a user may have 64 MiB in all before Linux makes new ones small."""
_READ, _WRITE = 0, 1
_OUTPUT = {"-o", "--output"}


class Pipes:
    """The ends that are open in this process.

    Args:
        names: What steps call them. Each has one writer and one reader.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._ends = {(name, end): fd for name in names for end, fd in enumerate(_pipe())}

    def enter(self, arguments: Sequence[str]) -> list[str]:
        """In the process of a step: its ends stay open until it ends, all others are closed; what it is called with."""
        given = list(arguments)
        for at, name, end in self._used(arguments):
            fd = self._ends.pop((name, end))
            fcntl.fcntl(fd, fcntl.F_SETFD, 0)  # a program in place of this one has it too
            given[at] = f"/dev/fd/{fd}"
        self.close()
        return given

    def leave(self, arguments: Sequence[str]) -> None:
        """In the process that forked the step: its ends are the step's alone from now on."""
        for _, name, end in self._used(arguments):
            os.close(self._ends.pop((name, end)))

    def close(self) -> None:
        """Nothing is open here any more."""
        while self._ends:
            os.close(self._ends.popitem()[1])

    def _used(self, arguments: Sequence[str]) -> list[tuple[int, str, int]]:
        """Where pipes stand among the arguments, with the end that the step takes."""
        used = [(at, name, _end(arguments, at)) for at, name in enumerate(arguments)]
        return [(at, name, end) for at, name, end in used if (name, end) in self._ends]


def _end(arguments: Sequence[str], at: int) -> int:
    is_target = {PACK: at > 1, JOIN: at < 3}.get(arguments[0], arguments[at - 1] in _OUTPUT)
    return _WRITE if is_target else _READ


def _pipe() -> tuple[int, int]:
    ends = os.pipe()
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):  # the user has many: it works with small ones too
            fcntl.fcntl(ends[_WRITE], fcntl.F_SETPIPE_SZ, SIZE)
    return ends
