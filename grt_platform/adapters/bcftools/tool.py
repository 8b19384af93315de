"""One pipeline of bcftools commands in confined children, all of which are gone when it ends, however it ends."""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from grt_platform.adapters.bcftools.errors import LimitError
from grt_platform.adapters.bcftools.limits import ToolLimits
from grt_platform.adapters.command import run
from grt_platform.kernel.errors import UnavailableError

_CHILD = "grt_platform.adapters.bcftools.child"
_LOOK_S = 0.1
_LOG_BYTES = 64 * 1024
_KILLED_BY = {signal.SIGXCPU: "cpu_s", signal.SIGXFSZ: "file_bytes"}
_CRASHES = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS}  # what C programs do that forget to look for NULL
_NO_MEMORY = (
    "cannot allocate memory",
    "out of memory",
    "memory allocation",
    "failed to allocate",
    "bad_alloc",
    "enomem",
)


def unwatched() -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command.

    Attributes:
        arguments: The verb and its arguments.
        after: Numbers of the steps that must have ended well before it starts; the others run side by side.
    """

    arguments: tuple[str, ...]
    after: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a step ended.

    Attributes:
        step: Its number.
        code: Exit code; of a signal: its negative number.
        cpu_s: CPU seconds.
        rss_bytes: Most memory it had.
        messages: What it said, at most 64 KiB.
    """

    step: int
    code: int
    cpu_s: float
    rss_bytes: int
    messages: str


class StepFailedError(Exception):
    """A step ended badly, for a reason that its caller can tell from what it said.

    Attributes:
        number: Which of the steps.
        step: The step.
        ended: How it ended.
    """

    def __init__(self, number: int, step: Step, ended: Ended) -> None:
        self.number, self.step, self.ended = number, step, ended
        super().__init__(f"bcftools {step.arguments[0]} ended with {ended.code}: {ended.messages.strip()}")


class Bcftools:
    """bcftools within limits."""

    def __init__(self, limits: ToolLimits) -> None:
        self.limits = limits

    def version(self) -> str:
        """Which bcftools it is: `bcftools 1.24 (pysam 0.24.1)`, or what the program of the setting says.

        Raises:
            UnavailableError: That program cannot be run.
        """
        if not self.limits.bcftools:
            return f"bcftools of pysam {metadata.version('pysam')}"
        answer = run([self.limits.bcftools, "--version"], timeout_s=10)
        if answer.code or not answer.text.startswith("bcftools "):
            raise UnavailableError(
                f"{self.limits.bcftools} is no bcftools: {answer.complaint}; correct GRT_VARIANTS_BCFTOOLS"
            )
        return answer.text.partition("\n")[0]

    def run(
        self,
        steps: Sequence[Step],
        directory: Path,
        *,
        pipes: Sequence[str] = (),
        watch: Callable[[], None] = unwatched,
    ) -> list[Ended]:
        """All steps have ended well; in the order of their numbers.

        Args:
            steps: What runs, those that others read from first; file names are relative to `directory`.
            directory: Where they run; a folder of their own.
            pipes: Names of named pipes that connect them; gone afterwards.
            watch: Called about ten times a second; what it raises ends the steps and comes out of here.

        Raises:
            StepFailedError: A step ended badly; of several, the one that the others failed of.
            LimitError: A step took more than the limits allow.
            UnavailableError: The children could not be started, or were ended by somebody else.
        """
        task = {
            "directory": str(directory),
            "program": self.limits.bcftools,
            "limits": self._bounds(),
            "pipes": list(pipes),
            "steps": [asdict(step) for step in steps],
        }
        ended: dict[int, Ended] = {}
        try:
            with _child(directory) as child:
                for line in self._lines(child, json.dumps(task).encode() + b"\n", watch):
                    told = Ended(**json.loads(line), messages=_messages(directory, json.loads(line)["step"]))
                    ended[told.step] = told
        finally:
            for name in pipes:
                (directory / name).unlink(missing_ok=True)
        self._judge(steps, ended)
        return [ended[number] for number in sorted(ended)]

    def _bounds(self) -> dict[str, int]:
        limits = self.limits
        return {"CPU": limits.cpu_s, "AS": limits.memory_bytes, "FSIZE": limits.file_bytes, "NOFILE": limits.open_files}

    def _lines(self, child: subprocess.Popen[bytes], task: bytes, watch: Callable[[], None]) -> Iterator[bytes]:
        """What the child prints, line by line, until it ends."""
        assert child.stdin is not None
        assert child.stdout is not None
        with suppress(BrokenPipeError):
            child.stdin.write(task)
            child.stdin.flush()
        until, rest = time.monotonic() + self.limits.time_s, b""
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdout, selectors.EVENT_READ)
            while True:
                watch()
                if time.monotonic() > until:
                    raise _over("time_s", self.limits, "this pipeline")
                if not selector.select(_LOOK_S):
                    continue
                data = os.read(child.stdout.fileno(), 65536)
                *lines, rest = (rest + data).split(b"\n")
                yield from lines
                if not data:
                    return

    def _judge(self, steps: Sequence[Step], ended: dict[int, Ended]) -> None:
        """Raise what the steps failed of: nobody reading any more, or being killed by us, is no cause."""
        bad = [one for one in ended.values() if one.code]
        causes = [
            one
            for one in bad
            if one.code not in {-signal.SIGPIPE, -signal.SIGKILL} and "roken pipe" not in one.messages
        ]
        if not bad and len(ended) == len(steps):
            return
        if not causes:
            raise UnavailableError("the children that ran bcftools were killed (out of memory?); try again later")
        cause = min(causes, key=lambda one: one.step)
        verb = f"bcftools {steps[cause.step].arguments[0]}"
        if -cause.code in _KILLED_BY:
            raise _over(_KILLED_BY[signal.Signals(-cause.code)], self.limits, verb)
        crashed_full = -cause.code in _CRASHES and cause.rss_bytes > self.limits.memory_bytes / 2
        if crashed_full or any(words in cause.messages.lower() for words in _NO_MEMORY):
            raise _over("memory_bytes", self.limits, verb)
        if "no space left" in cause.messages.lower():
            raise UnavailableError(f"{verb} found no room on the disk; make room and try again")
        raise StepFailedError(cause.step, steps[cause.step], cause)


@contextmanager
def _child(directory: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The child that forks the steps; it and all of its session are gone at the end."""
    own = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": str(directory), "TMPDIR": str(directory)}
    nowhere = {"BCFTOOLS_PLUGINS": str(directory), "ALL_PROXY": "http://127.0.0.1:9"}
    try:
        child = subprocess.Popen(
            [sys.executable, "-I", "-m", _CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**own, **nowhere},
            cwd=directory,
            start_new_session=True,
        )
    except OSError as error:
        raise UnavailableError(
            f"bcftools cannot be started in {directory}: {error}; make room or correct its rights"
        ) from error
    try:
        with child:
            try:
                yield child
            finally:
                with suppress(ProcessLookupError, PermissionError):  # macOS forbids it where only a zombie is left
                    os.killpg(child.pid, signal.SIGKILL)
    finally:
        child.wait()


def _messages(directory: Path, number: int) -> str:
    """What a step said, without our places."""
    try:
        with (directory / f"step-{number}.log").open("rb") as log:
            return log.read(_LOG_BYTES).decode("utf-8", "replace").replace(f"{directory}/", "")
    except FileNotFoundError:
        return ""


def _over(limit: str, limits: ToolLimits, who: str) -> LimitError:
    value = getattr(limits, limit)
    words = {
        "time_s": f"{value:g} s",
        "cpu_s": f"{value} s of CPU time",
        "file_bytes": f"{value:,} bytes for one file",
        "memory_bytes": f"{value:,} bytes of memory",
    }
    return LimitError(
        f"{who} took more than {words[limit]}, the limit GRT_VARIANTS_{limit.upper()} of this installation; "
        "ask for fewer samples or a smaller region, or have the limit raised"
    )
