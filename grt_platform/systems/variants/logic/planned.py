"""What a plan is made of and what it says: files with their dimensions, groups of files, and the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FileDimensions:
    """What is known of one version of a file.

    Attributes:
        version_id: The version that is pinned.
        name: The object's name.
        size_bytes: Its size.
        samples: In the header's order; none for a file of sites alone.
        scaffolds: Contigs that have records, with how many.
        contigs: All contigs of the header, in its order; those with records where it lists none.
        longest_ref: Bases that its longest record spans.
    """

    version_id: str
    name: str
    size_bytes: int
    samples: tuple[str, ...]
    scaffolds: Mapping[str, int]
    contigs: tuple[str, ...] = ()
    longest_ref: int = 1

    @property
    def order(self) -> tuple[str, ...]:
        """Its contigs in their order."""
        return self.contigs or tuple(self.scaffolds)


@dataclass(frozen=True, slots=True)
class PlanLimits:
    """What a plan reckons with.

    Attributes:
        files_at_once: Most files that one process opens.
        seconds_at_least: What a query takes that has next to nothing to read.
        seconds_per_file: What opening one costs.
        genotypes_read_per_s: How many genotypes of files are gone through in a second.
        genotypes_written_per_s: How many are combined and written.
        most_parts: How often files may be read in all, each once for every class of samples.
    """

    files_at_once: int = 200
    seconds_at_least: float = 0.2
    seconds_per_file: float = 0.02
    genotypes_read_per_s: float = 40e6
    genotypes_written_per_s: float = 6e6
    most_parts: int = 20_000


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file's part in a group.

    Attributes:
        samples: Those read from it, in the group's order.
        read_bytes: About how much of it is read.
        is_reordered: Whether its own order is another.
    """

    version_id: str
    name: str
    samples: tuple[str, ...]
    size_bytes: int
    read_bytes: int
    is_reordered: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Files that hold the same of the samples, to be put one after the other.

    Attributes:
        samples: Their columns.
        files: In the order to be put.
        is_ordered: Whether they need only be put so; else their records are woven and may repeat (`concat -a`).
    """

    samples: tuple[str, ...]
    files: tuple[PlannedFile, ...]
    is_ordered: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """How a query is answered.

    Attributes:
        groups: To be put side by side, in this order.
        absent_samples: Asked for, but in no file that is read: their genotypes are all missing.
        ignored: Names of files of sites alone, which hold no genotype.
        records: Records in the files' contigs that are read; the result has no more.
        estimated_s: About how long it takes.
        longest_ref: Bases that the longest record of the files spans.
        contigs: All contigs of the files, in an order that fits every header; none where two contradict each other.
        warnings: What whoever asks should know.
    """

    groups: tuple[Group, ...]
    absent_samples: tuple[str, ...]
    ignored: tuple[str, ...]
    records: int
    estimated_s: float
    longest_ref: int
    contigs: tuple[str, ...]
    warnings: tuple[str, ...] = field(default=())

    @property
    def samples(self) -> tuple[str, ...]:
        """The result's columns."""
        return (*(sample for group in self.groups for sample in group.samples), *self.absent_samples)

    @property
    def version_ids(self) -> tuple[str, ...]:
        """The versions that are read, each once."""
        return tuple(dict.fromkeys(file.version_id for group in self.groups for file in group.files))

    @property
    def names(self) -> tuple[str, ...]:
        """The files' names, in their order."""
        return tuple(sorted({file.name for group in self.groups for file in group.files}))

    @property
    def read_bytes(self) -> int:
        """About how many bytes are read; a file in several groups is read for each."""
        return sum(file.read_bytes for group in self.groups for file in group.files)
