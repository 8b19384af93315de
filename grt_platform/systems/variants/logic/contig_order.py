"""The order of contigs: files give each its own, in its header, and their records are sorted by it."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from heapq import heappop, heappush
from itertools import chain, pairwise


def common_order(orders: Iterable[Sequence[str]]) -> tuple[str, ...] | None:
    """All contigs in an order that fits every header, else as they first come; None where two contradict each other."""
    return _sorted(list(dict.fromkeys(tuple(order) for order in orders)))


def one_after_the_other(held: Sequence[Collection[str]], order: Mapping[str, int]) -> list[int] | None:
    """In which order files can be put one after the other so that the whole is sorted; None where there is none.

    Args:
        held: The contigs of each file that have records.
        order: The place of each contig.
    """
    places = [sorted(order[contig] for contig in contigs) for contigs in held]
    in_order = sorted(range(len(held)), key=lambda at: places[at][:1])
    filled = [places[at] for at in in_order if places[at]]
    return in_order if all(before[-1] < after[0] for before, after in pairwise(filled)) else None


def _sorted(orders: Sequence[Sequence[str]]) -> tuple[str, ...] | None:
    first_come = {contig: at for at, contig in enumerate(dict.fromkeys(chain.from_iterable(orders)))}
    after: dict[str, set[str]] = {contig: set() for contig in first_come}
    for order in orders:
        for before, behind in pairwise(order):
            after[before].add(behind)
    waiting = Counter(chain.from_iterable(after.values()))
    free = [(at, contig) for contig, at in first_come.items() if not waiting[contig]]
    found = []
    while free:
        _, contig = heappop(free)
        found.append(contig)
        for behind in after[contig]:
            waiting[behind] -= 1
            if not waiting[behind]:
                heappush(free, (first_come[behind], behind))
    return tuple(found) if len(found) == len(first_come) else None
