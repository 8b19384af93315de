"""Values as people read them."""

from datetime import UTC, date, datetime

import pytest

from grt_platform.web import shown


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        (shown.size, 0, "0 B"),
        (shown.size, 1023, "1023 B"),
        (shown.size, 1024, "1 KiB"),
        (shown.size, 1_370_000_000_000, "1.25 TiB"),
        (shown.size, -5 * 2**30, "-5 GiB"),
        (shown.size, 2**80, "1048576 EiB"),
        (shown.limit, 0, "unlimited"),
        (shown.limit, None, "unknown"),
        (shown.number, 1234567, "1,234,567"),
        (shown.amount, 0.25, "0.25"),
        (shown.amount, 12345.6, "12,346"),
        (shown.percent, 0.004, "< 1 %"),
        (shown.percent, 0.0, "0 %"),
        (shown.percent, 1.234, "123 %"),
        (shown.duration, 59, "59 s"),
        (shown.duration, 11_520, "3.2 h"),
        (shown.day, date(2026, 11, 1), "2026-11-01"),
        (shown.moment, datetime(2026, 11, 1, 2, 3, 4, tzinfo=UTC), "2026-11-01 02:03 UTC"),
        (shown.counts, {"not positive": 1, "negative": 2000, "large": 1}, "negative: 2,000, large: 1, not positive: 1"),
        (shown.pretty, {"a": "<b>\u00e9"}, '{\n "a": "<b>\u00e9"\n}'),
    ],
)
def test_a_value_is_shown_with_its_unit(form, value, text) -> None:
    assert form(value) == text


@pytest.mark.parametrize(
    "form", [shown.size, shown.number, shown.amount, shown.percent, shown.duration, shown.day, shown.counts]
)
def test_what_is_not_known_is_shown_as_nothing(form) -> None:
    assert form(None) == ""
