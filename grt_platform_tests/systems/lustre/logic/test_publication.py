"""Publication: everything by volume; by full sets only what the old manager would have reported, and again what was."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.systems.lustre.logic.plan import Action, Dump, full_set
from grt_platform.systems.lustre.logic.publication import Strictness, verdict

TODAY = date(2021, 8, 21)
STRICT = Strictness("full_set", TODAY, 10)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("day", "missing", "reported", "is_published", "words"),
    [
        (0, [], [], True, "full"),
        (9, [], [], True, "full"),
        (0, ["b", "a"], [], False, "lacks a, b"),
        (2, [], [1], False, "2021-08-20"),
        (2, [], [3], True, "full"),
        (10, [], [], False, "GRT_LUSTRE_MAX_DAYS_AGO=10"),
        (400, ["a"], [1, 400], True, "before"),
    ],
)
def test_only_a_full_set_that_is_new_is_reported_and_a_report_is_rebuilt(
    day: int,
    missing: list[str],
    reported: list[int],
    is_published: bool,
    words: str,
) -> None:
    found = verdict(ago(day), missing, {ago(other) for other in reported}, STRICT)
    assert found.is_published is is_published
    assert words in found.reason


@given(st.integers(0, 999), st.sets(st.sampled_from("abc")), st.sets(st.integers(0, 999)))
def test_volume_by_volume_everything_is_reported(day: int, missing: set[str], reported: set[int]) -> None:
    how = Strictness("volume", TODAY, 10)
    assert verdict(ago(day), missing, {ago(other) for other in reported}, how).is_published


@given(st.dictionaries(st.tuples(st.integers(0, 12).map(ago), st.sampled_from("ab")), st.just(Dump.LOADED)),
       st.sets(st.integers(0, 12).map(ago)))  # fmt: skip
def test_what_the_plan_runs_is_what_is_published_next(dumps: dict[tuple[date, str], Dump], reported: set[date]) -> None:
    lines = full_set(TODAY, 10, "ab", dumps, reported)
    planned = [line.day for line in lines if line.action is Action.RUN]
    missing = {day: [volume for volume in "ab" if (day, volume) not in dumps] for day in map(ago, range(13))}
    new = [day for day in missing if day not in reported and verdict(day, missing[day], reported, STRICT).is_published]
    assert planned == new[:1]
