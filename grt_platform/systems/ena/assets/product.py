"""Products: the batches that machines fetch, and the files that are home."""

from collections.abc import Iterator

import dagster as dg

from grt_platform.orchestration.describe import asset_key
from grt_platform.orchestration.execution import light, pool
from grt_platform.systems.ena.assets.table import result, spec
from grt_platform.systems.ena.resources import EnaResource, told_plainly
from grt_platform.systems.ena.schemas import BATCHES, FETCHED_READS


@dg.multi_asset(
    name="ena_batches",
    specs=[spec(BATCHES, ["ena", "table", "runs"]), spec(BATCHES.served(), BATCHES.asset_key)],
    can_subset=True,
    pool=pool("ena", "machines"),
    op_tags=light("ena"),
)
def batches(context: dg.AssetExecutionContext, ena: EnaResource) -> Iterator[dg.MaterializeResult[None]]:
    """Divides what is wanted and not at home into batches, and begins machines for them."""
    with told_plainly():
        files = ena.procedure(context.log).farm(int(context.partition_key))
    chosen = (table for table in (BATCHES, BATCHES.served()) if asset_key(table) in context.selected_asset_keys)
    yield from (result(table, files) for table in chosen)


@dg.multi_asset(
    name="ena_fetched_reads",
    specs=[spec(FETCHED_READS, BATCHES.asset_key), spec(FETCHED_READS.served(), FETCHED_READS.asset_key)],
    can_subset=True,
    pool=pool("ena", "home"),
    op_tags=light("ena"),
)
def fetched_reads(context: dg.AssetExecutionContext, ena: EnaResource) -> Iterator[dg.MaterializeResult[None]]:
    """Brings home what ready machines hold, and lets those machines go whose files are verified here."""
    with told_plainly():
        files = ena.procedure(context.log).collect(int(context.partition_key))
    both = (FETCHED_READS, FETCHED_READS.served())
    chosen = (table for table in both if asset_key(table) in context.selected_asset_keys)
    yield from (result(table, files) for table in chosen)
