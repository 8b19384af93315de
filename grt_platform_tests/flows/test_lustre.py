"""A day's dumps become who uses what: bytes in the folder, answers in Postgres."""

from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from grt_platform.serving.door import Loaded
from grt_platform.settings import settings
from grt_platform.systems.lustre.schemas import ENTRIES, TREE
from grt_platform.systems.lustre.serving.door import LUSTRE
from grt_platform_tests.fixtures.platform import Platform
from grt_platform_tests.flows.lustre import (
    FIRST,
    MORNING,
    ONE,
    SECOND,
    SENSOR,
    TWO,
    folder,
    leave,
    made,
    receive,
    rows,
    statuses,
)

pytestmark = pytest.mark.slow

GROUPS = "gid,name,pi,is_humgen\n{gid},hgi,Smith,true\n"


def sums(platform: Platform, table: str, dumped_on: date = FIRST) -> tuple[int, int]:
    """Used bytes and inodes of a served table on a date."""
    found = rows(platform, table, f"dumped_on = '{dumped_on}'")
    return sum(row["used_bytes"] for row in found), sum(row["inodes"] for row in found)


def test_a_dump_in_the_folder_becomes_rows_of_groups_users_and_projects(platform: Platform) -> None:
    receive(platform, FIRST, ONE, made())
    assert statuses(platform) == {("2026-07-14", ONE): ["loaded"]}
    [totals] = rows(platform, "volume_totals")
    assert (totals["lines"], totals["entries"], totals["quarantined"]) == (400, 400, 0)
    assert totals["used_bytes"] > 0
    for table in ("group_usage", "user_usage"):
        assert sums(platform, table) == (totals["used_bytes"], 400), table
    assert rows(platform, "project_usage")
    [day] = rows(platform, "days")
    assert (day["expected"], day["loaded"], day["is_complete"], day["missing"]) == (1, 1, True, "")
    tree = platform.lake.scan(TREE).collect()
    root = tree.sort("depth").row(0, named=True)
    assert (root["used_bytes"], root["inodes"]) == (totals["used_bytes"], 400)


def test_bad_lines_are_set_aside_and_the_others_load(platform: Platform) -> None:
    receive(platform, FIRST, ONE, made(lines=5000, bad_lines=1))
    [row] = rows(platform, "ledger")
    assert row["status"] == "loaded"
    assert row["rows_in"] == row["rows_loaded"] + row["rows_quarantined"]
    bad = rows(platform, "quarantine")
    assert len(bad) == row["rows_quarantined"] > 10
    assert all(each["reason"] and each["source"] == row["source"] for each in bad)


@pytest.mark.parametrize("fault", ["truncated", "empty", "garbage", "corrupt"])
def test_a_dump_that_is_not_whole_is_rejected_and_its_neighbour_and_yesterday_stay(
    platform: Platform, fault: str
) -> None:
    receive(platform, FIRST, ONE, made())
    before = sums(platform, "group_usage")
    leave(platform, SECOND, TWO, made(SECOND, TWO))
    receive(platform, SECOND, ONE, made(SECOND, fault=fault))
    assert statuses(platform)["2026-07-15", ONE] == ["rejected"]
    [rejected] = rows(platform, "ledger", "status = 'rejected'")
    assert rejected["reason"]
    assert rejected["rows_loaded"] == 0
    assert {(row["dumped_on"], row["volume"]) for row in rows(platform, "group_usage")} == {(FIRST, ONE), (SECOND, TWO)}
    assert sums(platform, "group_usage") == before
    days = {row["dumped_on"]: row for row in rows(platform, "days")}
    assert (days[SECOND]["loaded"], days[SECOND]["rejected"], days[SECOND]["is_complete"]) == (1, 1, False)
    assert days[SECOND]["missing"] == ONE


def test_several_gzip_members_and_zeros_at_the_end_are_one_whole_dump(platform: Platform) -> None:
    leave(platform, FIRST, TWO, made(FIRST, TWO, fault="zeros"))
    receive(platform, FIRST, ONE, made(fault="members"))
    assert {row["entries"] for row in rows(platform, "volume_totals")} == {400}


def test_another_dump_of_the_same_day_replaces_the_first_everywhere(platform: Platform) -> None:
    receive(platform, FIRST, ONE, made())
    receive(platform, FIRST, ONE, made(lines=300, seed=7), "2026-07-17T06:00:00+00:00")
    assert statuses(platform) == {("2026-07-14", ONE): ["replaced", "loaded"]}
    [totals] = rows(platform, "volume_totals")
    assert totals["entries"] == 300
    assert sums(platform, "group_usage") == sums(platform, "user_usage") == (totals["used_bytes"], 300)
    assert platform.lake.scan(ENTRIES).collect().height == 300


def test_a_later_dump_that_is_rejected_leaves_the_good_one_in_place(platform: Platform) -> None:
    receive(platform, FIRST, ONE, made())
    before = sums(platform, "group_usage")
    receive(platform, FIRST, ONE, made(fault="truncated"), "2026-07-17T06:00:00+00:00")
    assert statuses(platform) == {("2026-07-14", ONE): ["loaded", "rejected"]}
    assert sums(platform, "group_usage") == before


def test_a_dump_that_still_grows_is_not_taken(platform: Platform) -> None:
    dump = made()
    path = leave(platform, FIRST, ONE, dump[:500])
    platform.at(datetime.now(UTC).isoformat())
    platform.look(SENSOR)
    path.write_bytes(dump[:900])
    platform.look(SENSOR)
    assert rows(platform, "ledger") == []
    path.write_bytes(dump)
    platform.settle(SENSOR)
    assert statuses(platform) == {("2026-07-14", ONE): ["loaded"]}


def test_a_folder_of_wrstat_is_taken_once_its_logs_are_there(platform: Platform) -> None:
    place = folder(platform) / "20260714-010000_\uff0flustre\uff0fscratch119"
    place.mkdir(parents=True)
    (place / "stats.gz").write_bytes(made(FIRST, TWO, form="wrstat_new"))
    platform.at(datetime.now(UTC).isoformat())
    platform.settle(SENSOR)
    assert rows(platform, "ledger") == []
    (place / "logs.gz").write_bytes(b"")
    platform.settle(SENSOR)
    assert statuses(platform) == {("2026-07-14", TWO): ["loaded"]}
    [totals] = rows(platform, "volume_totals")
    assert totals["form"] == "wrstat"


def test_a_dump_that_comes_late_is_booked_on_its_own_date(platform: Platform) -> None:
    receive(platform, SECOND, ONE, made(SECOND))
    receive(platform, date(2026, 3, 1), ONE, made(date(2026, 3, 1)))
    assert {row["dumped_on"] for row in rows(platform, "group_usage")} == {SECOND, date(2026, 3, 1)}


def test_names_that_mean_nothing_and_dates_that_are_none_are_left_alone(platform: Platform) -> None:
    folder(platform).mkdir(parents=True)
    for name in ("20261332_114.dat.gz", "notes.txt", "20260714_..dat.gz", "20180101_114.dat.gz", "20990101_114.dat.gz"):
        (folder(platform) / name).write_bytes(made())
    platform.at(MORNING)
    platform.settle(SENSOR)
    assert rows(platform, "ledger") == []
    assert len(list(folder(platform).iterdir())) == 5


def test_groups_get_names_and_quotas_of_the_time_of_the_dump(
    platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(platform, FIRST, ONE, made())
    gid = max(rows(platform, "group_usage"), key=lambda row: row["used_bytes"])["gid"]
    assert {row["group_name"] for row in rows(platform, "group_usage")} == {None}
    (tmp_path / "groups.csv").write_text(GROUPS.format(gid=gid))
    (tmp_path / "quotas.csv").write_text("volume,group,block_limit_kib,inode_limit\n114,hgi,1000,0\n")
    monkeypatch.setenv("GRT_LUSTRE_GROUPS_FILE", str(tmp_path / "groups.csv"))
    monkeypatch.setenv("GRT_LUSTRE_QUOTAS_FILE", str(tmp_path / "quotas.csv"))
    settings.cache_clear()
    platform.at("2026-07-15T05:00:00+00:00")
    for noun in ("groups", "quotas"):
        platform.materialize([_key("raw", noun)], None)
    receive(platform, SECOND, ONE, made(SECOND))
    named = {row["gid"]: row for row in rows(platform, "group_usage", f"dumped_on = '{SECOND}'")}
    row = named.pop(gid)
    assert (row["group_name"], row["pi"], row["is_humgen"]) == ("hgi", "Smith", True)
    assert (row["quota_bytes"], row["inode_quota"]) == (1_024_000, 0)
    assert row["used_fraction"] == row["used_bytes"] / 1_024_000
    assert {other["group_name"] for other in named.values()} == {None}
    assert {other["quota_bytes"] for other in named.values()} == {None}
    assert str(row["groups_taken_at"])[:10] == "2026-07-15"


def test_by_the_rule_of_full_sets_a_date_is_published_when_its_last_volume_is_loaded_and_none_is_newer(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRT_LUSTRE_PUBLICATION", "full_set")
    monkeypatch.setenv("GRT_LUSTRE_VOLUMES", f"{ONE},{TWO}")
    settings.cache_clear()
    receive(platform, SECOND, ONE, made(SECOND))
    reports = platform.home / "products" / "lustre" / "reports"
    assert statuses(platform) == {("2026-07-15", ONE): ["loaded"]}
    assert rows(platform, "group_usage") == rows(platform, "volume_totals") == rows(platform, "report_files") == []
    assert not reports.exists()
    loaded = [Loaded("", "", (("dumped_on", "2026-07-15"), ("volume", ONE)))]
    assert LUSTRE.is_settled(platform.warehouse, loaded)
    receive(platform, SECOND, TWO, made(SECOND, TWO))
    assert LUSTRE.is_settled(platform.warehouse, loaded)
    assert {row["volume"] for row in rows(platform, "group_usage")} == {ONE, TWO}
    assert {row["volumes"] for row in rows(platform, "report_files")} == {f"{ONE},{TWO}"}
    assert sorted(path.name for path in reports.iterdir()) == ["report-20260715.csv", "report-20260715.tsv"]
    leave(platform, FIRST, ONE, made())
    receive(platform, FIRST, TWO, made(FIRST, TWO))
    assert {row["dumped_on"] for row in rows(platform, "ledger")} == {FIRST, SECOND}
    assert {row["dumped_on"] for row in rows(platform, "group_usage")} == {SECOND}
    assert len(list(reports.iterdir())) == 2


def test_where_nobody_knows_groups_the_last_snapshot_stays_and_is_told_stale(platform: Platform) -> None:
    result = platform.materialize([_key("raw", "groups")], None)
    [event] = result.asset_materializations_for_node("lustre__raw__groups")
    assert event.metadata["is_stale"].value is True
    assert list(platform.raw.list("lustre/groups")) == []


def _key(layer: str, noun: str):
    return dg.AssetKey(["lustre", layer, noun])
