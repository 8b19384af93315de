"""How galaxy is cut: by instance (known once its folder is seen) and month received; how fresh it should be."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import polars as pl

from grt_platform.settings import settings
from grt_platform.systems.galaxy.pictures import Picture, drawn

INSTANCES = dg.DynamicPartitionsDefinition(name="galaxy_instances")
MONTHS = dg.MonthlyPartitionsDefinition(start_date=settings().galaxy_first_month, fmt="%Y-%m", end_offset=1)
INSTANCE_MONTHS = dg.MultiPartitionsDefinition({"instance_id": INSTANCES, "received_month": MONTHS})
FRESHNESS = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=settings().galaxy_freshness_days))
BY_INSTANCE = dg.MultiToSingleDimensionPartitionMapping("instance_id")


def month_of(moment: datetime) -> str:
    """The month a moment lies in, as partitions name it."""
    return moment.astimezone(UTC).strftime("%Y-%m")


def partition_key(instance_id: str, month: str) -> str:
    """The partition's name in Dagster."""
    return str(dg.MultiPartitionKey({"instance_id": instance_id, "received_month": month}))


def months_by_instance(keys: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """The keys of one run as instances with their months, each once, in order."""
    cells: dict[str, list[str]] = {}
    for key in sorted(keys):
        instance_id, month = key.split("|")
        cells.setdefault(instance_id, []).append(month)
    yield from cells.items()


def cut(
    context: dg.AssetExecutionContext, rows: pl.DataFrame, *pictures: Picture
) -> dg.MaterializeResult[dict[str, pl.DataFrame]]:
    """The rows by the instances of the run, with pictures of them where the run is about one instance.

    Args:
        context: Of an asset cut by instance.
        rows: Of any number of instances, with the column `instance_id`.
        pictures: What to draw of them.
    """
    frames = {key: rows.filter(pl.col("instance_id") == key) for key in context.partition_keys}
    return dg.MaterializeResult(value=frames, metadata=drawn(rows, *pictures) if len(frames) == 1 else {})
