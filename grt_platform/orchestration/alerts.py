"""The sensor that tells people of every failed run."""

import dagster as dg

from grt_platform.adapters.alerts import Alert, send
from grt_platform.settings import settings


@dg.run_failure_sensor(
    name="platform_alerts",
    description="Sends every failed run to the webhook and by mail, as the GRT_ALERT_* settings say",
    monitor_all_code_locations=True,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def platform_alerts(context: dg.RunFailureSensorContext) -> None:
    """Tell people of one failed run."""
    send(alert_of(context), settings())


def alert_of(context: dg.RunFailureSensorContext) -> Alert:
    """What failed, where, and why, without the stack."""
    run = context.dagster_run
    partition = run.tags.get("dagster/partition", "")
    steps = [event.step_key or "" for event in context.get_step_failure_events()]
    reasons = [_reason(event) for event in context.get_step_failure_events()] or [context.failure_event.message or ""]
    facts = {"run_id": run.run_id, "job": run.job_name, "partition": partition, "steps": ", ".join(steps)}
    body = "\n".join([f"{name}: {value}" for name, value in facts.items() if value] + reasons)
    return Alert(f"{run.job_name} failed{f' for {partition}' if partition else ''}", body, facts)


def _reason(event: dg.DagsterEvent) -> str:
    """The sentence of the error that began it: the innermost cause."""
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip() if error else event.message or ""
