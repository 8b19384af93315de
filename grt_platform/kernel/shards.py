"""How one large thing is cut into shards that several workers do, and what a shard is called."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from math import ceil
from typing import Self

_KEY = re.compile(r"([1-9]\d{0,5})_of_([1-9]\d{0,5})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Shard:
    """One of `of` parts of a thing; `number` counts from 0."""

    number: int
    of: int

    @property
    def key(self) -> str:
        """The shard as a word of letters, digits and `_`, such as `2_of_5`."""
        return f"{self.number + 1}_of_{self.of}"

    @classmethod
    def of_key(cls, key: str) -> Self:
        """The shard that a key names.

        Raises:
            ValueError: It names none.
        """
        found = _KEY.fullmatch(key)
        if found is None or int(found[1]) > int(found[2]):
            raise ValueError(f"{key!r} names no shard")
        return cls(int(found[1]) - 1, int(found[2]))


def shards(of: int) -> list[Shard]:
    """All parts of a thing, in order."""
    return [Shard(number, of) for number in range(of)]


def how_many(work: float, enough: float, most: int) -> int:
    """Into how many shards so much work is cut, when one shard shall have `enough` of it: 1 to `most`."""
    return max(1, min(most, ceil(work / enough))) if enough > 0 else max(1, most)


def cut(weights: Sequence[float], most: int) -> list[range]:
    """Things of these weights in at most `most` runs of neighbours, about equally heavy; together all, none empty."""
    total = sum(weights) or 1.0
    ends = accumulate(weights)
    places = [int((end - weight / 2) / total * most) for end, weight in zip(ends, weights, strict=True)]
    runs = [[at for at, _ in of_run] for _, of_run in groupby(enumerate(places), key=lambda one: one[1])]
    return [range(run[0], run[-1] + 1) for run in runs]
