"""The hourly job that ends uploads nobody finished and removes what they left; it touches nothing that is stored."""

import dagster as dg

from grt_platform.adapters.reaping import reap
from grt_platform.orchestration.execution import EXECUTOR, errors_by_kind, run_tags
from grt_platform.orchestration.resources import ClockResource, StoresResource, WarehouseResource


@dg.op(description="End abandoned uploads, remove their parts", tags={"kind": "postgres"})
def platform_reap_uploads(
    context: dg.OpExecutionContext, stores: StoresResource, warehouse: WarehouseResource, clock: ClockResource
) -> int:
    """Ends what is older than GRT_OBJECTS_UPLOAD_HOURS; returns how many uploads expired."""
    with errors_by_kind(context.retry_number):
        report = reap(warehouse.warehouse(), stores.raw(), clock.now())
    context.add_output_metadata({name: getattr(report, name) for name in report.__dataclass_fields__})
    return report.expired


@dg.job(executor_def=EXECUTOR, tags=run_tags("platform", priority=-1), description="End uploads nobody finished")
def platform_reap() -> None:
    """Reap uploads."""
    platform_reap_uploads()


REAP_HOURLY = dg.ScheduleDefinition(
    name="platform_reap_hourly",
    description="Ends abandoned uploads and removes what they left.",
    job=platform_reap,
    cron_schedule="20 * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
