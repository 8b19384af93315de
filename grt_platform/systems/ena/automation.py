"""What ENA does by itself: the heartbeat, the daily look at costs, the re-check of complete taxa."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import dagster as dg

from grt_platform.adapters.alerts import send_everywhere
from grt_platform.kernel.alerting import Alert
from grt_platform.orchestration.execution import EXECUTOR, run_tags
from grt_platform.settings import settings
from grt_platform.systems.ena.assets.product import batches, fetched_reads
from grt_platform.systems.ena.assets.raw import records
from grt_platform.systems.ena.assets.table import tables
from grt_platform.systems.ena.beat import beat
from grt_platform.systems.ena.logic.machines import Step
from grt_platform.systems.ena.logic.stages import Stage
from grt_platform.systems.ena.partitions import TAXA
from grt_platform.systems.ena.resources import EnaResource, told_plainly
from grt_platform.systems.ena.workshop import Workshop

_UNFINISHED = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_TEND_EVERY_S = 15
_TAGS = run_tags("ena")

ena_check = dg.define_asset_job(
    "ena_check",
    dg.AssetSelection.assets(records, tables, batches),
    description="Asks ENA about a taxon, judges its runs, and begins machines for what is not at home.",
    tags=_TAGS,
)
ena_filter = dg.define_asset_job(
    "ena_filter",
    dg.AssetSelection.assets(tables, batches),
    description="The same from the answers that are here already.",
    tags=_TAGS,
)
ena_farm = dg.define_asset_job(
    "ena_farm",
    dg.AssetSelection.assets(batches),
    description="Divides a taxon's runs into batches and begins machines for them.",
    tags=_TAGS,
)
ena_collect = dg.define_asset_job(
    "ena_collect",
    dg.AssetSelection.assets(fetched_reads),
    description="Brings the files of a taxon's ready machines home.",
    tags=_TAGS,
)
_JOB_OF = {
    Stage.FETCH: ena_check.name,
    Stage.UPDATE: ena_check.name,
    Stage.FILTER: ena_filter.name,
    Stage.FARM: ena_farm.name,
}


@dg.op(description="Make, look at, restart and destroy machines, one step after another")
def ena_tend_machines(context: dg.OpExecutionContext, ena: EnaResource) -> int:
    """Look after every machine; returns the steps that were done."""
    with told_plainly():
        return ena.workshop(context.log).tending().tend()


@dg.job(executor_def=EXECUTOR, tags=_TAGS, description="Looks after machines: made, looked at, destroyed once home")
def ena_tend() -> None:
    """Tend."""
    ena_tend_machines()


@dg.op(description="One heartbeat: the next taxon's stages, ready machines, and their tending")
def ena_beat_once(context: dg.OpExecutionContext, ena: EnaResource) -> str:
    """What `grt ena heartbeat --once` does, and what was done."""
    with told_plainly():
        done = beat(ena.workshop(context.log))
    context.log.info("%s", done)
    return done


@dg.job(executor_def=EXECUTOR, tags=_TAGS, description="One heartbeat now, beside those of the sensor")
def ena_beat() -> None:
    """Beat."""
    ena_beat_once()


@dg.op(description="Find the complete taxa that were not checked for long")
def ena_recheck_taxa(context: dg.OpExecutionContext, ena: EnaResource) -> int:
    """They are due from now on; returns how many they are."""
    shop = ena.workshop(context.log)
    with told_plainly():
        due = shop.tracker.recheck(shop.clock(), timedelta(days=settings().ena_recheck_days))
    for taxon in due:
        shop.tell(taxon, "a new check is due")
    return len(due)


@dg.job(executor_def=EXECUTOR, tags=_TAGS, description="Makes complete taxa due again after GRT_ENA_RECHECK_DAYS")
def ena_recheck() -> None:
    """Recheck."""
    ena_recheck_taxa()


@dg.op(description="Tell age and cost of every machine, and of those that are nobody's")
def ena_report_costs(context: dg.OpExecutionContext, ena: EnaResource) -> int:
    """People hear of costs above the ceiling; nothing is destroyed for it. Returns how many machines exist."""
    shop = ena.workshop(context.log)
    with told_plainly():
        report = shop.costs()
    context.add_output_metadata(
        {"machines": len(report.lines), "usd": float(report.usd), "report": dg.MetadataValue.md(report.text)}
    )
    context.log.info("%s", report.text)
    if report.usd > settings().ena_cost_ceiling_usd or report.strangers:
        send_everywhere(
            Alert("ENA: machines cost more than the ceiling, or are nobody's", report.text, {"job": "ena_costs"}),
            settings(),
        )
    return len(report.lines)


@dg.job(executor_def=EXECUTOR, tags=_TAGS, description="Reports age and cost of machines")
def ena_costs() -> None:
    """Costs."""
    ena_report_costs()


@dg.sensor(
    name="ena_heartbeat",
    jobs=[ena_check, ena_filter, ena_farm, ena_collect, ena_tend],
    description="Requests the next stage of taxa that are due, the collection of ready machines, and their tending.",
    minimum_interval_seconds=settings().ena_interval_s,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def ena_heartbeat(context: dg.SensorEvaluationContext, ena: EnaResource) -> list[dg.RunRequest] | dg.SkipReason:
    """One look at tracker and machines."""
    shop, busy = ena.workshop(), _busy(context.instance)
    requests = [*_checks(shop, busy), *_collections(shop, busy), *_tending(shop, busy)]
    taxa = {request.partition_key for request in requests if request.partition_key}
    fresh = [taxon for taxon in sorted(taxa) if not context.instance.has_dynamic_partition(str(TAXA.name), taxon)]
    if fresh:
        context.instance.add_dynamic_partitions(str(TAXA.name), fresh)
    return requests or dg.SkipReason("no taxon is due, no machine needs anything")


Busy = set[tuple[str, str]]


def _busy(instance: dg.DagsterInstance) -> Busy:
    """Job and taxon of every run that has not ended."""
    runs = instance.get_runs(filters=dg.RunsFilter(statuses=_UNFINISHED, tags={"grt/system": "ena"}))
    return {(run.job_name, run.tags.get("dagster/partition", "")) for run in runs}


def _checks(shop: Workshop, busy: Busy) -> Iterator[dg.RunRequest]:
    """The next taxa, as many as may be checked at once; one whose run died untold is tried again an hour later."""
    now, at_work = shop.clock(), {taxon for job, taxon in busy if job in _JOB_OF.values()}
    free = settings().ena_checks_at_once - len(at_work)
    if free <= 0:
        return
    due = shop.tracker.due(free + len(at_work), now, timedelta(minutes=settings().ena_retry_minutes))
    waiting = [(taxon, changed) for taxon, changed in due if str(taxon.taxonomy_id) not in at_work]
    for taxon, changed in waiting[:free]:
        job = _JOB_OF[taxon.stage]
        key = f"{job}/{taxon.taxonomy_id}/{changed.isoformat()}/{now:%Y%m%d%H}"
        yield dg.RunRequest(run_key=key, job_name=job, partition_key=str(taxon.taxonomy_id))


def _collections(shop: Workshop, busy: Busy) -> Iterator[dg.RunRequest]:
    due = shop.tending().due().values()
    taxa = {str(taxon) for taxon, step in due if step is Step.COLLECT}
    for taxon in sorted(taxa - {each for job, each in busy if job == ena_collect.name}):
        yield dg.RunRequest(
            run_key=_now_and_then("collect", taxon, shop.clock()), job_name=ena_collect.name, partition_key=taxon
        )


def _tending(shop: Workshop, busy: Busy) -> Iterator[dg.RunRequest]:
    is_busy = any(job == ena_tend.name for job, _ in busy)
    steps = {step for _, step in shop.tending().due().values()} - {Step.COLLECT}
    if not is_busy and (steps or shop.tracker.finished()):
        yield dg.RunRequest(run_key=_now_and_then("tend", "", shop.clock()), job_name=ena_tend.name)


def _now_and_then(what: str, taxon: str, now: datetime) -> str:
    """The same key within some seconds, so that what fails at once does not fail without a pause."""
    return f"{what}/{taxon}/{int(now.timestamp()) // _TEND_EVERY_S}"


@dg.run_failure_sensor(
    name="ena_failures",
    description="A run that failed without the tracker knowing why makes its taxon wait for a person.",
    monitored_jobs=[ena_check, ena_filter, ena_farm, ena_collect],
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def ena_failures(context: dg.RunFailureSensorContext) -> None:
    """Tell the tracker of one failed run."""
    run = context.dagster_run
    taxon = run.tags.get("dagster/partition", "")
    if run.tags.get("dagster/will_retry") != "true" and taxon.isdecimal():
        _tell_failure(int(taxon), run.job_name, run.run_id)


def _tell_failure(taxonomy_id: int, job: str, run_id: str) -> None:
    shop = Workshop(settings())
    taxon = shop.tracker.find(taxonomy_id)
    if taxon is not None and not taxon.needs_attention and not taxon.generated_warning:
        reason = f"{job} failed; Dagster's run {run_id} tells why"
        shop.tracker.change(taxonomy_id, lambda each: each.failed(reason), shop.clock())
        shop.tell(taxonomy_id, reason)


def _schedule(name: str, job: dg.JobDefinition, cron: str, description: str) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(
        name=name,
        description=description,
        job=job,
        cron_schedule=cron,
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )


JOBS = (ena_check, ena_filter, ena_farm, ena_collect, ena_tend, ena_beat, ena_recheck, ena_costs)
SENSORS = (ena_heartbeat, ena_failures)
SCHEDULES = (
    _schedule(
        "ena_recheck_hourly", ena_recheck, "10 * * * *", "Makes complete taxa due again when their time has come."
    ),
    _schedule("ena_costs_daily", ena_costs, "0 7 * * *", "Reports once a day how old machines are and what they cost."),
)
