"""The answers of queries: by one step, or where there are workers by steps that answer for some contigs each."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from grt_platform.orchestration.describe import asset_key
from grt_platform.orchestration.execution import heavy, light, pool
from grt_platform.orchestration.job_run import Context, JobsResource
from grt_platform.orchestration.sharding import CUT, IN_SHARD, IN_SHARDS, handed_out, in_shards, most_shards, shard_of
from grt_platform.settings import settings
from grt_platform.systems.variants.answering import Answered
from grt_platform.systems.variants.assets.looks import make_known
from grt_platform.systems.variants.assets.product import FILES, specs
from grt_platform.systems.variants.partitions import QUERY_JOBS
from grt_platform.systems.variants.resources import AnsweringResource
from grt_platform.systems.variants.schemas import QUERY_RESULTS

_TABLES = [["variants", "table", "dimensions"], ["variants", "table", "samples"]]
_KEYS = {table.layer: asset_key(table) for table in (QUERY_RESULTS, QUERY_RESULTS.served())}
_SPECS = specs(QUERY_RESULTS, [*FILES, *_TABLES], QUERY_JOBS)
_NAME, _POOL = "variants_answer", pool("variants", "query")


@dg.multi_asset(name=_NAME, specs=_SPECS, pool=_POOL, op_tags=heavy("variants"))
def in_one_step(
    context: dg.AssetExecutionContext,
    *,
    jobs: JobsResource,
    variants_answering: AnsweringResource,
) -> Iterator[dg.MaterializeResult[None]]:
    """Answers the question of the job that is the partition."""
    with jobs.running(context) as job:
        answered = variants_answering.sharded().answering.do_job(job)
    metadata = _told(context, answered)
    yield from (dg.MaterializeResult(asset_key=key, metadata=metadata) for key in _KEYS.values())


@dg.op(out=CUT, tags=light("variants"))
def variants_cut(
    context: dg.OpExecutionContext,
    *,
    jobs: JobsResource,
    variants_answering: AnsweringResource,
) -> Iterator[dg.DynamicOutput[None]]:
    """Cuts the question of the job that is the partition, if it is large."""
    enough_s = settings().variants_shard_s
    with jobs.running(context) as job:
        of = variants_answering.sharded().cut(job, most=most_shards(), enough_s=enough_s)
    yield from handed_out(of)


@dg.op(ins=IN_SHARD, out=dg.Out(dg.Nothing), tags=heavy("variants"), pool=pool("variants", "shard", most_shards()))
def variants_shard(
    context: dg.OpExecutionContext,
    *,
    jobs: JobsResource,
    variants_answering: AnsweringResource,
) -> None:
    """Answers the question for some contigs."""
    with jobs.running(context) as job:
        variants_answering.sharded().answer(job, shard_of(context))


@dg.op(ins=IN_SHARDS, out={layer: dg.Out(dg.Nothing) for layer in _KEYS}, tags=heavy("variants"), pool=_POOL)
def variants_join(
    context: dg.OpExecutionContext,
    *,
    jobs: JobsResource,
    variants_answering: AnsweringResource,
) -> Iterator[dg.Output[None]]:
    """Puts the answers of the shards together, or answers the question where it is whole."""
    with jobs.running(context) as job:
        answered = variants_answering.sharded().join(job)
    metadata = _told(context, answered)
    yield from (dg.Output(None, output_name=layer, metadata=metadata) for layer in _KEYS)


def _told(context: Context, answered: Answered) -> dict[str, Any]:
    """What Dagster is told of an answer."""
    make_known(context.instance, answered.looked)
    for warning in answered.warnings:
        context.log.warning("%s", warning)
    return {"dagster/partition_row_count": 1, **answered.counts, "result": answered.row["result_key"]}


in_several_steps = in_shards(_NAME, (variants_cut, variants_shard, variants_join), _KEYS, _SPECS)
answers = in_several_steps if most_shards() > 1 else in_one_step
