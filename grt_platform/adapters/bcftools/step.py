"""One command of bcftools, and how it ended."""

from dataclasses import dataclass

PACK = "grt-pack"
"""A verb of our own (`pack.py`): an unpacked source, a target, a line for the header, and a pipe beside the target."""


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
    index = Step(("index", "--force", "--csi", "--output", f"{target}.csi", beside))
    return Step((PACK, source, target, line, beside)), index


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
