"""Where a large question may be cut: between contigs, for no verb looks from one contig into another.

A result's contigs come in the order of the header that bcftools makes of those of the files, so that the answers for
neighbouring contigs, one after the other, are the answer for all.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise

from grt_platform.systems.variants.logic.command import Command
from grt_platform.systems.variants.logic.formats import ResultFormat
from grt_platform.systems.variants.logic.planned import FileDimensions, Plan


def can_be_cut(command: Command, form: ResultFormat) -> bool:
    """Whether answers for some contigs each can be put one after the other: not where a table has lines of its head."""
    last = command.segments[-1]
    return form is not ResultFormat.TSV or not any(option.name == "print-header" for option in last.options)


def weighed(plan: Plan, files: Iterable[FileDimensions], command: Command) -> dict[str, int]:
    """The contigs that are read, in the order of the result, each with its records in the files of the plan."""
    known = {one.version_id: one for one in files}
    read = [known[version] for version in plan.version_ids]
    wanted = {region.contig for region in command.regions}
    records = Counter[str]()
    for one in read:
        records.update(one.scaffolds)
    order = dict.fromkeys(chain.from_iterable(one.order for one in read))
    return {name: records[name] for name in order if records[name] and (not wanted or name in wanted)}


def is_in_order(cut: Sequence[Sequence[str]], contigs: Sequence[str]) -> bool:
    """Whether a cut follows the order in which the contigs really come."""
    places = {contig: at for at, contig in enumerate(contigs)}
    found = [places.get(contig, -1) for contig in chain.from_iterable(cut)]
    return -1 not in found and all(before < after for before, after in pairwise(found))
