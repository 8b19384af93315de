"""Programs that are run for their answer: a list of arguments, few variables, an end to waiting, no child left."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import IO

from grt_platform.kernel.errors import UnavailableError

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program left: its exit code, and the first bytes of what it wrote."""

    code: int
    output: bytes
    errors: bytes

    @property
    def text(self) -> str:
        """The output as text; bytes that are no UTF-8 show as U+FFFD."""
        return self.output.decode("utf-8", "replace")

    @property
    def complaint(self) -> str:
        """The last line of its errors, else of its output, for people."""
        lines = (self.errors or self.output).decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else "it said nothing"


def run(
    command: Sequence[str],
    *,
    timeout_s: float,
    variables: Mapping[str, str] = _NOTHING,
    most_bytes: int = 1024 * 1024,
) -> Answer:
    """What a program answers; whatever its exit code says is for the caller to judge.

    The program sees PATH, HOME, a neutral language and `variables`, no other setting and none of our secrets. It reads
    nothing and has a session of its own, all of which is killed when it takes too long.

    Args:
        command: The program and its arguments; no shell reads them.
        timeout_s: Longest wait.
        variables: What it finds in its environment besides.
        most_bytes: How much of each of its outputs is kept; the rest is not read.

    Raises:
        UnavailableError: It cannot be started, or did not end in time.
    """
    own = {"PATH": os.environ.get("PATH", os.defpath), "HOME": os.environ.get("HOME", "/"), "LC_ALL": "C.UTF-8"}
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                env={**own, **variables},
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise UnavailableError(
                f"{command[0]} cannot be started: {error}; install it or correct its path"
            ) from error
        code = _wait(process, command, timeout_s)
        return Answer(code, _start(output, most_bytes), _start(errors, most_bytes))


def _wait(process: subprocess.Popen[bytes], command: Sequence[str], timeout_s: float) -> int:
    """Its exit code; its whole session is gone when this returns or raises."""
    try:
        return process.wait(timeout_s)
    except subprocess.TimeoutExpired as error:
        raise UnavailableError(
            f"{' '.join(command)} did not end within {timeout_s:g} s and was stopped; try again, or allow more time"
        ) from error
    finally:
        with suppress(ProcessLookupError, PermissionError):  # macOS forbids it where only a zombie is left
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _start(written: IO[bytes], most_bytes: int) -> bytes:
    written.seek(0)
    return written.read(most_bytes)
