"""What is expected on a date: the forecasts as they are without one, and the bounds told with one."""

from datetime import timedelta

import pytest

from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.errors import BadInputError
from grt_platform.serving.page import Page
from grt_platform.systems.lustre.schemas import FORECASTS
from grt_platform.systems.lustre.serving.ahead import expected
from grt_platform.systems.lustre.serving.queries import Wanted, forecasts
from grt_platform_tests.systems.lustre.rows import DAY, row, serve


def test_served_forecasts_tell_of_any_date(warehouse: Warehouse) -> None:
    serve(
        warehouse,
        FORECASTS,
        row(FORECASTS, gid=1, warning_level=1, used_bytes=100, quota_bytes=400, bytes_per_day=10.0, inodes=7),
        row(FORECASTS, gid=2, warning_level=2, used_bytes=100, bytes_per_day=None),
    )
    rows = forecasts(warehouse, Wanted(), 1, Page(10))
    assert [each["gid"] for each in expected(rows, None)] == [2, 1]
    told = expected(rows, DAY + timedelta(days=10))
    assert [(each["gid"], each["expected_bytes"], each["expected_fraction"]) for each in told] == [
        (2, 100, None),
        (1, 200, 0.5),
    ]
    with pytest.raises(BadInputError, match="choose a date from 2026-11-01"):
        expected(rows, DAY - timedelta(days=1))


def test_no_forecast_is_expected_nothing() -> None:
    assert expected([], DAY) == []
