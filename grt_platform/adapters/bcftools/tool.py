"""One pipeline of bcftools commands in confined children, all of which are gone when it ends, however it ends."""

import json
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from importlib import metadata
from importlib.util import find_spec
from itertools import takewhile
from pathlib import Path

from grt_platform.adapters.bcftools.errors import LimitError
from grt_platform.adapters.bcftools.limits import ToolLimits
from grt_platform.adapters.bcftools.step import Ended, Step
from grt_platform.adapters.command import run
from grt_platform.kernel.errors import UnavailableError

_CHILD = "grt_platform.adapters.bcftools.child"
_LOOK_S = 0.1
_LOG_BYTES = 64 * 1024
_NO_CAUSE = {-signal.SIGPIPE, -signal.SIGKILL}
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
            return f"bcftools {_inside()} (pysam {metadata.version('pysam')})"
        answer = run([self.limits.bcftools, "--version"], timeout_s=10)
        if answer.code or not answer.text.startswith("bcftools "):
            raise UnavailableError(
                f"{self.limits.bcftools} is no bcftools: {answer.complaint}; correct GRT_VARIANTS_BCFTOOLS"
            )
        return answer.text.partition("\n")[0]

    def number(self) -> tuple[int, int]:
        """Its version as two numbers.

        Raises:
            UnavailableError: The program of the setting cannot be run.
        """
        major, _, rest = self.version().split()[1].partition(".")
        return int(major), int("".join(takewhile(str.isdigit, rest)) or 0)

    @contextmanager
    def session(self, directory: Path, watch: Callable[[], None] = unwatched) -> Iterator["Session"]:
        """Runs of steps in one folder, one after the other; nothing of them runs any more at the end.

        Args:
            directory: A folder of their own.
            watch: Called about ten times a second; what it raises ends the steps and comes out of `Session.run`.

        Raises:
            UnavailableError: The child could not be started.
        """
        with _child(directory) as child:
            session = Session(self.limits, directory, child, watch)
            session.begin()
            yield session

    def run(
        self,
        steps: Sequence[Step],
        directory: Path,
        *,
        pipes: Sequence[str] = (),
        watch: Callable[[], None] = unwatched,
    ) -> list[Ended]:
        """One run in a session of its own; see `Session.run`."""
        with self.session(directory, watch) as session:
            return session.run(steps, pipes=pipes)


class Session:
    """A child that waits for runs; `Bcftools.session` makes it."""

    def __init__(
        self, limits: ToolLimits, directory: Path, child: subprocess.Popen[bytes], watch: Callable[[], None]
    ) -> None:
        self._limits, self._directory, self._child, self._watch = limits, directory, child, watch
        self._until = time.monotonic() + limits.time_s
        self._first = 0
        self._rest = b""

    def begin(self) -> None:
        """Tell the child where it runs and what it may take."""
        limits = self._limits
        bounds = {
            "CPU": limits.cpu_s,
            "AS": limits.memory_bytes,
            "FSIZE": limits.file_bytes,
            "NOFILE": limits.open_files,
        }
        self._send({"directory": str(self._directory), "program": limits.bcftools, "limits": bounds})

    def run(self, steps: Sequence[Step], *, pipes: Sequence[str] = ()) -> list[Ended]:
        """All steps have ended well; in their order.

        Args:
            steps: What runs, those that others read from first; file names are relative to the folder.
            pipes: Names by which their arguments mean pipes that connect them.

        Raises:
            StepFailedError: A step ended badly; of several, the one that the others failed of.
            LimitError: A step took more than the limits allow, or the session lasts too long.
            UnavailableError: There is no room on the disk, or the children were ended by somebody else.
        """
        self._send({"first": self._first, "pipes": list(pipes), "steps": [asdict(step) for step in steps]})
        ended: dict[int, Ended] = {}
        for line in self._lines():
            told = json.loads(line)
            ended[told["step"]] = Ended(**told, messages=self._messages(told["step"]))
        self._judge(steps, ended)
        self._first += len(steps)
        return [ended[number] for number in range(len(steps))]

    def _send(self, task: dict[str, object]) -> None:
        assert self._child.stdin is not None
        with suppress(BrokenPipeError):  # it is gone: the end of what it prints tells so
            self._child.stdin.write(json.dumps(task).encode() + b"\n")
            self._child.stdin.flush()

    def _lines(self) -> Iterator[bytes]:
        """What the child prints, line by line, until the run ends or the child does."""
        assert self._child.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._child.stdout, selectors.EVENT_READ)
            while True:
                while b"\n" in self._rest:
                    line, _, self._rest = self._rest.partition(b"\n")
                    if not line:
                        return
                    yield line
                self._watch()
                if time.monotonic() > self._until:
                    raise _over("time_s", self._limits, "this pipeline")
                if selector.select(_LOOK_S):
                    data = os.read(self._child.stdout.fileno(), 65536)
                    if not data:
                        return
                    self._rest += data

    def _messages(self, number: int) -> str:
        """What a step said, without our places."""
        try:
            with (self._directory / f"step-{self._first + number}.log").open("rb") as log:
                return log.read(_LOG_BYTES).decode("utf-8", "replace").replace(f"{self._directory}/", "")
        except FileNotFoundError:
            return ""

    def _judge(self, steps: Sequence[Step], ended: dict[int, Ended]) -> None:
        """Raise what the steps failed of: nobody reading any more, or being killed by us, is no cause."""
        bad = [one for one in ended.values() if one.code]
        if not bad and len(ended) == len(steps):
            return
        causes = [one for one in bad if one.code not in _NO_CAUSE and "roken pipe" not in one.messages]
        if not causes:
            raise UnavailableError("the children that ran bcftools were killed (out of memory?); try again later")
        cause = min(causes, key=lambda one: one.step)
        verb = f"bcftools {steps[cause.step].arguments[0]}"
        if limit := self._limit_of(cause):
            raise _over(limit, self._limits, verb)
        if "no space left" in cause.messages.lower():
            raise UnavailableError(f"{verb} found no room on the disk; make room and try again")
        raise StepFailedError(cause.step, steps[cause.step], cause)

    def _limit_of(self, cause: Ended) -> str | None:
        """The limit that a step met."""
        if -cause.code in _KILLED_BY:
            return _KILLED_BY[signal.Signals(-cause.code)]
        crashed_full = -cause.code in _CRASHES and cause.rss_bytes > self._limits.memory_bytes / 2
        is_full = crashed_full or any(words in cause.messages.lower() for words in _NO_MEMORY)
        return "memory_bytes" if is_full else None


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


def _inside() -> str:
    """The version of the bcftools inside pysam, which is read, not imported."""
    found = find_spec("pysam")
    text = Path(found.origin).with_name("version.py").read_text() if found and found.origin else ""
    match = re.search(r'__bcftools_version__ = "([^"]+)"', text)
    if match is None:
        raise UnavailableError("pysam, which brings bcftools, is not whole; install the platform again")
    return match[1]


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
