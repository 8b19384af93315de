"""The nightly job that keeps Dagster's event log small; it never deletes a run, whose materializations would go too."""

import dagster as dg

from grt_platform.adapters.event_log import prune, prune_results
from grt_platform.orchestration.execution import EXECUTOR, errors_by_kind, run_tags
from grt_platform.settings import settings


@dg.op(description="Delete old step events from Dagster's Postgres", tags={"kind": "postgres"})
def platform_prune_events(context: dg.OpExecutionContext) -> int:
    """Delete what is older than GRT_EVENT_LOG_DAYS; returns how many events went."""
    url = settings().dagster_url.get_secret_value()
    if not url:
        context.log.info("Dagster keeps its storage elsewhere: nothing to prune")
        return 0
    with errors_by_kind(context.retry_number):
        pruned, results = prune(url, older_than_days=settings().event_log_days), prune_results(url)
    context.add_output_metadata({"events_pruned": pruned, "results_of_steps_pruned": results})
    return pruned


@dg.job(executor_def=EXECUTOR, tags=run_tags("platform", priority=-1), description="Keep Dagster's event log small")
def platform_prune() -> None:
    """Prune the event log."""
    platform_prune_events()


PRUNE_NIGHTLY = dg.ScheduleDefinition(
    name="platform_prune_nightly",
    description="Deletes step events older than GRT_EVENT_LOG_DAYS from Dagster's storage.",
    job=platform_prune,
    cron_schedule="30 3 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
