"""What the flow tests of galaxy share: dropping reports, reading the tables, comparing the lake with the warehouse."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl

from grt_platform.adapters.lake import Lake
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.table import Table
from grt_platform.systems.galaxy.schemas import RAW_TABLES, TABLES
from grt_platform_tests.fixtures.frames import fetch_frame
from grt_platform_tests.fixtures.platform import Platform
from grt_platform_tests.galaxy_archives import HEADERS, Made, make_archive

ONE = "5e9a1f7c-20f4-4b1e-8c0d-7d1f4d1e2207"
TWO = "0b7c1a52-6f0e-4d57-9c53-3f3c1f3a9d11"
JULY, AUGUST, SEPTEMBER = (f"2026-{month:02}-15T12:00:00+00:00" for month in (7, 8, 9))
SENSOR = "galaxy_uploads"


def inbox(platform: Platform, instance: str = ONE) -> Path:
    """The folder where an instance leaves its archives."""
    return platform.home / "raw" / "galaxy" / instance / "archives"


def send(platform: Platform, *made: Made, instance: str = ONE, name: str | None = None) -> None:
    """Leave reports in the folder of an instance, over what lies there; `name` is another file name."""
    for one in made:
        folder = inbox(platform, instance)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name or one.report_id}.tar.gz").write_bytes(one.archive)
        (folder / f"{name or one.report_id}.json").write_bytes(one.metadata)


def receive(platform: Platform, moment: str, *made: Made, instance: str = ONE, name: str | None = None) -> None:
    """Send reports at a moment, and let everything follow from them."""
    platform.at(moment)
    send(platform, *made, instance=instance, name=name)
    platform.settle(SENSOR)


def receive_tables(platform: Platform, moment: str, *made: Made, instance: str = ONE, name: str | None = None) -> None:
    """The same, without the products."""
    platform.at(moment)
    send(platform, *made, instance=instance, name=name)
    settle_tables(platform)


def settle_tables(platform: Platform) -> None:
    """Let everything happen but the products."""
    platform.settle(SENSOR, only=lambda partition: "|" in partition)


def tiny(jobs: str, metrics: str = "", generated: str = "1656720000.0", **members: str) -> Made:
    """A report of these lines, commas for tabs."""
    given = {"jobs": jobs, "metric_num": metrics, **members}
    texts = {kind: f"{HEADERS[kind]}\n{lines}".replace(",", "\t").encode() for kind, lines in given.items()}
    return make_archive("F6" if "params" not in members else "F4", [], generated=generated, texts=texts)


def count(platform: Platform, table: str, where: str = "true") -> int:
    """Rows of a served table."""
    return int(platform.warehouse.fetch(f"SELECT count(*) AS n FROM galaxy.{table} WHERE {where}")[0]["n"])


def ledger(platform: Platform, instance: str = ONE) -> list[dict[str, Any]]:
    """The ledger of an instance in the order of reception."""
    sql = "SELECT * FROM galaxy.ledger WHERE instance_id = %s ORDER BY received_at, source"
    return [dict(row) for row in platform.warehouse.fetch(sql, (instance,))]


def statuses(platform: Platform, instance: str = ONE) -> dict[str, list[str]]:
    """For each file name the statuses of its versions in the order of reception."""
    found: dict[str, list[str]] = {}
    for row in ledger(platform, instance):
        found.setdefault(row["source"], []).append(row["status"])
    return found


def lake_bytes(platform: Platform) -> dict[str, bytes]:
    """Every file of the lake by its place in it."""
    root = platform.home / "lake"
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*.parquet")}


def rows_of_lake(lake: Lake, tables: Iterable[Table] = TABLES) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of tables in the lake, sorted."""
    return {table.noun: in_order(lake.scan(table).collect()) for table in tables}


def rows_of_warehouse(warehouse: Warehouse, tables: Iterable[Table] = TABLES) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of the tables that are served, sorted."""
    return {
        table.noun: in_order(
            fetch_frame(
                warehouse, f"SELECT {', '.join(column.name for column in table.columns)} FROM galaxy.{table.noun}"
            )
        )
        for table in tables
        if not table.is_private
    }


def in_order(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    """The rows as values that compare alike wherever they were stored."""
    return sorted((tuple(map(_plain, row)) for row in frame.iter_rows()), key=repr)


def agree(lake: Lake, warehouse: Warehouse) -> bool:
    """Whether every served table holds the lake's rows."""
    tables = [table for table in RAW_TABLES if not table.is_private and table.noun != "quarantine"]
    in_lake, in_warehouse = rows_of_lake(lake, tables), rows_of_warehouse(warehouse, tables)
    for noun, rows in in_lake.items():
        assert rows == in_warehouse[noun], noun
    return True


def _plain(value: object) -> object:
    if isinstance(value, str) and value.startswith(("{", "[")):
        import json

        return json.dumps(json.loads(value), sort_keys=True)
    return value.normalize() if hasattr(value, "normalize") and not isinstance(value, str) else value
