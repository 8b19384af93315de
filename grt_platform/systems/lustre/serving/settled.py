"""Whether all that follows from dumps is served: what is shown is compared with what the lake makes of them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from grt_platform.serving import handles
from grt_platform.serving.door import Loaded

if TYPE_CHECKING:
    import polars as pl

    from grt_platform.adapters.lake import Lake
    from grt_platform.adapters.warehouse import Warehouse
    from grt_platform.kernel.table import Table

_OF_SETTINGS = {"expected", "is_complete", "missing", "warning_level", "warning"}
"""Columns that follow from settings too, which this process may know otherwise than the one that made them."""


def is_settled(warehouse: "Warehouse", loaded: Sequence[Loaded]) -> bool:
    """Whether everything that people ask for and that follows from the loaded dumps is served.

    Tables of the dumps, completeness and reports of their dates, forecasts of their volumes; of dates that the rule of
    full sets withholds only completeness and forecasts. Splits are files for other servers and may come later.
    """
    cells = [dict(one.partition) for one in loaded]
    dates = sorted({date.fromisoformat(cell["dumped_on"]) for cell in cells})
    lake = handles.lake()
    if not all(_is_counted(warehouse, lake, dumped_on) for dumped_on in dates):
        return False
    shown = sorted(set(dates) - _withheld(warehouse, dates))
    return (
        _are_tables_shown(warehouse, shown)
        and all(_is_named(lake, cell) for cell in cells)
        and all(_is_reported(warehouse, lake, dumped_on) for dumped_on in shown)
        and all(_is_foretold(warehouse, lake, volume) for volume in sorted({cell["volume"] for cell in cells}))
    )


def _is_counted(warehouse: "Warehouse", lake: "Lake", dumped_on: date) -> bool:
    from grt_platform.systems.lustre.full_sets import row_of
    from grt_platform.systems.lustre.schemas import DAYS

    return _is_served(warehouse, DAYS, dumped_on.isoformat(), row_of(lake, dumped_on))


def _withheld(warehouse: "Warehouse", dates: Sequence[date]) -> set[date]:
    """Dates that are not published yet, by the rule of full sets."""
    from grt_platform.systems.lustre.full_sets import how_strict
    from grt_platform.systems.lustre.logic.publication import verdict
    from grt_platform.systems.lustre.serving.queries import reported

    known, how = reported(warehouse), how_strict(datetime.now(UTC).date())
    sql = "SELECT dumped_on, missing FROM lustre.days WHERE dumped_on = ANY(%s)"
    missing = {
        row["dumped_on"]: row["missing"].split(",") if row["missing"] else [] for row in warehouse.fetch(sql, [dates])
    }
    return {day for day, volumes in missing.items() if not verdict(day, volumes, known, how).is_published}


def _are_tables_shown(warehouse: "Warehouse", dates: Sequence[date]) -> bool:
    """Whether every loaded dump of the dates is the one whose tables are served."""
    sql = """
        SELECT count(*) AS unseen FROM lustre.ledger l
        WHERE l.dumped_on = ANY(%s) AND l.status = 'loaded' AND NOT EXISTS (
            SELECT FROM lustre.volume_totals v
            WHERE (v.dumped_on, v.volume, v.version) = (l.dumped_on, l.volume, l.version))"""
    return not warehouse.fetch(sql, [dates])[0]["unseen"]


def _is_named(lake: "Lake", cell: Mapping[str, str]) -> bool:
    """Whether the groups of the dump that is loaded, if one is, have their names and quotas."""
    from grt_platform.systems.lustre.schemas import GROUP_TOTALS, GROUP_USAGE

    names = ["gid", "used_bytes", "inodes", "files", "last_modified_at"]
    totals, usage = (
        lake.scan(table, cell).select(names).sort("gid").collect() for table in (GROUP_TOTALS, GROUP_USAGE)
    )
    return totals.equals(usage)


def _is_reported(warehouse: "Warehouse", lake: "Lake", dumped_on: date) -> bool:
    from grt_platform.systems.lustre.reports import report_files
    from grt_platform.systems.lustre.schemas import GROUP_USAGE, REPORT_FILES

    of_date = lake.scan(GROUP_USAGE, {"dumped_on": dumped_on.isoformat()}).collect()
    return _is_served(warehouse, REPORT_FILES, dumped_on.isoformat(), report_files(dumped_on, of_date))


def _is_foretold(warehouse: "Warehouse", lake: "Lake", volume: str) -> bool:
    """Whether the forecasts are of every loaded dump of the volume; where none is loaded, there is no forecast."""
    from grt_platform.systems.lustre.limits import warning_levels
    from grt_platform.systems.lustre.logic.forecast import forecasts
    from grt_platform.systems.lustre.schemas import FORECASTS, GROUP_USAGE

    history = lake.scan(GROUP_USAGE, {"volume": volume}).collect()
    return _is_served(warehouse, FORECASTS, volume, forecasts(history, warning_levels()))


def _is_served(warehouse: "Warehouse", table: "Table", partition: str, expected: "pl.DataFrame") -> bool:
    """Whether the served partition has the expected rows."""
    import polars as pl

    names = [name for name in table.polars_schema() if name not in _OF_SETTINGS]
    sql = f"SELECT {', '.join(names)} FROM {table.system}.{table.noun} WHERE {table.partition_by[0]}::text = %s"
    wanted = expected.select(names).sort(table.key)
    return pl.DataFrame(warehouse.fetch(sql, [partition]), wanted.schema).sort(table.key).equals(wanted)
