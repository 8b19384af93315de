"""The same flow where raw, lake and products are prefixes of an S3 bucket."""

import pytest

from grt_platform.settings import settings
from grt_platform_tests.fixtures.platform import Platform
from grt_platform_tests.fixtures.seaweed import Seaweed
from grt_platform_tests.flows.lustre import FIRST, MORNING, ONE, SENSOR, TWO, made, rows, statuses


@pytest.mark.service
@pytest.mark.slow
def test_dumps_in_a_bucket_become_tables_and_reports_in_a_bucket_and_rows_in_postgres(
    platform: Platform, seaweed: Seaweed, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, lake, products = seaweed.place(), seaweed.place(), seaweed.place()
    urls = {"raw_url": raw.url, "lake_url": lake.url, "products_url": products.url, **raw.settings}
    for name, value in urls.items():
        monkeypatch.setenv(f"GRT_{name.upper()}", value)
    settings.cache_clear()
    platform.raw.put("lustre/mpistat/20260714_114.dat.gz", made())
    platform.raw.put("lustre/mpistat/20260714_119.dat.gz", made(volume=TWO)[:700])
    platform.at(MORNING)
    platform.settle(SENSOR)
    assert statuses(platform) == {("2026-07-14", ONE): ["loaded"], ("2026-07-14", TWO): ["rejected"]}
    assert sum(row["inodes"] for row in rows(platform, "group_usage", f"dumped_on = '{FIRST}'")) == 400
    assert len([fact for fact in platform.raw.list("lustre/kept/") if fact.key.endswith(".json")]) == 2
    assert products.store().read("lustre/reports/report-20260714.tsv").startswith(b"Lustre Volume\tPI\t")
    assert not (platform.home / "lake").exists()
