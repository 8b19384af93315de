"""How lustre is cut: by date of the dump and by volume, which is known once its first dump is seen."""

from collections.abc import Iterable
from datetime import date, timedelta

import dagster as dg

from grt_platform.settings import settings

VOLUMES = dg.DynamicPartitionsDefinition(name="lustre_volumes")
DATES = dg.DailyPartitionsDefinition(start_date=settings().lustre_first_date, end_offset=2)
DUMPS = dg.MultiPartitionsDefinition({"dumped_on": DATES, "volume": VOLUMES})
BY_VOLUME = dg.MultiToSingleDimensionPartitionMapping("volume")
BY_DATE = dg.MultiToSingleDimensionPartitionMapping("dumped_on")
FRESHNESS = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=settings().lustre_freshness_days))


def partition_key(dumped_on: date, volume: str) -> str:
    """The partition's name in Dagster."""
    return str(dg.MultiPartitionKey({"dumped_on": dumped_on.isoformat(), "volume": volume}))


def cells(keys: Iterable[str]) -> list[tuple[date, str]]:
    """The keys of one run as dates and volumes, in order."""
    parts = (key.split("|", 1) for key in sorted(keys))
    return [(date.fromisoformat(dumped_on), volume) for dumped_on, volume in parts]


def columns_of(dumped_on: date, volume: str) -> dict[str, str]:
    """The partition as the tables' columns have it."""
    return {"dumped_on": dumped_on.isoformat(), "volume": volume}
