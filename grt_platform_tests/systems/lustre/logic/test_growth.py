"""Growth and the day a limit is reached: exact for a line, deaf to single odd days and to days that are missing."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grt_platform.systems.lustre.logic.growth import HORIZON_DAYS, expected, growth, reached_on, recent

DAY = date(2026, 11, 1)
DAYS = st.sets(st.integers(0, 29), min_size=2, max_size=20)


def line(days: set[int], start: int, slope: int) -> list[tuple[date, int]]:
    return [(DAY + timedelta(days=n), start + n * slope) for n in sorted(days)]


@given(DAYS, st.integers(0, 2**60), st.integers(-(2**40), 2**40))
def test_the_growth_of_a_line_is_its_slope_whatever_days_are_missing(days: set[int], start: int, slope: int) -> None:
    assert growth(line(days, start, slope)) == pytest.approx(slope, rel=1e-6, abs=64)


@given(st.integers(5, 20), st.data())
def test_one_odd_day_decides_nothing(count: int, data: st.DataObject) -> None:
    points = line(set(range(count)), 1000, 10)
    at = data.draw(st.integers(0, count - 1))
    points[at] = (points[at][0], data.draw(st.integers(0, 2**62)))
    assert 0 < growth(points) <= 2**62


def test_a_spike_leaves_the_growth_as_it_was() -> None:
    points = line(set(range(9)), 1000, 10)
    points[4] = (points[4][0], 10**15)
    assert growth(points) == 10.0


def test_one_point_or_none_tells_no_growth() -> None:
    assert growth([]) is None
    assert growth([(DAY, 5)]) is None


def test_only_the_last_thirty_days_count_or_the_last_three_points() -> None:
    points = {DAY + timedelta(days=n): n for n in (0, 10, 69, 70, 90, 100)}
    assert [value for _, value in recent(points)] == [70, 90, 100]
    sparse = {DAY + timedelta(days=n): n for n in (0, 100, 200, 300)}
    assert [value for _, value in recent(sparse)] == [100, 200, 300]
    assert recent({}) == []


@pytest.mark.parametrize(
    ("now", "per_day", "limit", "days"),
    [
        (90, 10.0, 100, 1),
        (90, 3.0, 100, 4),
        (100, 1.0, 100, 0),
        (101, -5.0, 100, 0),
        (100, None, 100, 0),
        (0, 1.0, HORIZON_DAYS, HORIZON_DAYS),
        (0, 1.0, HORIZON_DAYS + 1, None),
        (90, 0.0, 100, None),
        (90, -1.0, 100, None),
        (90, None, 100, None),
        (90, 1e-300, 100, None),
        (90, 10.0, 0, None),
        (90, 10.0, None, None),
    ],
)
def test_a_limit_is_reached_today_later_or_never(
    now: int, per_day: float | None, limit: int | None, days: int | None
) -> None:
    assert reached_on(now, per_day, limit, DAY) == (None if days is None else DAY + timedelta(days=days))


@given(st.integers(0, 2**62), st.floats(-1e18, 1e18), st.integers(1, 2**62))
def test_on_that_day_the_limit_is_reached_and_the_day_before_it_is_not(now: int, per_day: float, limit: int) -> None:
    found = reached_on(now, per_day, limit, DAY)
    if found is not None and found > DAY:
        days = (found - DAY).days
        assert expected(now, per_day, days) >= limit * (1 - 1e-9)
        assert expected(now, per_day, days - 1) < limit * (1 + 1e-9)


def test_nothing_is_expected_to_be_negative() -> None:
    assert expected(5, -10.0, 3) == 0.0
    assert expected(5, None, 3) == 5.0
