"""Sets of numbers as intervals that do not touch: looking a number up costs the same among many as among few."""

from bisect import bisect_right
from collections.abc import Iterable
from decimal import Decimal

_BEFORE, _AT, _BEHIND = -1, 0, 1
Edge = tuple[Decimal, int]
Interval = tuple[Edge, Edge]
"""Two places between numbers: an edge lies just before or just behind its number."""

_LOWEST: Edge = (Decimal("-Infinity"), _BEFORE)
_HIGHEST: Edge = (Decimal("Infinity"), _BEHIND)


def compared(operator: str, bound: Decimal) -> Interval:
    """All numbers `>`, `>=`, `<` or `<=` the bound."""
    edge = (bound, _BEHIND if operator in {">", "<="} else _BEFORE)
    return (edge, _HIGHEST) if operator.startswith(">") else (_LOWEST, edge)


def between(low: Decimal, high: Decimal) -> Interval:
    """All numbers from one to the other, both with it."""
    return (low, _BEFORE), (high, _BEHIND)


class Numbers:
    """The union of intervals."""

    def __init__(self, intervals: Iterable[Interval]) -> None:
        self._lows: list[Edge] = []
        self._highs: list[Edge] = []
        for low, high in sorted(intervals):
            if low >= high:
                continue
            if self._highs and low <= self._highs[-1]:
                self._highs[-1] = max(self._highs[-1], high)
            else:
                self._lows.append(low)
                self._highs.append(high)

    def __contains__(self, number: Decimal) -> bool:
        at = bisect_right(self._lows, (number, _AT)) - 1
        return at >= 0 and (number, _AT) < self._highs[at]
