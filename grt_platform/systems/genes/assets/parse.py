"""One pass over an upload makes tables, result and served rows: by one step, or where there are workers by several."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import dagster as dg

from grt_platform.adapters.memory import keep_freed_memory
from grt_platform.kernel.table import Table
from grt_platform.orchestration.describe import about, asset_key
from grt_platform.orchestration.execution import heavy, pool
from grt_platform.orchestration.job_run import Context, JobsResource
from grt_platform.orchestration.sharding import CUT, IN_SHARD, IN_SHARDS, handed_out, in_shards, most_shards, shard_of
from grt_platform.settings import settings
from grt_platform.systems.genes.partitions import PARSE_JOBS
from grt_platform.systems.genes.resources import ParsingResource
from grt_platform.systems.genes.schemas import PARSES, SERVED_TABLES, TABLES

if TYPE_CHECKING:
    from grt_platform.systems.genes.ingest import Parsed

_MADE = {"_".join(table.asset_key[1:]): table for table in (*TABLES, *SERVED_TABLES)}
_FROM = {"table": ["genes", "raw", "uploads"], "product": ["genes", "table", "sequences"]}


def _spec(table: Table) -> dg.AssetSpec:
    source = ["genes", "product", "parses"] if table.noun in {"genes", "parses"} else ["genes", "table", table.noun]
    kinds = ("postgres",) if table.layer == "served" else ("parquet", "json") if table == PARSES else ("parquet",)
    described = about(table, kinds=kinds)
    return dg.AssetSpec(**described, deps=[_FROM.get(table.layer, source)], partitions_def=PARSE_JOBS)


_SPECS = [_spec(table) for table in _MADE.values()]
_NAME, _POOL = "genes_one_pass", pool("genes", "parse")


@dg.multi_asset(name=_NAME, specs=_SPECS, pool=_POOL, op_tags=heavy("genes"))
def in_one_step(
    context: dg.AssetExecutionContext, *, jobs: JobsResource, genes_parsing: ParsingResource
) -> Iterator[dg.MaterializeResult[None]]:
    """Parses the upload of the job that is the partition."""
    keep_freed_memory()
    with jobs.running(context) as job:
        parsed = genes_parsing.sharded().parsing.do_job(job)
    _warn(context, parsed)
    yield from (
        dg.MaterializeResult(asset_key=asset_key(table), metadata=_told(table, parsed)) for table in _MADE.values()
    )


@dg.op(out=CUT, tags=heavy("genes"))
def genes_cut(
    context: dg.OpExecutionContext, *, jobs: JobsResource, genes_parsing: ParsingResource
) -> Iterator[dg.DynamicOutput[None]]:
    """Cuts the upload of the job that is the partition, if it is large: that reads it once, for its line ends."""
    enough = settings().genes_shard_bytes
    with jobs.running(context) as job:
        of = genes_parsing.sharded().cut(job, most=most_shards(), enough_bytes=enough)
    yield from handed_out(of)


@dg.op(ins=IN_SHARD, out=dg.Out(dg.Nothing), tags=heavy("genes"), pool=pool("genes", "shard", most_shards()))
def genes_shard(context: dg.OpExecutionContext, *, jobs: JobsResource, genes_parsing: ParsingResource) -> None:
    """Parses some records of the upload."""
    with jobs.running(context) as job:
        genes_parsing.sharded().parse(job, shard_of(context))


@dg.op(ins=IN_SHARDS, out={name: dg.Out(dg.Nothing) for name in _MADE}, tags=heavy("genes"), pool=_POOL)
def genes_join(
    context: dg.OpExecutionContext, *, jobs: JobsResource, genes_parsing: ParsingResource
) -> Iterator[dg.Output[None]]:
    """Puts what the shards made together, or parses the upload where it is whole."""
    keep_freed_memory()
    with jobs.running(context) as job:
        parsed = genes_parsing.sharded().join(job)
    _warn(context, parsed)
    yield from (dg.Output(None, output_name=name, metadata=_told(table, parsed)) for name, table in _MADE.items())


def _warn(context: Context, parsed: "Parsed") -> None:
    for warning in parsed.tally.warnings():
        context.log.warning("%s", warning)


def _told(table: Table, parsed: "Parsed") -> dict[str, Any]:
    """What Dagster is told of a table."""
    noun = "served_genes" if table.layer == "served" and table.noun == "genes" else table.noun
    metadata: dict[str, Any] = {"dagster/partition_row_count": parsed.rows[noun]}
    if table == PARSES:
        metadata |= {"result": parsed.result_key, "result_bytes": parsed.result_bytes, "letters": parsed.tally.letters}
    return metadata


_KEYS = {name: asset_key(table) for name, table in _MADE.items()}
in_several_steps = in_shards(_NAME, (genes_cut, genes_shard, genes_join), _KEYS, _SPECS)
parse = in_several_steps if most_shards() > 1 else in_one_step
