"""One check of a taxon: ENA is asked for what is new, and its answer kept; then, stage by stage, what follows."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta

from grt_platform.systems.ena.logic.query import TaxonQuery
from grt_platform.systems.ena.portal import Portal
from grt_platform.systems.ena.records import Check, Records


@dataclass(frozen=True, slots=True)
class Habits:
    """How ENA is asked.

    Attributes:
        overlap: How far before the last check the next one begins.
        has_subtree: Whether taxa below the tracked one are taken.
        slice_runs: Most runs of one answer, as far as days allow.
    """

    overlap: timedelta
    has_subtree: bool
    slice_runs: int


class Checking:
    """Asks ENA.

    Args:
        records: Where answers are kept.
        portal: Makes a client of ENA.
        habits: How it is asked.
    """

    def __init__(self, records: Records, portal: Callable[[], Portal], habits: Habits) -> None:
        self._records, self._portal, self._habits = records, portal, habits

    def check(self, taxonomy_id: int, now: datetime) -> Check:
        """What is new of the taxon since its last complete check is kept in raw.

        Raises:
            BadInputError: ENA refuses the question.
            UnavailableError: ENA did not answer well.
        """
        has_subtree = self._habits.has_subtree
        since = self._records.since(taxonomy_id, self._habits.overlap, has_subtree=has_subtree)
        with closing(self._portal()) as portal:
            query = TaxonQuery(taxonomy_id, has_subtree, since)
            return self._records.check(portal, query, now, self._habits.slice_runs)
