"""Galaxy from bytes to answers: what a server sent becomes what people ask."""

import shutil
from pathlib import Path

import duckdb
import pytest

from grt_platform_tests.fixtures.platform import Platform
from grt_platform_tests.flows.galaxy import ONE, SENSOR, TWO, agree, count, inbox, lake_bytes, receive
from grt_platform_tests.galaxy_archives import make_archive

pytestmark = pytest.mark.slow

SAMPLE = Path(__file__).parents[2] / "grt_platform/systems/galaxy/sample" / ONE / "archives"


def test_a_day_of_usegalaxy_org_becomes_tables_and_products_and_the_same_day_again_changes_nothing(
    platform: Platform,
) -> None:
    shutil.copytree(SAMPLE, inbox(platform), dirs_exist_ok=True)
    platform.settle(SENSOR)
    assert count(platform, "jobs") == 12_068
    assert count(platform, "metrics_num") == 56_458
    assert count(platform, "instances", "is_self_registered") == 1
    [row] = platform.warehouse.fetch("SELECT * FROM galaxy.ledger")
    assert (row["status"], row["rows_in"], row["rows_loaded"]) == ("loaded", 68_526, 68_526)
    [activity] = platform.warehouse.fetch("SELECT * FROM galaxy.instance_activity")
    assert (activity["jobs"], activity["reports"]) == (12_068, 1)
    overall = platform.warehouse.fetch("SELECT sum(jobs) AS n FROM galaxy.tool_usage_overall WHERE period = 'month'")
    assert overall[0]["n"] == 12_068
    assert agree(platform.lake, platform.warehouse)
    before, runs = lake_bytes(platform), len(platform.runs)
    platform.settle(SENSOR)
    assert len(platform.runs) == runs
    assert lake_bytes(platform) == before
    for path in inbox(platform).iterdir():
        path.touch()
    platform.settle(SENSOR)
    assert [row["status"] for row in platform.warehouse.fetch("SELECT status FROM galaxy.ledger ORDER BY 1")] == [
        "duplicate",
        "loaded",
    ]
    assert count(platform, "jobs") == 12_068
    runs = len(platform.runs)
    platform.settle(SENSOR)
    assert len(platform.runs) == runs


def test_products_of_instances_sum_up_to_those_over_all_and_duckdb_reads_the_lake(platform: Platform) -> None:
    receive(platform, "2026-07-15T12:00:00+00:00", make_archive("F4", range(1, 60)))
    receive(platform, "2026-08-15T12:00:00+00:00", make_archive("F6", range(1, 90), seed=2), instance=TWO)
    fetch = platform.warehouse.fetch
    for period in ("day", "week", "month"):
        columns = "sum(jobs) AS jobs, sum(jobs_ok) AS ok, sum(jobs_error) AS error, sum(jobs_unfinished) AS unfinished"
        [one] = fetch(f"SELECT {columns} FROM galaxy.tool_usage WHERE period = %s", (period,))
        [all_together] = fetch(f"SELECT {columns} FROM galaxy.tool_usage_overall WHERE period = %s", (period,))
        assert one == all_together
        assert one["jobs"] == 59 + 89
    sums = "SELECT quantity, sum(jobs) AS n FROM galaxy.tool_resources{} GROUP BY quantity ORDER BY quantity"
    assert fetch(sums.format("")) == fetch(sums.format("_overall"))
    assert fetch(sums.format(""))
    assert [row["jobs"] for row in fetch("SELECT jobs FROM galaxy.instance_activity ORDER BY jobs")] == [59, 89]
    assert count(platform, "which_instances_have", f"instance_id = '{TWO}' AND jobs > 0") == 4
    pattern = f"{platform.home}/lake/galaxy/jobs/**/*.parquet"
    read = f"FROM read_parquet('{pattern}', hive_partitioning=true)"
    with duckdb.connect() as connection:
        months = connection.execute(f"SELECT received_month, count(*) {read} GROUP BY 1 ORDER BY 1").fetchall()
        [[instances]] = connection.execute(f"SELECT count(DISTINCT instance_id) {read}").fetchall()
    assert [(str(month)[:7], n) for month, n in months] == [("2026-07", 59), ("2026-08", 89)]
    assert instances == 2
