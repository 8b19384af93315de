"""Everything right of raw can be made again, also after `kill -9` at any moment and by two at once: the same rows."""

import shutil

import dagster as dg
import pytest

from grt_platform.orchestration.describe import asset_key
from grt_platform.settings import settings
from grt_platform.systems.lustre.partitions import partition_key
from grt_platform.systems.lustre.schemas import ACCOUNTS, OF_DUMP
from grt_platform.systems.lustre.serving.door import LUSTRE
from grt_platform_tests.fixtures.forks import FORKS
from grt_platform_tests.fixtures.platform import Platform
from grt_platform_tests.flows.lustre import FIRST, ONE, SECOND, TWO, everything, leave, made, receive
from grt_platform_tests.flows.lustre_builder import build, build_and_die

SCANNED = [table for table in (*OF_DUMP, *ACCOUNTS) if table.noun not in {"group_usage", "project_usage"}]


def empty(platform: Platform, *, kept: bool = True) -> None:
    """Nothing is in the lake, in the warehouse, and where asked on the shelf."""
    shutil.rmtree(platform.home / "lake", ignore_errors=True)
    if not kept:
        shutil.rmtree(platform.home / "raw" / "lustre" / "kept", ignore_errors=True)
    tables = platform.warehouse.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'lustre'", {})
    with platform.warehouse.transaction() as connection:
        connection.execute(f"TRUNCATE {', '.join('lustre.' + str(row['tablename']) for row in tables)}".encode())


@pytest.mark.slow
def test_a_rebuild_from_raw_gives_the_same_rows_everywhere(platform: Platform) -> None:
    leave(platform, FIRST, TWO, made(FIRST, TWO, fault="truncated"))
    leave(platform, FIRST, ONE, made())
    receive(platform, SECOND, ONE, made(SECOND, bad_lines=1, lines=5000))
    before = everything(platform)
    assert before["warehouse group_usage"]
    assert before["warehouse forecasts"]
    empty(platform)
    platform.at("2026-08-01T00:00:00+00:00")
    for key in LUSTRE.partitions():
        platform.materialize([dg.AssetKey(parts) for parts in LUSTRE.rebuilt], key)
    platform.settle()
    assert everything(platform) == before


@pytest.mark.slow
def test_a_dump_that_is_rejected_by_new_rules_is_in_nothing_any_more(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    products = platform.home / "products"
    receive(platform, FIRST, "scratch116", made(FIRST, "scratch116", lines=5000, bad_lines=1))
    assert {path.suffix for path in products.rglob("*") if path.is_file()} == {".csv", ".tsv", ".gz", ".txt", ""}
    monkeypatch.setenv("GRT_LUSTRE_MAX_BAD_SHARE", "0")
    settings.cache_clear()
    platform.materialize([dg.AssetKey(parts) for parts in LUSTRE.rebuilt], partition_key(FIRST, "scratch116"))
    platform.settle()
    kept = {name for name, rows in everything(platform).items() if rows}
    assert kept == {f"{where} {noun}" for where in ("lake", "warehouse") for noun in ("ledger", "days")}
    [day] = platform.warehouse.fetch("SELECT loaded, rejected, used_bytes FROM lustre.days", {})
    assert tuple(day.values()) == (0, 1, 0)
    assert [path for path in products.rglob("*") if path.is_file()] == []


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_scan_that_is_killed_at_any_moment_and_run_again_ends_as_if_undisturbed(
    platform: Platform, warehouse_url: str
) -> None:
    leave(platform, FIRST, ONE, made(lines=2000, bad_lines=1))
    build(platform.home, warehouse_url, FIRST, ONE)
    expected = everything(platform, SCANNED)
    assert expected["warehouse ledger"]
    survived = 0
    for at in range(1, 20):
        empty(platform, kept=False)
        child = FORKS.Process(target=build_and_die, args=(platform.home, warehouse_url, FIRST, ONE, at))
        child.start()
        child.join(300)
        if child.exitcode == 0:
            survived = at
            break
        assert child.exitcode == -9, at
        assert not everything(platform, SCANNED)["warehouse ledger"], at
        build(platform.home, warehouse_url, FIRST, ONE)
        assert everything(platform, SCANNED) == expected, at
    assert survived > 8


@pytest.mark.slow
def test_two_processes_on_one_volume_end_as_one_would(platform: Platform, warehouse_url: str) -> None:
    leave(platform, FIRST, ONE, made(lines=2000, bad_lines=1))
    build(platform.home, warehouse_url, FIRST, ONE)
    expected = everything(platform, SCANNED)
    empty(platform)
    both = [FORKS.Process(target=build, args=(platform.home, warehouse_url, FIRST, ONE)) for _ in range(2)]
    for child in both:
        child.start()
    for child in both:
        child.join(300)
    assert [child.exitcode for child in both] == [0, 0]
    assert everything(platform, SCANNED) == expected


@pytest.mark.slow
def test_sums_made_again_from_the_entries_alone_are_those_of_the_scan(platform: Platform) -> None:
    receive(platform, FIRST, ONE, made(lines=3000))
    before = everything(platform)
    shutil.rmtree(platform.home / "raw" / "lustre" / "kept")
    for noun in ("tree", "group_totals", "project_totals", "user_usage"):
        [table] = [table for table in OF_DUMP if table.noun == noun]
        platform.lake.remove(table, {"dumped_on": FIRST.isoformat(), "volume": ONE})
        platform.materialize([asset_key(table)], partition_key(FIRST, ONE))
    platform.settle()
    assert everything(platform) == before
