"""Names of records: the first word of the header, and how often it came before."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grt_platform.kernel.errors import BadSourceError
from grt_platform.systems.genes.logic.batch import Batch
from grt_platform.systems.genes.logic.faults import shown
from grt_platform.systems.genes.logic.index import Index, Numbers, Scratch, hashed, in_memory
from grt_platform.systems.genes.logic.options import Options

MOST_NAME_BYTES = 1024


def name_of(header: str) -> str:
    """The first word of a header, which has no blanks at its end; empty where it has none."""
    return header.split(None, 1)[0] if header else ""


@dataclass(frozen=True, slots=True)
class Named:
    """Names of records, and which occurrence of its name each is."""

    names: list[str]
    occurrences: npt.NDArray[np.int64]

    def taken(self, keep: npt.NDArray[np.bool_]) -> "Named":
        """Only the records that are marked."""
        if keep.all():
            return self
        return Named([n for n, k in zip(self.names, keep.tolist(), strict=True) if k], self.occurrences[keep])


class Names:
    """The names of one upload; a name repeats when the first words of two headers are the same, letter by letter."""

    def __init__(self, options: Options, scratch: Scratch = in_memory) -> None:
        self._options, self._index = options, Index(scratch)

    def name(self, batch: Batch) -> Named:
        """Name the records, in the order of the file; records without a name never repeat one.

        Raises:
            BadSourceError: A name repeats where that is an error, or is too long.
        """
        names = [name_of(header) for header in batch.headers]
        counts, firsts = self.count(names, batch.ordinals)
        self._check(batch, names, counts, firsts)
        return Named(names, counts)

    def count(self, names: Sequence[str], ordinals: Numbers) -> tuple[Numbers, Numbers]:
        """How often each name has come now, and the ordinal that it first came with."""
        counts, firsts = self._index.add(hashed(names), ordinals)
        counts[[not name for name in names]] = 1
        return counts, firsts

    def _check(
        self, batch: Batch, names: list[str], counts: npt.NDArray[np.int64], firsts: npt.NDArray[np.int64]
    ) -> None:
        if max(map(len, names), default=0) * 4 > MOST_NAME_BYTES:
            self._check_lengths(batch, names)
        if self._options.on_repeat == "error" and counts.max(initial=0) > 1:
            row = int(np.argmax(counts > 1))
            reason = f"record {batch.ordinals[row]} repeats the name {shown(names[row])!r} of record {firsts[row]}"
            raise BadSourceError(
                f"{reason}; rename it, or load with --on-repeat keep or first", line=int(batch.lines[row])
            )

    def _check_lengths(self, batch: Batch, names: list[str]) -> None:
        for row, name in enumerate(names):
            if len(name.encode()) > MOST_NAME_BYTES:
                reason = (
                    f"record {batch.ordinals[row]}: its name, {shown(name)!r}, has more than {MOST_NAME_BYTES} bytes"
                )
                raise BadSourceError(f"{reason}; put a blank behind the name", line=int(batch.lines[row]))
