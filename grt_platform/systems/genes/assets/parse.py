"""One pass over an upload makes its tables, its JSON result and its served rows."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import dagster as dg

from grt_platform.adapters.memory import keep_freed_memory
from grt_platform.kernel.table import Table
from grt_platform.orchestration.describe import about, asset_key
from grt_platform.orchestration.execution import heavy, pool
from grt_platform.orchestration.job_run import JobsResource
from grt_platform.orchestration.resources import LakeResource, ObjectsResource, StoresResource, WarehouseResource
from grt_platform.systems.genes.limits import limits
from grt_platform.systems.genes.partitions import PARSE_JOBS
from grt_platform.systems.genes.schemas import PARSES, SERVED_TABLES, TABLES

if TYPE_CHECKING:
    from grt_platform.systems.genes.ingest import Parsed

_MADE = (*TABLES, *SERVED_TABLES)
_FROM = {"table": ["genes", "raw", "uploads"], "product": ["genes", "table", "sequences"]}


def _spec(table: Table) -> dg.AssetSpec:
    source = ["genes", "product", "parses"] if table.noun in {"genes", "parses"} else ["genes", "table", table.noun]
    kinds = ("postgres",) if table.layer == "served" else ("parquet", "json") if table == PARSES else ("parquet",)
    described = about(table, kinds=kinds)
    return dg.AssetSpec(**described, deps=[_FROM.get(table.layer, source)], partitions_def=PARSE_JOBS)


@dg.multi_asset(
    name="genes_one_pass", specs=[_spec(table) for table in _MADE], pool=pool("genes", "parse"), op_tags=heavy("genes")
)
def parse(
    context: dg.AssetExecutionContext,
    *,
    jobs: JobsResource,
    objects: ObjectsResource,
    stores: StoresResource,
    lake: LakeResource,
    warehouse: WarehouseResource,
) -> Iterator[dg.MaterializeResult[None]]:
    """Parses the upload of the job that is the partition."""
    from grt_platform.systems.genes.ingest import Ingest  # numba's 60 MB, which only a run needs
    from grt_platform.systems.genes.parsing import do_job

    keep_freed_memory()
    with jobs.running(context) as job:
        ingest = Ingest(lake.lake(), stores.products(), limits())
        parsed = do_job(job, objects.objects(), ingest, warehouse.warehouse())
    for warning in parsed.tally.warnings():
        context.log.warning(warning)
    yield from (_told(table, parsed) for table in _MADE)


def _told(table: Table, parsed: "Parsed") -> dg.MaterializeResult[None]:
    noun = "served_genes" if table.layer == "served" and table.noun == "genes" else table.noun
    metadata: dict[str, Any] = {"dagster/partition_row_count": parsed.rows[noun]}
    if table == PARSES:
        metadata |= {"result": parsed.result_key, "result_bytes": parsed.result_bytes, "letters": parsed.tally.letters}
    return dg.MaterializeResult(asset_key=asset_key(table), metadata=metadata)
