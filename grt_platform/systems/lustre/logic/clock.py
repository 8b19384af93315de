"""The clock of a dump: ages and days count from the last second of the date in its name."""

from datetime import UTC, date, datetime, time


def as_of(dumped_on: date) -> datetime:
    """The last second of a date, UTC."""
    return datetime.combine(dumped_on, time(23, 59, 59), UTC)
