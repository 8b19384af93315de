"""Tables: the runs of a taxon with their verdicts, ledger and quarantine, in the lake and in the warehouse as one."""

from collections.abc import Iterator

import dagster as dg

from grt_platform.kernel.table import Table
from grt_platform.orchestration.describe import about, asset_key
from grt_platform.orchestration.execution import light, pool
from grt_platform.systems.ena.building import TABLES
from grt_platform.systems.ena.partitions import TAXA
from grt_platform.systems.ena.resources import EnaResource, told_plainly

LAYERS = (*TABLES, *(table.served() for table in TABLES))


def spec(table: Table, upstream: list[str]) -> dg.AssetSpec:
    """The asset of a table that is written by hand, in the lake or in the warehouse."""
    kinds = ("postgres",) if table.layer == "served" else ("polars", "parquet")
    return dg.AssetSpec(
        **about(table, kinds=kinds), deps=[upstream], partitions_def=TAXA, skippable=True
    ).with_io_manager_key("lake_io")


@dg.multi_asset(
    name="ena_tables",
    specs=[
        *(spec(table, ["ena", "raw", "records"]) for table in TABLES),
        *(spec(table.served(), table.asset_key) for table in TABLES),
    ],
    can_subset=True,
    pool=pool("ena", "tables"),
    op_tags=light("ena"),
)
def tables(context: dg.AssetExecutionContext, ena: EnaResource) -> Iterator[dg.MaterializeResult[None]]:
    """Builds all tables of a taxon from its answers."""
    with told_plainly():
        built = ena.procedure(context.log).build(int(context.partition_key))
    chosen = (table for table in LAYERS if asset_key(table) in context.selected_asset_keys)
    yield from (result(table, built.rows[table.noun]) for table in chosen)


def result(table: Table, rows: int) -> dg.MaterializeResult[None]:
    """What Dagster keeps of a table's partition."""
    return dg.MaterializeResult(asset_key=asset_key(table), metadata={"dagster/partition_row_count": rows})
