"""Runs the `console` blocks of documentation pages in a shell, and tells where what they print is something else."""

import doctest
import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```(console|sh)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"\s+# exits (\d+)$", re.MULTILINE)
_HERE = re.compile(r"<<'(\w+)'")
_FRAME = re.compile(r"^[┏┓┗┛┡┩├┤└┘━─┳╇┴┼╋┻│ ]+\n", re.MULTILINE)
_MARK = "\x01"
_COMPARED = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a page, with what the page says it prints (None where it says nothing) and its exit code."""

    command: str
    printed: str | None = None
    code: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """What a command really printed, on both streams, and its exit code; None for one that was not reached."""

    printed: str
    code: int | None


def steps(text: str) -> list[Step]:
    """The commands of a page, in order: of `console` blocks with their outputs, of `sh` blocks without."""
    found: list[Step] = []
    for kind, block in _BLOCK.findall(text):
        found += _console(block) if kind == "console" else _shell(block)
    return found


def _console(block: str) -> Iterator[Step]:
    for piece in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, printed = piece.partition("\n")
        while command.endswith("\\") or ((here := _HERE.search(command)) and not _is_closed(command, here[1])):
            line, _, printed = printed.partition("\n")
            command += f"\n{line}"
        yield _step(command, printed)


def _is_closed(command: str, word: str) -> bool:
    return command.rpartition("\n")[2] == word


def _shell(block: str) -> Iterator[Step]:
    for command in block.replace("\\\n", " ").splitlines():
        if command.strip() and not command.startswith("#"):
            yield _step(command, None)


def _step(command: str, printed: str | None) -> Step:
    code = _CODE.search(command)
    return Step(_CODE.sub("", command), printed, int(code[1]) if code else 0)


class Shell:
    """A folder and an environment in which pages are gone through; what they leave running ends with it.

    Args:
        folder: Where commands are typed.
        environment: Variables of the shell; grows by what `go_on` exports.
        patience_s: Longest time for one page.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], patience_s: float) -> None:
        self._folder, self._environment, self._patience_s = folder, dict(environment), patience_s
        self._groups: list[int] = []

    def run(self, found: list[Step]) -> list[Done]:
        """Types the commands of one page one after another."""
        script = "".join(f"{step.command}\nprintf '{_MARK}%d{_MARK}' $?\n" for step in found)
        return _read(self._printed(script), len(found))

    def go_on(self, found: list[Step]) -> list[Done]:
        """The same; what it exports holds for pages to come."""
        script = "".join(f"{step.command}\nprintf '{_MARK}%d{_MARK}' $?\n" for step in found)
        printed, _, exported = self._printed(f"{script}printf '{_MARK}{_MARK}{_MARK}'; env -0").rpartition(_MARK * 3)
        self._environment |= dict(line.split("=", 1) for line in exported.split("\0") if "=" in line)
        return _read(printed, len(found))

    def close(self) -> None:
        """Nothing that the pages began runs any more."""
        for group in self._groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)

    def _printed(self, script: str) -> str:
        shell = subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-c", script],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._groups.append(shell.pid)
        try:
            return shell.communicate(timeout=self._patience_s)[0]
        except subprocess.TimeoutExpired:
            os.killpg(shell.pid, signal.SIGKILL)
            return shell.communicate()[0]


def _read(printed: str, commands: int) -> list[Done]:
    pieces = printed.split(_MARK)
    done = [Done(said, int(code)) for said, code in zip(pieces[0::2], pieces[1::2], strict=False)]
    return done + [Done(pieces[-1], None)] * (commands - len(done))


def faults(found: list[Step], done: list[Done]) -> Iterator[str]:
    """A sentence for each command that printed or ended otherwise than its page says."""
    checker = doctest.OutputChecker()
    for step, really in zip(found, done, strict=True):
        if really.code is None:
            yield f"$ {step.command}\n  did not end; it printed\n{really.printed}"
            return
        if really.code != step.code:
            yield f"$ {step.command}\n  exits {really.code}, not {step.code}:\n{really.printed}"
        elif step.printed is not None and not checker.check_output(
            _words(step.printed), _words(really.printed), _COMPARED
        ):
            yield f"$ {step.command}\n  prints\n{really.printed}\n  the page says\n{step.printed}"


def _words(printed: str) -> str:
    """Without the lines that frame a table, whose length depends on what stands in it."""
    return _FRAME.sub("", printed)
