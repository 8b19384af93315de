"""How archives of galaxy arrive: in halves, late, twice, under other names, over each other."""

import json

import dagster as dg
import pytest

from grt_platform.systems.galaxy.logic.kept import read_kept
from grt_platform_tests.fixtures.platform import Platform
from grt_platform_tests.flows.galaxy import (
    AUGUST,
    JULY,
    ONE,
    SENSOR,
    SEPTEMBER,
    TWO,
    agree,
    count,
    inbox,
    ledger,
    receive_tables,
    settle_tables,
    statuses,
    tiny,
)
from grt_platform_tests.galaxy_archives import Made, make_archive

pytestmark = pytest.mark.slow

FIRST = tiny("1,cat,1,ok,None\n2,cat,1,ok,None\n", "1,core,cores,1\n")
SECOND = tiny("1,cat,2,ok,None\n2,cat,2,ok,None\n3,cat,2,ok,None\n", "1,core,cores,2\n2,core,cores,2\n")
BROKEN = Made(FIRST.report_id, FIRST.archive[:-9], FIRST.metadata)


def kept_archives(platform: Platform) -> list[bytes]:
    """The archives on the shelf in the order of their reception."""
    store = platform.raw
    return [store.read(version.archive_key) for version in read_kept(store.list(f"galaxy/{ONE}/"))]


def versions_of_jobs(platform: Platform) -> dict[int, str]:
    rows = platform.warehouse.fetch("SELECT job_id, tool_version FROM galaxy.jobs")
    return {row["job_id"]: row["tool_version"] for row in rows}


def test_an_archive_is_taken_when_its_partner_has_come_and_folders_of_other_names_are_nobodys(
    platform: Platform,
) -> None:
    receive_tables(platform, JULY, FIRST, instance=TWO)
    inbox(platform).mkdir(parents=True)
    for stranger in ("no instance", "a|b", ONE.upper(), f"{ONE}x", "5e9a1f7c20f44b1e8c0d7d1f4d1e2207"):
        (platform.home / "raw" / "galaxy" / stranger / "archives").mkdir(parents=True)
        FIRST.write(platform.home / "raw" / "galaxy" / stranger / "archives")
    archive, metadata = (inbox(platform) / f"{FIRST.report_id}{suffix}" for suffix in (".tar.gz", ".json"))
    metadata.write_bytes(FIRST.metadata)
    for _ in range(3):
        assert isinstance(platform.look(SENSOR), dg.SkipReason)
    assert len(platform.runs) == 1
    archive.write_bytes(FIRST.archive[:100])
    platform.look(SENSOR)
    archive.write_bytes(FIRST.archive)
    assert isinstance(platform.look(SENSOR), dg.SkipReason)
    settle_tables(platform)
    assert statuses(platform) == {"1656720000.0.tar.gz": ["loaded"]}
    assert {row["instance_id"] for row in platform.warehouse.fetch("SELECT * FROM galaxy.instances")} == {ONE, TWO}
    assert count(platform, "instances", "is_self_registered AND key_sha256 IS NULL") == 2
    assert set(platform.instance.get_dynamic_partitions("galaxy_instances")) == {ONE, TWO}


def test_a_file_written_over_is_a_new_version_and_a_broken_one_leaves_the_last_good_one_loaded(
    platform: Platform,
) -> None:
    receive_tables(platform, JULY, FIRST)
    receive_tables(platform, "2026-07-16T12:00:00+00:00", SECOND)
    assert statuses(platform) == {"1656720000.0.tar.gz": ["replaced", "loaded"]}
    assert versions_of_jobs(platform) == {1: "2", 2: "2", 3: "2"}
    assert count(platform, "metrics_num") == 2
    receive_tables(platform, "2026-07-17T12:00:00+00:00", BROKEN)
    receive_tables(platform, AUGUST, BROKEN)
    assert statuses(platform) == {"1656720000.0.tar.gz": ["replaced", "loaded", "rejected", "rejected"]}
    assert versions_of_jobs(platform) == {1: "2", 2: "2", 3: "2"}
    assert [row["reason"] for row in ledger(platform)][2] == (
        "archive: its sha256 is not the report_hash of the metadata; upload both again"
    )
    assert kept_archives(platform) == [FIRST.archive, SECOND.archive, BROKEN.archive, BROKEN.archive]
    assert agree(platform.lake, platform.warehouse)


def test_a_version_of_a_later_month_replaces_the_first_and_its_rows(platform: Platform) -> None:
    receive_tables(platform, JULY, FIRST)
    receive_tables(platform, AUGUST, SECOND)
    assert statuses(platform) == {"1656720000.0.tar.gz": ["replaced", "loaded"]}
    assert versions_of_jobs(platform) == {1: "2", 2: "2", 3: "2"}
    assert count(platform, "metrics_num") == 2
    assert count(platform, "reports") == 1
    assert agree(platform.lake, platform.warehouse)


def test_the_same_bytes_under_another_name_are_a_duplicate(platform: Platform) -> None:
    receive_tables(platform, JULY, FIRST)
    receive_tables(platform, JULY.replace("15T", "16T"), FIRST, name="copy")
    receive_tables(platform, AUGUST, FIRST, name="copy of a copy")
    assert statuses(platform) == {
        "1656720000.0.tar.gz": ["loaded"],
        "copy.tar.gz": ["duplicate"],
        "copy of a copy.tar.gz": ["duplicate"],
    }
    assert count(platform, "jobs") == 2
    runs = len(platform.runs)
    settle_tables(platform)
    assert len(platform.runs) == runs


def test_reports_that_come_late_and_out_of_order_load(platform: Platform) -> None:
    made = [
        make_archive("F6", range(start, start + 10), generated=f"165672{number}000.0")
        for number, start in enumerate((1, 101, 201))
    ]
    receive_tables(platform, AUGUST, made[2])
    receive_tables(platform, AUGUST.replace("15T", "16T"), made[0])
    receive_tables(platform, SEPTEMBER, made[1], name="9")
    assert {status for found in statuses(platform).values() for status in found} == {"loaded"}
    assert count(platform, "jobs") == 30
    assert agree(platform.lake, platform.warehouse)


def test_a_format_of_the_future_stays_raw_and_is_listed(platform: Platform) -> None:
    keys = json.loads(FIRST.metadata) | {"version": 4}
    receive_tables(platform, JULY, Made("4", FIRST.archive, json.dumps(keys).encode()), SECOND)
    assert statuses(platform) == {"4.tar.gz": ["rejected"], "1656720000.0.tar.gz": ["loaded"]}
    assert ledger(platform)[1]["reason"].startswith("metadata: unknown version 4")
    assert sorted(kept_archives(platform)) == sorted([FIRST.archive, SECOND.archive])
