"""Galaxy from bytes to answers: what a server sent becomes what people ask."""

import shutil
from pathlib import Path

from grt_platform_tests.fixtures.platform import Platform

SAMPLE = Path(__file__).parents[2] / "grt_platform/systems/galaxy/sample"
ONE = "5e9a1f7c-20f4-4b1e-8c0d-7d1f4d1e2207"


def drop(platform: Platform, source: Path = SAMPLE / ONE, instance: str = ONE) -> None:
    shutil.copytree(source, platform.home / "raw" / "galaxy" / instance, dirs_exist_ok=True)


def count(platform: Platform, table: str, where: str = "true") -> int:
    return platform.warehouse.fetch(f"SELECT count(*) AS n FROM galaxy.{table} WHERE {where}")[0]["n"]


def test_a_day_of_usegalaxy_org_becomes_tables_and_products(platform: Platform):
    drop(platform)
    platform.settle("galaxy_uploads")
    assert count(platform, "jobs") == 12_068
    assert count(platform, "metrics_num") == 56_458
    assert count(platform, "instances", "is_self_registered") == 1
    [row] = platform.warehouse.fetch("SELECT * FROM galaxy.ledger")
    assert (row["status"], row["rows_in"], row["rows_loaded"]) == ("loaded", 68_526, 68_526)
    [activity] = platform.warehouse.fetch("SELECT * FROM galaxy.instance_activity")
    assert (activity["jobs"], activity["reports"]) == (12_068, 1)
    overall = platform.warehouse.fetch("SELECT sum(jobs) AS n FROM galaxy.tool_usage_overall WHERE period = 'month'")
    assert overall[0]["n"] == 12_068
