"""One command of bcftools, and how it ended."""

from collections.abc import Sequence
from dataclasses import dataclass

PACK = "grt-pack"
"""A verb of our own (`pack.py`): an unpacked source, a target, a line for the header, and a pipe beside the target."""
JOIN = "grt-join"
"""Another one: a target, a pipe beside it, and the files whose records it has."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command.

    Attributes:
        arguments: The verb and its arguments.
        after: Numbers of the steps that must have ended well before it starts; the others run side by side.
    """

    arguments: tuple[str, ...]
    after: tuple[int, ...] = ()


def packing(source: str, target: str, beside: str, line: str = "") -> tuple[Step, Step]:
    """How an unpacked stream becomes a file with a CSI index, which is made of the same bytes by the pipe `beside`."""
    return Step((PACK, source, target, line, beside)), _index(target, beside)


def joining(sources: Sequence[str], target: str, beside: str) -> tuple[Step, Step]:
    """How files of one header become one file with an index."""
    return Step((JOIN, target, beside, *sources)), _index(target, beside)


def _index(target: str, beside: str) -> Step:
    return Step(("index", "--force", "--csi", "--output", f"{target}.csi", beside))


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
