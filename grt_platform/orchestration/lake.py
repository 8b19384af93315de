"""The IO manager of tables in the lake: what an asset returns is the partition, what it asks for is a lazy frame."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import polars as pl

from grt_platform.adapters.frames import Frames
from grt_platform.kernel.table import Table
from grt_platform.orchestration.describe import table_of
from grt_platform.orchestration.execution import errors_by_kind
from grt_platform.orchestration.partitions import partitions_of, values_of
from grt_platform.orchestration.resources import LakeResource


class LakeIOManager(dg.ConfigurableIOManager):
    """Stores frames as partitions of the asset's table and loads them as `pl.LazyFrame`.

    An asset returns a frame, a lazy frame or an iterable of frames; one that makes several partitions in one run
    returns a mapping from partition key to such. None stores nothing.
    """

    lake: dg.ResourceDependency[LakeResource]

    def handle_output(self, context: dg.OutputContext, obj: Frames | Mapping[str, Frames] | None) -> None:
        """Replace each partition, one file each."""
        if obj is None:
            return
        table, lake = described(context.asset_key), self.lake.lake()
        with errors_by_kind(context.step_context.previous_attempt_count):
            rows = sum(lake.replace(table, values, frames) for values, frames in by_partition(context, table, obj))
        context.add_output_metadata(row_count(context, rows))

    def load_input(self, context: dg.InputContext) -> pl.LazyFrame:
        """The rows of all partitions the asset depends on; partitions that were never made count as empty."""
        table = described(context.asset_key)
        with errors_by_kind(context.step_context.previous_attempt_count):
            return self.lake.lake().scan_partitions(table, partitions_of(context, table))


def described(key: dg.AssetKey) -> Table:
    """The table of an asset that must have one."""
    table = table_of(key)
    if table is None:
        raise TypeError(f"{key.to_user_string()} is no table: describe it with `about(table)` or return nothing")
    return table


def by_partition(
    context: dg.OutputContext, table: Table, obj: Frames | Mapping[str, Frames]
) -> list[tuple[dict[str, str], Frames]]:
    """Each partition with its frames."""
    if isinstance(obj, Mapping):
        return [(values_of(table, key, context.asset_partitions_def), frames) for key, frames in obj.items()]
    [values] = partitions_of(context, table)
    return [(values, obj)]


def row_count(context: dg.OutputContext, rows: int) -> dict[str, Any]:
    """The metadata that tells how many rows were stored, under the name Dagster plots."""
    return {"dagster/partition_row_count" if context.has_asset_partitions else "dagster/row_count": rows}
