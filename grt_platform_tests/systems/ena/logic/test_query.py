"""Queries by taxon and day; slices that hold every run exactly once."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from grt_platform.systems.ena.logic.query import OLDEST, Days, TaxonQuery, slices

TODAY = date(2026, 11, 26)
DAYS = st.dates(OLDEST, TODAY + timedelta(days=1))


def test_a_query_names_taxon_subtree_and_both_dates_of_a_change():
    assert TaxonQuery(562).text() == "tax_tree(562)"
    since = TaxonQuery(562, has_subtree=False, since=date(2026, 1, 2))
    assert since.text() == "tax_eq(562) AND (first_public>=2026-01-02 OR last_updated>=2026-01-02)"
    assert since.text(Days(TODAY, TODAY)).endswith(" AND first_public>=2026-11-26 AND first_public<=2026-11-26")


@given(st.lists(DAYS, max_size=60), st.integers(1, 10))
def test_slices_hold_every_run_once_and_are_small_unless_they_are_one_day(public, most):
    asked: list[str] = []

    def count(text: str) -> int:
        asked.append(text)
        first, last = (date.fromisoformat(part[-10:]) for part in text.split(" AND ")[-2:])
        return sum(first <= day <= last for day in public)

    found = list(slices(TaxonQuery(1), count, len(public), most, TODAY))
    assert sum(runs for _, runs in found) == len(public)
    if len(public) <= most:
        assert (found, asked) == ([(None, len(public))], [])
        return
    ranges = [days for days, _ in found]
    assert ranges == sorted(ranges, key=lambda days: days.first)
    assert all(before.last < after.first for before, after in pairwise(ranges))
    assert all(runs <= most or days.first == days.last for days, runs in found)
