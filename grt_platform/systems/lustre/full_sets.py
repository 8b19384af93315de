"""Whether what is known of a date is published: with each volume, or by the rule of full sets."""

from datetime import date

import polars as pl

from grt_platform.adapters.lake import Lake
from grt_platform.adapters.store import Store
from grt_platform.settings import settings
from grt_platform.systems.lustre.limits import named_volumes, publication_rule
from grt_platform.systems.lustre.logic.days import dates_around, day, expected_volumes
from grt_platform.systems.lustre.logic.publication import Strictness, Verdict, verdict
from grt_platform.systems.lustre.reports import reported
from grt_platform.systems.lustre.schemas import LEDGER, VOLUME_TOTALS


def row_of(lake: Lake, dumped_on: date) -> pl.DataFrame:
    """The row of `lustre/product/days`: which volumes of the date are there, and which are missing."""
    around = lake.scan(LEDGER, {"dumped_on": dates_around(dumped_on)})
    of_date = {"dumped_on": dumped_on.isoformat()}
    expected = expected_volumes(around, named_volumes(), dumped_on)
    return day(lake.scan(LEDGER, of_date), lake.scan(VOLUME_TOTALS, of_date), dumped_on, expected)


def how_strict(today: date) -> Strictness:
    """The rule of the settings, on a day."""
    return Strictness(publication_rule(), today, settings().lustre_max_days_ago)


def verdict_of(lake: Lake, products: Store, dumped_on: date, today: date) -> Verdict:
    """Whether reports of a date are published; a date is reported when its file is there."""
    missing = [name for name in row_of(lake, dumped_on)["missing"].item().split(",") if name]
    return verdict(dumped_on, missing, reported(products), how_strict(today))


def volumes_to_serve(lake: Lake, products: Store, cell: tuple[date, str], today: date) -> list[str]:
    """The volumes to serve when one was made anew: itself; by the rule of full sets all of its date, or none.

    Args:
        lake: Where the tables are.
        products: Where reports are.
        cell: Date and volume of what was made.
        today: The date.
    """
    dumped_on, volume = cell
    if publication_rule() == "volume":
        return [volume]
    if not verdict_of(lake, products, dumped_on, today).is_published:
        return []
    loaded = lake.scan(VOLUME_TOTALS, {"dumped_on": dumped_on.isoformat()}).select("volume").collect()["volume"]
    return sorted({volume, *loaded})
