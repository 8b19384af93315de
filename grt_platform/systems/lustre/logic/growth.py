"""How fast something grows, and when it reaches a limit: medians of slopes, so that no single odd day decides.

The growth in a day is the median of the slopes between all pairs of points (Theil and Sen); from the newest point on
what grows is taken to go on so. Points are days with a loaded dump; a day without one is no point, never a zero.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np

HORIZON_DAYS = 5 * 365
"""What is farther away is as good as never."""
WINDOW_DAYS = 30
LEAST_POINTS = 3


def recent(points: Mapping[date, int]) -> list[tuple[date, int]]:
    """The points that count, by day: those of the 30 days up to the newest, or the last three where they are fewer."""
    ordered = sorted(points.items())
    since = ordered[-1][0] - timedelta(days=WINDOW_DAYS) if ordered else date.min
    window = [point for point in ordered if point[0] >= since]
    return window if len(window) >= LEAST_POINTS else ordered[-LEAST_POINTS:]


def growth(points: Sequence[tuple[date, int]]) -> float | None:
    """Growth in a day; None where there is one point or none.

    Args:
        points: Each day once, by day.
    """
    if len(points) < 2:
        return None
    days = np.array([day.toordinal() for day, _ in points], dtype=np.int64)
    values = np.array([float(value) for _, value in points])
    first, second = np.triu_indices(len(points), 1)
    return float(np.median((values[second] - values[first]) / (days[second] - days[first])))


def expected(now: int, per_day: float | None, days: int) -> float:
    """What it will be in so many days, never below 0; as now where nothing is known of its growth."""
    return max(0.0, now + (per_day or 0.0) * days)


def reached_on(now: int, per_day: float | None, limit: int | None, today: date) -> date | None:
    """The day on which it reaches a limit.

    Args:
        now: What it is today.
        per_day: Its growth; None where that is unknown.
        limit: The limit; 0 is none, None an unknown one.
        today: Day of the newest point.

    Returns:
        Today where it is there already; None for no limit, without growth, or beyond five years.
    """
    if not limit:
        return None
    if now >= limit:
        return today
    if per_day is None or per_day <= 0 or (days := (limit - now) / per_day) > HORIZON_DAYS:
        return None
    return today + timedelta(days=math.ceil(days))
