"""Commands of one run as they are collected: names of pipes and files, and what waits for what."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from grt_platform.adapters.bcftools.step import Step

LANES = 4
"""How many commands that write files run side by side."""


@dataclass(frozen=True, slots=True)
class Feed:
    """Something that a command reads: a named pipe, or a file with what must have ended before it is whole."""

    name: str
    after: tuple[int, ...] = ()


@dataclass(slots=True)
class Pipeline:
    """Steps of one run.

    Attributes:
        directory: Where they run.
        steps: So far.
        pipes: Names of their named pipes.
        lanes: Last steps of those that write files.
        asked: The first step that a person asked for; None where all are ours.
    """

    directory: Path
    steps: list[Step] = field(default_factory=list)
    pipes: list[str] = field(default_factory=list)
    lanes: list[int] = field(default_factory=list)
    asked: int | None = None

    def add(self, *arguments: str, after: Sequence[int] = ()) -> int:
        """One more step; returns its number."""
        self.steps.append(Step(arguments, tuple(after)))
        return len(self.steps) - 1

    def pipe(self) -> str:
        """The name of a new named pipe."""
        self.pipes.append(f"pipe-{len(self.pipes)}")
        return self.pipes[-1]

    def text(self, name: str, lines: Sequence[str]) -> str:
        """The name of a new file that holds these lines."""
        (self.directory / name).write_text("".join(f"{line}\n" for line in lines), "utf-8", "surrogateescape")
        return name

    def write(self, name: str, form: str, *arguments: str, feeds: Sequence[Feed], after: Sequence[int] = ()) -> int:
        """What a command makes of its feeds goes into a file or pipe, in a form of `--output-type`; its number."""
        quiet = () if arguments[0] == "sort" else ("--no-version",)
        output = ("--output-type", form, "--output", name, "--", *(feed.name for feed in feeds))
        return self.add(*arguments, *quiet, *output, after=(*(step for feed in feeds for step in feed.after), *after))

    def stream(self, *arguments: str, feeds: Sequence[Feed]) -> Feed:
        """What a command makes of its feeds, while it does."""
        pipe = self.pipe()
        self.write(pipe, "u", *arguments, feeds=feeds)
        return Feed(pipe)

    def retype(self, form: str) -> None:
        """The last step writes in another form of `--output-type`."""
        arguments = list(self.steps[-1].arguments)
        arguments[arguments.index("--output-type") + 1] = form
        self.steps[-1] = replace(self.steps[-1], arguments=tuple(arguments))

    def store(self, name: str, *arguments: str, feeds: Sequence[Feed]) -> Feed:
        """The same as a file with an index; of commands that do so only a few run at once."""
        turn = self.lanes[-LANES : -LANES + 1]
        made = self.write(name, "b1", *arguments, feeds=feeds, after=turn)
        self.lanes.append(self.add("index", "--force", "--csi", name, after=(made,)))
        return Feed(name, (self.lanes[-1],))
