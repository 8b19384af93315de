"""When `load --wait` and the demo go on: once all that follows from the loaded dumps is served, forecasts with it."""

from datetime import date

import polars as pl
import pytest

from grt_platform.kernel.table import Table
from grt_platform.orchestration.describe import asset_key
from grt_platform.serving.door import Loaded
from grt_platform.systems.lustre.schemas import FORECASTS, REPORT_FILES
from grt_platform.systems.lustre.serving.door import LUSTRE
from grt_platform_tests.fixtures.platform import Platform
from grt_platform_tests.flows.lustre import FIRST, MORNING, ONE, SECOND, SENSOR, THIRD, TWO, leave, made, receive

pytestmark = pytest.mark.slow


def is_settled(platform: Platform, dumped_on: date, volume: str = ONE) -> bool:
    """What the door says of one dump."""
    return LUSTRE.is_settled(
        platform.warehouse, [Loaded("", "", (("dumped_on", dumped_on.isoformat()), ("volume", volume)))]
    )


Served = list[tuple[Table, dict[str, str], pl.DataFrame]]


def held(platform: Platform, dumped_on: date) -> Served:
    """What the lake holds of the forecasts of the volume and of the reports of a date."""
    return [
        (table, partition, platform.lake.scan(table, partition).collect())
        for table, partition in (
            (FORECASTS, {"volume": ONE}),
            (REPORT_FILES, {"dumped_on": dumped_on.isoformat()}),
        )
    ]


def test_a_dump_is_settled_once_its_report_and_its_forecasts_are_served_and_are_made_of_it(platform: Platform) -> None:
    leave(platform, FIRST, ONE, made())
    platform.at(MORNING)
    platform.settle(SENSOR, only=lambda partition: partition != ONE)
    assert platform.warehouse.fetch("SELECT file FROM lustre.report_files", {})
    assert not is_settled(platform, FIRST)
    platform.materialize([asset_key(FORECASTS), asset_key(FORECASTS.served())], ONE)
    assert is_settled(platform, FIRST)
    newer, older, second = (THIRD, made(THIRD, lines=410)), (SECOND, made(SECOND, lines=405)), (FIRST, made(seed=1))
    for hour, (dumped_on, dump) in enumerate((newer, older, second), 6):
        before = held(platform, dumped_on)
        receive(platform, dumped_on, ONE, dump, f"2026-07-17T{hour:02}:00:00+00:00")
        assert is_settled(platform, dumped_on), hour
        for old, new in zip(before, held(platform, dumped_on), strict=True):
            platform.warehouse.replace(*old)
            assert not is_settled(platform, dumped_on), (hour, old[0].noun)
            platform.warehouse.replace(*new)


def test_a_first_dump_that_is_rejected_makes_its_date_incomplete_and_is_settled_without_a_forecast(
    platform: Platform,
) -> None:
    leave(platform, FIRST, TWO, made(FIRST, TWO, fault="truncated"))
    leave(platform, SECOND, ONE, made(SECOND, fault="empty"))
    receive(platform, FIRST, ONE, made())
    [day] = platform.warehouse.fetch("SELECT * FROM lustre.days WHERE dumped_on = %s", [FIRST])
    assert (day["expected"], day["loaded"], day["rejected"], day["is_complete"], day["missing"]) == (
        2,
        1,
        1,
        False,
        TWO,
    )
    assert is_settled(platform, FIRST, TWO)
    assert is_settled(platform, SECOND)
