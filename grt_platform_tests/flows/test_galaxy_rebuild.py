"""Everything right of raw can be deleted and made again: the same bytes in the lake, the same rows in Postgres."""

import shutil

import dagster as dg
import pytest

from grt_platform.orchestration.describe import asset_key
from grt_platform.systems.galaxy.assets.table import SERVED
from grt_platform.systems.galaxy.partitions import partition_key
from grt_platform.systems.galaxy.schemas import RAW_TABLES
from grt_platform_tests.fixtures.platform import Platform
from grt_platform_tests.flows.galaxy import (
    AUGUST,
    JULY,
    ONE,
    TWO,
    lake_bytes,
    receive,
    rows_of_warehouse,
    send,
    tiny,
)
from grt_platform_tests.galaxy_archives import Made, make_archive

CELLS = [(ONE, "2026-07"), (ONE, "2026-08"), (TWO, "2026-07")]


def fill(platform: Platform) -> None:
    """Two instances and months; reports that overlap, a bad one, one replaced, all members."""
    old = make_archive("F4", range(1, 40), generated="1656720000.0")
    send(platform, old, instance=TWO)
    receive(platform, JULY, old, make_archive("F4d", range(100, 120), generated="1656730000.0"))
    bad = Made("bad", b"no archive", old.metadata)
    later = make_archive("F4d", range(30, 50), seed=3, generated="1656740000.0")
    private = tiny("900,cat,1,ok,None\n", params='900,path,"\\"a\\""\n901,path,"\\"a\\""\n', generated="1656750000.0")
    receive(platform, AUGUST, private, later, bad, make_archive("F4", range(1, 39), seed=9, generated="1656720000.0"))


def rebuild(platform: Platform, cells: list[tuple[str, str]]) -> None:
    """Materializes partitions, and then what follows from them."""
    keys = [dg.AssetKey(["galaxy", "raw", "archives"]), *map(asset_key, (*RAW_TABLES, *SERVED))]
    for cell in cells:
        platform.materialize(keys, partition_key(*cell))
    platform.settle()


def empty_warehouse(platform: Platform) -> None:
    """No table of galaxy holds a row, but the registry."""
    sql = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname LIKE 'galaxy%%' AND tablename <> 'instances'"
    names = [f'{row["schemaname"]}."{row["tablename"]}"' for row in platform.warehouse.fetch(sql, {})]
    with platform.warehouse.transaction() as connection:
        connection.execute(f"TRUNCATE {', '.join(names)}".encode())


@pytest.mark.slow
def test_one_archive_one_instance_or_everything_made_again_gives_the_same_bytes_and_rows(platform: Platform) -> None:
    fill(platform)
    assert platform.warehouse.fetch("SELECT 1 FROM galaxy.quarantine WHERE raw = '(private)'")
    lake, warehouse = lake_bytes(platform), rows_of_warehouse(platform.warehouse)
    assert {row[:2] for row in warehouse["jobs"]} >= {(ONE, "2026-07")}
    for cells in (CELLS[:1], CELLS[:2]):
        rebuild(platform, cells)
        assert lake_bytes(platform) == lake
        assert rows_of_warehouse(platform.warehouse) == warehouse
    empty_warehouse(platform)
    for cell in CELLS:
        platform.materialize([*map(asset_key, SERVED)], partition_key(*cell))
    published = rows_of_warehouse(platform.warehouse)
    assert {table.noun: published[table.noun] for table in SERVED} == {t.noun: warehouse[t.noun] for t in SERVED}
    assert lake_bytes(platform) == lake
    shutil.rmtree(platform.home / "lake")
    empty_warehouse(platform)
    assert not any(rows_of_warehouse(platform.warehouse).values())
    rebuild(platform, CELLS[::-1])
    assert lake_bytes(platform).keys() == lake.keys()
    assert lake_bytes(platform) == lake
    assert rows_of_warehouse(platform.warehouse) == warehouse
