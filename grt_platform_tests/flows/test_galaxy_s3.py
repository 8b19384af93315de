"""The same flow where raw and lake are prefixes of an S3 bucket."""

import pytest

from grt_platform.settings import settings
from grt_platform_tests.fixtures.platform import Platform
from grt_platform_tests.fixtures.seaweed import Seaweed
from grt_platform_tests.flows.galaxy import AUGUST, JULY, ONE, SENSOR, agree, count, ledger
from grt_platform_tests.galaxy_archives import Made, make_archive


def put(platform: Platform, made: Made) -> None:
    """Leave a report in the instance's prefix."""
    for suffix, data in ((".tar.gz", made.archive), (".json", made.metadata)):
        platform.raw.put(f"galaxy/{ONE}/archives/{made.report_id}{suffix}", data)


@pytest.mark.service
@pytest.mark.slow
def test_reports_in_a_bucket_become_tables_in_a_bucket_and_products_in_postgres(
    platform: Platform, seaweed: Seaweed, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, lake = seaweed.place(), seaweed.place()
    for name, value in {"raw_url": raw.url, "lake_url": lake.url, **raw.settings}.items():
        monkeypatch.setenv(f"GRT_{name.upper()}", value)
    settings.cache_clear()
    first = make_archive("F4d", range(1, 30), generated="1656720000.0")
    put(platform, first)
    put(platform, Made("broken", b"no archive", first.metadata))
    platform.at(JULY)
    platform.settle(SENSOR)
    assert count(platform, "jobs") == 29
    assert [row["status"] for row in ledger(platform)] == ["loaded", "rejected"]
    put(platform, make_archive("F4d", range(20, 40), seed=1, generated="1656730000.0"))
    platform.at(AUGUST)
    platform.settle(SENSOR)
    assert count(platform, "jobs") == 39
    assert count(platform, "jobs", "received_month = '2026-08'") == 20
    assert count(platform, "tool_usage_overall", "period = 'month'") > 0
    assert agree(platform.lake, platform.warehouse)
    assert not (platform.home / "lake").exists()
    runs = len(platform.runs)
    platform.settle(SENSOR)
    assert len(platform.runs) == runs
