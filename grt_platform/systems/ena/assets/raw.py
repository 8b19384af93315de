"""Raw: ENA's answers about a taxon, kept for ever."""

import dagster as dg

from grt_platform.orchestration.describe import about_raw
from grt_platform.orchestration.execution import light, pool
from grt_platform.systems.ena.partitions import TAXA
from grt_platform.systems.ena.resources import EnaResource, told_plainly


@dg.asset(
    **about_raw(
        "ena",
        "records",
        "What ENA tells of a taxon's runs: all of it first, then what is new at each check; byte for byte.",
    ),
    partitions_def=TAXA,
    pool=pool("ena", "portal"),
    op_tags=light("ena"),
)
def records(context: dg.AssetExecutionContext, ena: EnaResource) -> dg.MaterializeResult[None]:
    """Asks ENA once more."""
    with told_plainly():
        check = ena.procedure(context.log).check(int(context.partition_key))
    return dg.MaterializeResult(
        metadata={"runs": check.rows, "answers": len(check.answers), "since": str(check.since or "the beginning")}
    )
