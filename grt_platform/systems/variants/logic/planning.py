"""The plan of a query: which pinned files are read, for which samples, and how they are put together.

Samples are classed by the set of files that hold them. The files of one class hold the same samples, so that their
records are put one after the other (concat); the classes have no sample in common, so that their records are put side
by side (merge). Whatever overlap or order the files have, every genotype so comes into the result once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.variants.logic.contig_order import common_order, one_after_the_other
from grt_platform.systems.variants.logic.findings import listed
from grt_platform.systems.variants.logic.regions import Region


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
        seconds_per_file: What opening and indexing one costs.
        bytes_per_s: How many bytes of files are read and combined in a second.
    """

    files_at_once: int = 200
    seconds_per_file: float = 0.02
    bytes_per_s: float = 40_000_000.0


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
    def has_one_contig_order(self) -> bool:
        """Whether all headers agree in what comes before what, so that streams can be combined."""
        return bool(self.contigs)

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


def plan(
    files: Iterable[FileDimensions], samples: Sequence[str] | None, regions: Sequence[Region], limits: PlanLimits
) -> Plan:
    """The plan of a query over pinned files.

    Args:
        files: What is known of each; any order.
        samples: Those asked for; None for all.
        regions: Outside of which no record is wanted; none for everywhere.
        limits: What to reckon with.

    Raises:
        BadInputError: There are no files, no samples, or none of them where it was asked for.
    """
    there = sorted(files, key=lambda one: (one.name, one.version_id))
    holding = [one for one in there if one.samples]
    wanted = _wanted(holding, samples)
    contigs = _contigs(holding, regions)
    touched = [one for one in holding if wanted.keys() & set(one.samples) and _records(one, contigs)]
    if not touched:
        places = listed(contigs) if contigs else "any contig"
        raise BadInputError(
            f"No file holds a record of the {len(wanted)} selected samples on {places}; "
            "`grt variants dimensions show` tells which file holds what"
        )
    order = common_order(one.order for one in touched)
    groups = _groups(touched, wanted, contigs, order)
    seen = {sample for group in groups for sample in group.samples}
    absent = tuple(sample for sample in wanted if sample not in seen)
    read_bytes = sum(file.read_bytes for group in groups for file in group.files)
    opened = sum(len(group.files) for group in groups)
    return Plan(
        groups,
        absent,
        tuple(one.name for one in there if not one.samples),
        sum(_records(one, contigs) for one in touched),
        round(opened * limits.seconds_per_file + read_bytes / limits.bytes_per_s, 3),
        max(one.longest_ref for one in touched),
        order or (),
        _warnings(absent),
    )


def batches(count: int, most: int) -> list[range]:
    """Things numbered 0 to `count` - 1 in as few batches of at most `most` as there can be, in order, evenly filled.

    One level of a tree: batches are put together the same way, until one is left.
    """
    number = -(-count // most)
    edges = [count * at // number for at in range(number + 1)] if number else []
    return [range(first, last) for first, last in pairwise(edges)]


def _wanted(files: Sequence[FileDimensions], samples: Sequence[str] | None) -> dict[str, None]:
    known = dict.fromkeys(sample for one in files for sample in one.samples)
    if not known:
        raise BadInputError(
            "The project has no indexed VCF file with samples: upload some, or wait until they are indexed"
        )
    if samples is None:
        return known
    asked = dict.fromkeys(samples)
    if not asked:
        raise BadInputError("No samples are selected: the filter chooses none, or the list is empty")
    unknown = [sample for sample in asked if sample not in known]
    if unknown:
        raise BadInputError(
            f"{len(unknown)} samples are in no indexed file of the project: {listed(unknown)}; "
            "`grt variants samples template` lists those that are"
        )
    return {sample: None for sample in known if sample in asked}


def _contigs(files: Sequence[FileDimensions], regions: Sequence[Region]) -> tuple[str, ...]:
    """Contigs asked for; none for all.

    Raises:
        BadInputError: A contig is in no header and has no record anywhere.
    """
    asked = tuple(dict.fromkeys(region.contig for region in regions))
    known = {contig for one in files for contig in (*one.contigs, *one.scaffolds)}
    unknown = [contig for contig in asked if contig not in known]
    if unknown:
        longer = [name for name in sorted(known) if name.startswith(f"{unknown[0]}:")]
        hint = f"write {{{longer[0]}}}, for a colon is in the name" if longer else f"they have {listed(sorted(known))}"
        raise BadInputError(f"No file has the contigs {listed(unknown)}; {hint}")
    return asked


def _records(one: FileDimensions, contigs: Collection[str]) -> int:
    return sum(count for contig, count in one.scaffolds.items() if not contigs or contig in contigs)


def _groups(
    files: Sequence[FileDimensions], wanted: Collection[str], contigs: Collection[str], order: Sequence[str] | None
) -> tuple[Group, ...]:
    holders: dict[str, list[int]] = {}
    for at, one in enumerate(files):
        for sample in one.samples:
            if sample in wanted:
                holders.setdefault(sample, []).append(at)
    classes: dict[tuple[int, ...], list[str]] = {}
    for sample, held_by in holders.items():
        classes.setdefault(tuple(held_by), []).append(sample)
    places = None if order is None else {contig: at for at, contig in enumerate(order)}
    return tuple(
        _group([files[at] for at in held_by], tuple(of_class), contigs, places) for held_by, of_class in classes.items()
    )


def _group(
    files: list[FileDimensions], samples: tuple[str, ...], contigs: Collection[str], places: Mapping[str, int] | None
) -> Group:
    in_order = None
    if places is not None:
        held = [
            {name for name in one.scaffolds if one.scaffolds[name] and (not contigs or name in contigs)}
            for one in files
        ]
        in_order = one_after_the_other(held, places)
    ordered = files if in_order is None else [files[at] for at in in_order]
    members = set(samples)
    parts = []
    for one in ordered:
        own = tuple(sample for sample in one.samples if sample in members)
        parts.append(
            PlannedFile(one.version_id, one.name, samples, one.size_bytes, _read(one, contigs), own != samples)
        )
    return Group(samples, tuple(parts), len(files) == 1 or in_order is not None)


def _read(one: FileDimensions, contigs: Collection[str]) -> int:
    """Bytes read of a file, when all its records are of one size."""
    everywhere = _records(one, ())
    return one.size_bytes * _records(one, contigs) // everywhere if everywhere else 0


def _warnings(absent: Sequence[str]) -> tuple[str, ...]:
    if not absent:
        return ()
    return (
        f"{len(absent)} samples have no record in these regions, all their genotypes are missing: {listed(absent)}",
    )
