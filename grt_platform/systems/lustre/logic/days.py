"""Whether all volumes of a date are there, and which volumes were to come."""

from collections.abc import Collection
from datetime import date, timedelta

import polars as pl

from grt_platform.systems.lustre.schemas import DAYS

REMEMBERED = timedelta(days=10)
"""A volume that was loaded within so many days before is expected, where no setting names the volumes."""


def dates_around(dumped_on: date) -> list[str]:
    """The date and those before it that still count, as partitions name them."""
    return [(dumped_on - timedelta(days=days)).isoformat() for days in range(REMEMBERED.days + 1)]


def expected_volumes(ledger: pl.LazyFrame, named: Collection[str], dumped_on: date) -> list[str]:
    """The volumes that were to come on a date, sorted.

    What is loaded of days before it only later, as by a backfill, changes nothing: a rebuild gives the same.

    Args:
        ledger: Rows of `lustre/table/ledger` of `dates_around` it.
        named: Volumes that a setting names; empty takes those of which a dump came that day, be it a bad one, and
            those of which a good one of the days before had come by then.
        dumped_on: The date.
    """
    if named:
        return sorted(named)
    is_of_date = pl.col("dumped_on") == dumped_on
    had_come = pl.col("received_at") <= pl.col("received_at").filter(is_of_date).max()
    was_good = pl.col("status").is_in(["loaded", "replaced", "duplicate"])
    return sorted(ledger.filter(is_of_date | (had_come & was_good)).select("volume").unique().collect()["volume"])


def day(ledger: pl.LazyFrame, totals: pl.LazyFrame, dumped_on: date, expected: Collection[str]) -> pl.DataFrame:
    """The row of `lustre/product/days`.

    Args:
        ledger: Rows of `lustre/table/ledger` of the date.
        totals: Rows of `lustre/table/volume_totals` of the date.
        dumped_on: The date.
        expected: Volumes that were to come.
    """
    loaded = totals.select("volume", "used_bytes", "entries").collect()
    seen = ledger.filter(pl.col("status") == "rejected").select("volume").unique().collect()["volume"]
    missing = sorted(set(expected) - set(loaded["volume"]))
    row = {
        "dumped_on": dumped_on,
        "expected": len(set(expected)),
        "loaded": loaded.height,
        "rejected": len(set(seen) - set(loaded["volume"])),
        "is_complete": not missing,
        "missing": ",".join(missing),
        "used_bytes": loaded["used_bytes"].sum(),
        "inodes": loaded["entries"].sum(),
    }
    return pl.DataFrame([row], schema=DAYS.polars_schema())
