"""The plan of a query: which pinned files are read, for which samples, and how they are put together.

Samples are classed by the set of files that hold them. The files of one class hold the same samples, so that their
records are put one after the other (concat); the classes have no sample in common, so that their records are put side
by side (merge). Whatever overlap or order the files have, every genotype so comes into the result once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from grt_platform.kernel.errors import BadInputError
from grt_platform.systems.variants.logic.contig_order import common_order, one_after_the_other
from grt_platform.systems.variants.logic.findings import listed, samples_named
from grt_platform.systems.variants.logic.planned import FileDimensions, Group, Plan, PlanLimits, PlannedFile
from grt_platform.systems.variants.logic.regions import Region

__all__ = ["FileDimensions", "Group", "Plan", "PlanLimits", "PlannedFile", "batches", "plan"]


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
    lists = _lists([one for one in there if one.samples])
    wanted = _wanted(lists, samples)
    contigs = _contigs(lists, regions)
    touched = _touched(lists, wanted, contigs)
    read = [one for of_list in touched for one in of_list.files]
    order = common_order(one.order for one in read)
    groups = _groups(touched, contigs, order)
    parts = [file for group in groups for file in group.files]
    if len(parts) > limits.most_parts:
        raise BadInputError(
            f"The files share samples so that {len(read)} of them would be read {len(parts)} times, "
            f"{limits.most_parts} are the most; choose fewer samples"
        )
    absent = _absent(wanted, groups)
    return Plan(
        groups,
        absent,
        tuple(one.name for one in there if not one.samples),
        sum(_records(one, contigs) for one in read),
        _seconds(touched, groups, contigs, limits),
        max(one.longest_ref for one in read),
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


@dataclass(frozen=True, slots=True)
class _List:
    """Files with one and the same list of samples: all the files of a cohort may have it."""

    samples: tuple[str, ...]
    files: list[FileDimensions]

    def touched(self, wanted: Collection[str], contigs: Collection[str]) -> "_List":
        """The same with the wanted samples, and with files that have records where these are asked for."""
        held = tuple(sample for sample in self.samples if sample in wanted)
        return _List(held, [one for one in self.files if held and _records(one, contigs)])


def _lists(files: Sequence[FileDimensions]) -> list[_List]:
    known: dict[tuple[str, ...], _List] = {}
    of_same_tuple: dict[int, _List] = {}
    for one in files:
        found = of_same_tuple.get(id(one.samples))
        if found is None:
            found = of_same_tuple[id(one.samples)] = known.setdefault(one.samples, _List(one.samples, []))
        found.files.append(one)
    return list(known.values())


def _wanted(lists: Sequence[_List], samples: Sequence[str] | None) -> dict[str, None]:
    known = dict.fromkeys(sample for of_list in lists for sample in of_list.samples)
    if not known:
        raise BadInputError("The project has no indexed VCF file with samples: upload some, or wait until they are")
    if samples is None:
        return known
    asked = dict.fromkeys(samples)
    if not asked:
        raise BadInputError("No samples are selected: the filter chooses none, or the list is empty")
    unknown = [sample for sample in asked if sample not in known]
    if unknown:
        raise BadInputError(
            f"No indexed file of the project holds {samples_named(unknown)}; "
            "`grt variants samples template` lists those that are"
        )
    return {sample: None for sample in known if sample in asked}


def _touched(lists: Sequence[_List], wanted: Collection[str], contigs: Collection[str]) -> list[_List]:
    """The files that hold a wanted sample and a record where it is asked for.

    Raises:
        BadInputError: There are none.
    """
    touched = [of_list for of_list in (one.touched(wanted, contigs) for one in lists) if of_list.files]
    if not touched:
        raise BadInputError(
            f"No file holds a record of a selected sample on {listed(contigs) if contigs else 'any contig'}; "
            "`grt variants dimensions show` tells which file holds what"
        )
    return touched


def _contigs(lists: Sequence[_List], regions: Sequence[Region]) -> tuple[str, ...]:
    """Contigs asked for; none for all.

    Raises:
        BadInputError: A contig is in no header and has no record anywhere.
    """
    asked = tuple(dict.fromkeys(region.contig for region in regions))
    if not asked:
        return ()
    known = {contig for of_list in lists for one in of_list.files for contig in (*one.contigs, *one.scaffolds)}
    unknown = [contig for contig in asked if contig not in known]
    if unknown:
        longer = [name for name in sorted(known) if name.startswith(f"{unknown[0]}:")]
        hint = f"write {{{longer[0]}}}, for a colon is in the name" if longer else f"they have {listed(sorted(known))}"
        raise BadInputError(f"No file has the contigs {listed(unknown)}; {hint}")
    return asked


def _records(one: FileDimensions, contigs: Collection[str]) -> int:
    return sum(count for contig, count in one.scaffolds.items() if not contigs or contig in contigs)


def _groups(lists: Sequence[_List], contigs: Collection[str], order: Sequence[str] | None) -> tuple[Group, ...]:
    holders: dict[str, list[int]] = {}
    for at, of_list in enumerate(lists):
        for sample in of_list.samples:
            holders.setdefault(sample, []).append(at)
    classes: dict[tuple[int, ...], list[str]] = {}
    for sample, held_by in holders.items():
        classes.setdefault(tuple(held_by), []).append(sample)
    places = None if order is None else {contig: at for at, contig in enumerate(order)}
    return tuple(
        _group([lists[at] for at in held_by], tuple(of_class), contigs, places) for held_by, of_class in classes.items()
    )


def _group(
    lists: Sequence[_List], samples: tuple[str, ...], contigs: Collection[str], places: Mapping[str, int] | None
) -> Group:
    members, parts = set(samples), []
    for of_list in lists:
        is_reordered = tuple(sample for sample in of_list.samples if sample in members) != samples
        parts += [(one, is_reordered) for one in of_list.files]
    parts.sort(key=lambda part: (part[0].name, part[0].version_id))
    in_order = None
    if places is not None:
        held = [
            [name for name, count in one.scaffolds.items() if count and (not contigs or name in contigs)]
            for one, _ in parts
        ]
        in_order = one_after_the_other(held, places)
    ordered = parts if in_order is None else [parts[at] for at in in_order]
    planned = tuple(
        PlannedFile(one.version_id, one.name, samples, one.size_bytes, _read(one, contigs), is_reordered)
        for one, is_reordered in ordered
    )
    return Group(samples, planned, len(parts) == 1 or in_order is not None)


def _seconds(lists: Sequence[_List], groups: Sequence[Group], contigs: Collection[str], limits: PlanLimits) -> float:
    """About how long it takes: all samples of a file are gone through, only the selected ones are written."""
    records = {one.version_id: _records(one, contigs) for of_list in lists for one in of_list.files}
    held = {one.version_id: len(one.samples) for of_list in lists for one in of_list.files}
    parts = [file.version_id for group in groups for file in group.files]
    read = sum(records[version] * held[version] for version in parts)
    sites = max(sum(records[file.version_id] for file in group.files) for group in groups)
    written = sites * sum(len(group.samples) for group in groups)
    seconds = limits.seconds_at_least + len(parts) * limits.seconds_per_file
    return round(
        seconds + read / limits.genotypes_read_per_s + written / limits.genotypes_written_per_s,
        1,
    )


def _absent(wanted: Iterable[str], groups: Iterable[Group]) -> tuple[str, ...]:
    seen = {sample for group in groups for sample in group.samples}
    return tuple(sample for sample in wanted if sample not in seen)


def _read(one: FileDimensions, contigs: Collection[str]) -> int:
    """Bytes read of a file, when all its records are of one size."""
    everywhere = _records(one, ())
    return one.size_bytes * _records(one, contigs) // everywhere if everywhere else 0


def _warnings(absent: Sequence[str]) -> tuple[str, ...]:
    if not absent:
        return ()
    return (f"No record in these regions tells of {samples_named(absent)}: all genotypes are missing there",)
