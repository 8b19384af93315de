"""A figure about the platform as a program reads it: one name, labels, and a number for each set of their values."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Measure:
    """What is true now.

    Attributes:
        name: Such as `grt_jobs`, its unit at the end.
        help: What the number is, in a sentence without full stop.
        labels: What the samples differ in.
        samples: The values of the labels, in their order, and the number.
    """

    name: str
    help: str
    labels: tuple[str, ...] = ()
    samples: Sequence[tuple[tuple[str, ...], float]] = field(default=())
