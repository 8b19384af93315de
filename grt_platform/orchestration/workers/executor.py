"""The executor of a platform with workers: a run stays with the code server, its steps go to the broker."""

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import dagster as dg
from celery import Celery
from celery.result import AsyncResult
from dagster._core.execution.context.system import PlanOrchestrationContext
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.plan.step import ExecutionStep
from dagster._grpc.types import ExecuteStepArgs
from dagster._serdes import pack_value
from dagster_celery.core_execution_loop import core_celery_execution_loop
from dagster_celery.executor import CeleryExecutor
from dagster_celery.tasks import create_task
from kombu.exceptions import OperationalError

from grt_platform.orchestration.workers.app import arguments_of
from grt_platform.settings import Settings, settings

_PATIENCE_S, _PAUSE_S = 300.0, 1.0


class PatientExecutor(CeleryExecutor):
    """dagster-celery's executor, which waits for a broker that is being restarted.

    Args:
        chosen: Name the broker, instead of a run's configuration.
    """

    def __init__(self, chosen: Settings) -> None:
        CeleryExecutor.__init__(self, **arguments_of(chosen))

    def execute(
        self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan
    ) -> Iterator[dg.DagsterEvent]:
        """The events of the run, whose steps are done elsewhere."""
        events: Iterator[dg.DagsterEvent] = core_celery_execution_loop(plan_context, execution_plan, handed_out)
        return events


def handed_out(
    app: Celery,
    context: PlanOrchestrationContext,
    step: ExecutionStep,
    queue: str,
    *more: Any,
) -> AsyncResult:
    """The step is in its queue; what will be known of its result; `more` are its priority and what is known of others.

    The message has one name however often it is sent: where the broker took it and could not say so, the second one
    finds the first one's result.

    Raises:
        OperationalError: The broker was away for five minutes.
    """
    job, signature, (priority, known_state) = context.reconstructable_job, create_task(app), more
    args = ExecuteStepArgs(
        job_origin=job.get_python_origin(),
        run_id=context.dagster_run.run_id,
        step_keys_to_execute=[step.key],
        instance_ref=context.instance.get_ref(),
        retry_mode=context.executor.retries.for_inner_plan(),
        known_state=known_state,
        print_serialized_events=True,
    )
    message = signature.si(execute_step_args_packed=pack_value(args), executable_dict=job.to_dict())
    name, give_up_at = str(uuid4()), time.monotonic() + _PATIENCE_S
    while True:
        try:
            return message.apply_async(task_id=name, priority=priority, queue=queue)
        except OperationalError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(_PAUSE_S)


def _made(_context: dg.InitExecutorContext) -> PatientExecutor:
    return PatientExecutor(settings())


on_workers = dg.ExecutorDefinition(
    "workers",
    requirements=dg.multiple_process_executor_requirements(),
    executor_creation_fn=_made,
    description="Steps wait in the broker's queues until a worker takes them",
)
