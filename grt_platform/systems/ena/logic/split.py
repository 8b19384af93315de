"""Runs divided into batches, one for each machine: the same runs give the same batches, whatever order they come in."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from heapq import heapify, heapreplace
from itertools import islice

from grt_platform.kernel.errors import BadInputError


@dataclass(frozen=True, slots=True)
class Sized:
    """A run and the bytes of its files."""

    run_accession: str
    size_bytes: int


Batch = tuple[Sized, ...]


def by_size(runs: Iterable[Sized], batches: int) -> list[Batch]:
    """At most `batches` batches of nearly the same bytes; runs in each by accession.

    The largest run goes first, each to the batch with the fewest bytes (longest processing time first): the fullest
    batch has at most 4/3 of the bytes it would have in the best division.
    """
    _check(batches)
    ordered = sorted(runs, key=lambda run: (-run.size_bytes, run.run_accession))
    open_batches: list[tuple[int, int]] = [(0, number) for number in range(min(batches, len(ordered)))]
    filled: list[list[Sized]] = [[] for _ in open_batches]
    heapify(open_batches)
    for run in ordered:
        size, number = open_batches[0]
        filled[number].append(run)
        heapreplace(open_batches, (size + run.size_bytes, number))
    return [_in_order(batch) for batch in filled]


def in_turn(runs: Iterable[Sized], batches: int) -> list[Batch]:
    """At most `batches` batches, the runs dealt out by accession one by one."""
    _check(batches)
    ordered = _in_order(runs)
    return [tuple(islice(ordered, number, None, batches)) for number in range(min(batches, len(ordered)))]


def within(batches: Sequence[Batch], fits: Callable[[Batch], bool]) -> list[Batch]:
    """The same batches, those that do not fit cut into halves until all do.

    Args:
        batches: Of any number of runs.
        fits: Whether a machine can be told of a batch.

    Raises:
        BadInputError: A single run does not fit.
    """
    kept: list[Batch] = []
    stack = list(reversed(batches))
    while stack:
        batch = stack.pop()
        if fits(batch):
            kept.append(batch)
        elif len(batch) == 1:
            raise BadInputError(f"run {batch[0].run_accession} alone is too much for one machine; exclude it")
        else:
            middle = len(batch) // 2
            stack += [batch[middle:], batch[:middle]]
    return kept


def batch_id(taxonomy_id: int, batch: Batch) -> str:
    """The name of a batch: the same for the same runs of a taxon, and a host name, for machines are named after it."""
    told = "\n".join(f"{run.run_accession}\t{run.size_bytes}" for run in batch)
    return f"t{taxonomy_id}-{hashlib.sha256(told.encode()).hexdigest()[:16]}"


def _in_order(runs: Iterable[Sized]) -> Batch:
    return tuple(sorted(runs, key=lambda run: run.run_accession))


def _check(batches: int) -> None:
    if batches < 1:
        raise BadInputError(f"{batches} machines cannot share work: allow at least one")
