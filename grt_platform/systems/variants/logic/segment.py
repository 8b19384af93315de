"""One segment of a command: a verb with its options, and the list of arguments that is made of them."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace

from grt_platform.systems.variants.logic.regions import Region, read_regions
from grt_platform.systems.variants.logic.whitelist import OLDEST, Verb

RECORD_OVERLAP, POSITION = 1, 0
"""What is in a region when nothing is said: for `-r` a record that overlaps it, for `-t` one whose POS is there."""

BRACES = (1, 18)
"""The first bcftools that finds contigs with a colon in their name (htslib's issue 1620)."""

_PLACES = {"regions", "regions-overlap", "targets", "targets-overlap"}
_NOTHING = {"samples", "no-version"}


@dataclass(frozen=True, slots=True)
class Option:
    """An option by its long name, with its value in canonical spelling; None where it takes none."""

    name: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A verb and its options, by name; each at most once."""

    kind: Verb
    options: tuple[Option, ...]

    @property
    def verb(self) -> str:
        """The command of bcftools."""
        return self.kind.name

    @property
    def arguments(self) -> tuple[str, ...]:
        """What is handed to bcftools behind the verb, but for input and output.

        Regions become targets, for they are looked for in a stream, which has no index; so records keep their order.
        """
        return tuple(sorted(self._arguments(), key=lambda argument: argument.partition("=")[0]))

    @property
    def normal(self) -> str:
        """The segment in its one spelling."""
        return shlex.join([self.verb, *self.arguments])

    @property
    def needs(self) -> tuple[int, int]:
        """The least version of bcftools that knows all its options."""
        has_braces = any("{" in (self.value(name) or "") for name in ("regions", "targets", "mask"))
        return max([BRACES if has_braces else OLDEST, *(self.kind.options[one.name].needs for one in self.options)])

    @property
    def regions(self) -> tuple[Region, ...]:
        """Regions that it restricts records to; none when it does not, or leaves regions out."""
        text = self.value("regions") or self.value("targets") or "^"
        return () if text.startswith("^") else read_regions(text)

    @property
    def overlap(self) -> int:
        """What is in a region: 0 a record whose POS is, 1 one that overlaps it, 2 one whose variant does."""
        if self.value("regions") is not None:
            return int(self.value("regions-overlap") or RECORD_OVERLAP)
        return int(self.value("targets-overlap") or POSITION)

    @property
    def is_record_by_record(self) -> bool:
        """Whether what becomes of a record depends on this record alone."""
        across = self.kind.across
        return "*" not in across and not any(option.name in across for option in self.options)

    @property
    def is_identity(self) -> bool:
        """Whether all records pass unchanged."""
        return self.verb in {"view", "filter", "sort"} and {option.name for option in self.options} <= _NOTHING

    def value(self, name: str) -> str | None:
        """The value of an option; None when it is not there."""
        return next((option.value for option in self.options if option.name == name), None)

    def anywhere(self) -> "Segment":
        """The same without its regions."""
        return replace(self, options=tuple(option for option in self.options if option.name not in _PLACES))

    def _arguments(self) -> Iterator[str]:
        for option in self.options:
            name = option.name
            if name == "samples" or name in {"regions-overlap", "targets-overlap"}:
                continue
            if name in {"regions", "targets"}:
                yield f"--targets={option.value}"
                yield f"--targets-overlap={self.overlap}"
                continue
            as_written = self.kind.options[name].written or f"--{name}"
            yield as_written if option.value is None else f"{as_written}={option.value}"
