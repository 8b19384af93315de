"""An asset whose one large thing is cut: a step cuts, steps on any worker do the shards, a step joins (ADR 0020).

The steps hand each other nothing but the order in which they run: what a shard makes is in `Pieces`, which every worker
can reach. Where a thing is small nothing is cut, and the step that joins does it all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import dagster as dg

from grt_platform.kernel.shards import Shard, shards
from grt_platform.orchestration.job_run import JobRun
from grt_platform.settings import settings

CUT = dg.DynamicOut(dg.Nothing)
"""What a step that cuts gives out."""
SHARD, SHARDS = "shard", "shards"
"""Input of a step that does a shard, and of the one that joins."""
IN_SHARD, IN_SHARDS = {SHARD: dg.In(dg.Nothing)}, {SHARDS: dg.In(dg.Nothing)}


def most_shards() -> int:
    """Into how many shards one thing may be cut; 1 where there are no workers to do them side by side."""
    chosen = settings()
    return chosen.shards if chosen.broker_url.get_secret_value() else 1


def handed_out(of: int) -> Iterator[dg.DynamicOutput[None]]:
    """Each shard of a thing that is cut into so many; none of one that is whole."""
    if of > 1:
        yield from (dg.DynamicOutput(None, mapping_key=shard.key) for shard in shards(of))


def shard_of(context: dg.OpExecutionContext) -> Shard:
    """The shard that this step does."""
    key = context.get_mapping_key()
    assert key is not None, "only a step that is mapped over shards asks"
    return Shard.of_key(key)


def reporting(run: JobRun, shard: Shard, done: int, between: tuple[float, float]) -> Callable[[str, float], None]:
    """What takes the step and the progress of one shard, 0 to 1, and tells them as the job's.

    Args:
        run: The job.
        shard: The shard.
        done: How many others were done before it.
        between: How far the job is before the first shard and after the last.
    """
    begin, end = between

    def report(step: str, progress: float) -> None:
        far = begin + (end - begin) / shard.of * (done + progress)
        run.step(f"{step}, part {shard.number + 1} of {shard.of}", far)

    return report


def in_shards(
    name: str,
    steps: tuple[dg.OpDefinition, dg.OpDefinition, dg.OpDefinition],
    keys: Mapping[str, dg.AssetKey],
    specs: Sequence[dg.AssetSpec],
    *,
    can_subset: bool = False,
) -> dg.AssetsDefinition:
    """The assets that three steps make.

    Args:
        name: Of the node that the steps are.
        steps: The one that cuts has the output `CUT` and yields `handed_out`; the one that does a shard has the inputs
            `IN_SHARD`; the one that joins has the inputs `IN_SHARDS`, and an output for each asset.
        keys: Of the assets, by these outputs.
        specs: Of the assets.
        can_subset: Whether some of them can be made alone.
    """
    cut, shard, join = steps

    @dg.graph(name=name, out={output: dg.GraphOut() for output in keys})
    def node() -> dict[str, object]:
        done = cut().map(lambda one: shard(**{SHARD: one}))
        joined = join(**{SHARDS: done.collect()})
        return {output: getattr(joined, output) if len(keys) > 1 else joined for output in keys}

    return dg.AssetsDefinition(
        node_def=node, keys_by_input_name={}, keys_by_output_name=keys, specs=specs, can_subset=can_subset
    )
