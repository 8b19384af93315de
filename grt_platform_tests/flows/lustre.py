"""What flow tests of lustre share: leaving dumps in the folder, reading the tables, comparing lake with warehouse."""

from collections.abc import Iterable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from grt_platform.kernel.table import Table
from grt_platform.systems.lustre.logic.generate import Recipe, generate
from grt_platform.systems.lustre.logic.names import mpistat_key
from grt_platform.systems.lustre.schemas import TABLES
from grt_platform_tests.fixtures.frames import fetch_frame
from grt_platform_tests.fixtures.platform import Platform
from grt_platform_tests.flows.galaxy import in_order

SENSOR = "lustre_dumps"
FIRST, SECOND, THIRD = date(2026, 7, 14), date(2026, 7, 15), date(2026, 7, 16)
MORNING = "2026-07-17T05:00:00+00:00"
ONE, TWO = "scratch114", "scratch119"


def folder(platform: Platform) -> Path:
    """The folder where dumps are left."""
    return platform.home / "raw" / "lustre" / "mpistat"


def made(dumped_on: date = FIRST, volume: str = ONE, lines: int = 400, **recipe: Any) -> bytes:
    """The bytes of a made dump."""
    sink = BytesIO()
    generate(sink, Recipe(volume, dumped_on, lines, **recipe))
    return sink.getvalue()


def leave(platform: Platform, dumped_on: date, volume: str, dump: bytes) -> Path:
    """A dump lies in the folder."""
    path = folder(platform) / mpistat_key(dumped_on, volume)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(dump)
    return path


def receive(platform: Platform, dumped_on: date, volume: str, dump: bytes, moment: str = MORNING) -> None:
    """The same, and everything that follows from it."""
    leave(platform, dumped_on, volume, dump)
    platform.at(moment)
    platform.settle(SENSOR)


def rows(platform: Platform, table: str, where: str = "true") -> list[dict[str, Any]]:
    """Rows of a served table."""
    return [dict(row) for row in platform.warehouse.fetch(f"SELECT * FROM lustre.{table} WHERE {where}", {})]


def statuses(platform: Platform) -> dict[tuple[str, str], list[str]]:
    """For each date and volume the statuses of its versions, in the order of reception."""
    found: dict[tuple[str, str], list[str]] = {}
    sql = "SELECT dumped_on::text, volume, status FROM lustre.ledger ORDER BY received_at, source"
    for row in platform.warehouse.fetch(sql, {}):
        found.setdefault((str(row["dumped_on"]), str(row["volume"])), []).append(str(row["status"]))
    return found


def everything(platform: Platform, tables: Iterable[Table] = TABLES) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of the lake and of the warehouse, sorted."""
    found = {f"lake {table.noun}": in_order(platform.lake.scan(table).collect()) for table in tables}
    for table in tables:
        if not table.is_private:
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            found[f"warehouse {table.noun}"] = in_order(
                fetch_frame(platform.warehouse, f"SELECT {names} FROM lustre.{table.noun}")
            )
    return found
