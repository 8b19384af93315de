"""The sensor that tells people what fails: once in a while for each failing thing, and when it works again."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import dagster as dg

from grt_platform.adapters.alerts import channels, send
from grt_platform.kernel.alerting import Alert, Failure, Troubles
from grt_platform.kernel.errors import UnavailableError
from grt_platform.orchestration.resources import ClockResource
from grt_platform.settings import Settings, settings

_MOST_RUNS, _MOST_UNDELIVERED = 500, 100
_WILL_RETRY = "dagster/will_retry"
_FAILURE, _SUCCESS = dg.DagsterEventType.RUN_FAILURE, dg.DagsterEventType.RUN_SUCCESS


@dataclass(slots=True)
class Memory:
    """What the sensor knows from its last look.

    Attributes:
        seen: Storage id of the last end of a run that was read.
        troubles: `Troubles` as text.
        undelivered: What a channel did not take: its name and the alert.
    """

    seen: int
    troubles: str = ""
    undelivered: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


@dg.sensor(
    name="platform_alerts",
    description="Tells of failing runs, and of what works again, by webhook and mail, as GRT_ALERT_* say",
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def platform_alerts(context: dg.SensorEvaluationContext, clock: ClockResource) -> dg.SensorResult:
    """Tell people what they do not know yet."""
    memory, text = look(context.instance, context.cursor, clock.now().timestamp(), settings())
    return dg.SensorResult(skip_reason=text, cursor=memory)


def look(instance: dg.DagsterInstance, cursor: str | None, now_s: float, chosen: Settings) -> tuple[str, str]:
    """Read what ended since the last look, and send what is due.

    Returns:
        What to remember, and a line for the list of ticks.
    """
    memory = Memory(**json.loads(cursor)) if cursor else _from_now_on(instance)
    troubles = Troubles(memory.troubles)
    memory.seen = _read(instance, memory.seen, troubles, now_s)
    alerts = troubles.due(now_s, chosen.alert_window_minutes * 60)
    memory.troubles = str(troubles)
    waiting = [(name, Alert(**told)) for name, told in memory.undelivered if name in channels(chosen)]
    waiting += [(name, alert) for alert in alerts for name in channels(chosen)]
    left = _deliver(waiting, chosen)
    memory.undelivered = [(name, asdict(alert)) for name, alert in left[-_MOST_UNDELIVERED:]]
    return json.dumps(asdict(memory)), _said(len(waiting) - len(left), sorted({name for name, _ in left}))


def _from_now_on(instance: dg.DagsterInstance) -> Memory:
    """A first look tells nothing of the past."""
    latest = _changes(instance, _FAILURE, limit=1, ascending=False)
    return Memory(latest[0].storage_id if latest else 0)


def _changes(
    instance: dg.DagsterInstance,
    kind: Any,
    *,
    after: int | None = None,
    limit: int = _MOST_RUNS,
    ascending: bool = True,
) -> Sequence[dg.EventLogRecord]:
    chosen = dg.RunStatusChangeRecordsFilter(event_type=kind, after_storage_id=after)
    return instance.fetch_run_status_changes(chosen, limit, ascending=ascending).records


def _read(instance: dg.DagsterInstance, after: int, troubles: Troubles, now_s: float) -> int:
    """The troubles know of every end of a run after this storage id, in their order; returns the last one."""
    records, last = _ends(instance, after, is_anything_failing=bool(troubles))
    wanted = [record.run_id for record in records]
    runs = {run.run_id: run for run in instance.get_runs(dg.RunsFilter(run_ids=wanted))} if wanted else {}
    for record in records:
        run, event = runs.get(record.run_id), record.event_log_entry.dagster_event
        if run is None or event is None or run.tags.get(_WILL_RETRY) == "true":
            continue  # what Dagster tries again by itself has not failed yet
        if event.event_type is _FAILURE:
            for failure in failures_of(instance, run, event):
                troubles.failed(failure, now_s)
        else:
            for thing in _done(instance, run, troubles.failing_on(case_of(run))):
                troubles.succeeded(thing, case_of(run))
    return last


def _ends(
    instance: dg.DagsterInstance, after: int, *, is_anything_failing: bool
) -> tuple[list[dg.EventLogRecord], int]:
    """The next ends of runs in their order; good ones only where something failed before them."""
    failures = _changes(instance, _FAILURE, after=after)
    since = after if is_anything_failing else failures[0].storage_id if failures else None
    successes = _changes(instance, _SUCCESS, after=since) if since is not None else []
    found = sorted([*failures, *successes], key=lambda record: record.storage_id)
    # A page that is full may go on: nothing behind its end is read yet, lest a success overtakes a failure.
    full = [page[-1].storage_id for page in (failures, successes) if len(page) == _MOST_RUNS]
    last = min(full, default=found[-1].storage_id if found else after)
    return [record for record in found if record.storage_id <= last], last


def failures_of(instance: dg.DagsterInstance, run: dg.DagsterRun, ended: dg.DagsterEvent) -> list[Failure]:
    """What failed in a run, and why, without the stack: each failed step, or the job where none failed."""
    case = case_of(run)
    found = [
        Failure(event.step_key or run.job_name, case, _reason(event), run.run_id, run.job_name)
        for event in _events(instance, run, dg.DagsterEventType.STEP_FAILURE)
    ]
    reason = ended.message or "The run ended without a word."
    return found or [Failure(run.job_name, case, reason, run.run_id, run.job_name)]


def case_of(run: dg.DagsterRun) -> str:
    """What the run worked on: its partition, the first and last of its range, or nothing."""
    first, last = (run.tags.get(f"dagster/asset_partition_range_{end}") for end in ("start", "end"))
    return f"{first}...{last}" if first and last and first != last else run.tags.get("dagster/partition") or first or ""


def _reason(event: dg.DagsterEvent) -> str:
    """The sentence of the error that began it: the innermost cause."""
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip() if error else event.message or ""


def _done(instance: dg.DagsterInstance, run: dg.DagsterRun, things: Sequence[str]) -> list[str]:
    """Which of the things this run, which ended well, has done: steps of it, or its job."""
    if not things:
        return []
    steps = {event.step_key for event in _events(instance, run, dg.DagsterEventType.STEP_SUCCESS)}
    return [thing for thing in things if thing in steps or thing == run.job_name]


def _events(instance: dg.DagsterInstance, run: dg.DagsterRun, kind: dg.DagsterEventType) -> list[dg.DagsterEvent]:
    entries = instance.all_logs(run.run_id, of_type=kind)
    return [entry.dagster_event for entry in entries if entry.dagster_event is not None]


def _deliver(waiting: Sequence[tuple[str, Alert]], chosen: Settings) -> list[tuple[str, Alert]]:
    """Send, and return what was not taken; a channel that refuses one is asked no more in this look."""
    left: list[tuple[str, Alert]] = []
    for name, alert in waiting:
        if any(refused == name for refused, _ in left):
            left.append((name, alert))
            continue
        try:
            send(alert, name, chosen)
        except UnavailableError:
            left.append((name, alert))
    return left


def _said(sent: int, refusing: Sequence[str]) -> str:
    trouble = f"; {' and '.join(refusing)} did not take theirs, which are kept: `grt doctor` tells" if refusing else ""
    return f"{sent} messages sent{trouble}" if sent or trouble else "nothing new"
