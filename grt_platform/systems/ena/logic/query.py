"""What ENA's portal API is asked: queries of one taxon, cut into ranges of days so that `offset` is never needed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

OLDEST = date(2000, 1, 1)
"""Before the first run that ENA made public."""


@dataclass(frozen=True, slots=True)
class Days:
    """A range of days, both ends in it."""

    first: date
    last: date

    def halves(self) -> "tuple[Days, Days]":
        """The same days as two ranges; only for more than one day."""
        middle = self.first + (self.last - self.first) // 2
        return Days(self.first, middle), Days(middle + timedelta(days=1), self.last)


@dataclass(frozen=True, slots=True)
class TaxonQuery:
    """The runs of one taxon.

    Attributes:
        taxonomy_id: The tracked taxon.
        has_subtree: With all taxa below it.
        since: Only runs made public or changed on this day or later; None for all.
    """

    taxonomy_id: int
    has_subtree: bool = True
    since: date | None = None

    def text(self, days: Days | None = None) -> str:
        """The query in the portal API's language, within `days` of becoming public where given."""
        parts = [f"tax_{'tree' if self.has_subtree else 'eq'}({self.taxonomy_id})"]
        if self.since is not None:
            parts.append(f"(first_public>={self.since} OR last_updated>={self.since})")
        if days is not None:
            parts += [f"first_public>={days.first}", f"first_public<={days.last}"]
        return " AND ".join(parts)


def slices(
    query: TaxonQuery, count: Callable[[str], int], total: int, most: int, today: date
) -> Iterator[tuple[Days | None, int]]:
    """Ranges of days of at most `most` runs each with the runs in them, oldest first; empty ones are left out.

    Args:
        query: What is asked for.
        count: How many runs answer a query text.
        total: How many answer the whole query.
        most: Most runs of a range; a single day with more stays one range.
        today: The day of asking, UTC; ranges end a day later, for ENA's clock may be ahead.
    """
    if total <= most:
        yield None, total
        return
    stack = [Days(OLDEST, today + timedelta(days=1))]
    while stack:
        days = stack.pop()
        runs = count(query.text(days))
        if runs <= most or days.first == days.last:
            if runs:
                yield days, runs
        else:
            stack.extend(reversed(days.halves()))
