"""What stands around each step on a worker: it is wanted, nobody else does it, and it ends when its run ends.

The broker gives a message again when it loses the worker that holds it, and cannot know whether that worker still
works: the broker itself may have been restarted. So a step is done under a lock in Dagster's Postgres, which ends with
the connection of the process that holds it; who comes second comes again later, without a place among the steps at
once until then, and finds the result.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any

import dagster as dg
from celery import Task
from celery.exceptions import Ignore, Reject
from celery.states import READY_STATES
from dagster import DagsterEventType
from dagster._grpc.types import ExecuteStepArgs
from dagster._serdes import unpack_value

from grt_platform.adapters.postgres import connect
from grt_platform.adapters.session_lock import give_back, notice_loss, take
from grt_platform.orchestration.workers.watch import is_over, watched
from grt_platform.settings import settings

MOST_DEATHS = 2
_BEGUN = "Executing steps"  # what dagster-celery's event of a step that a worker takes says
_PAUSE_S, _PATIENCE_S, _AGAIN_S = 0.2, 5.0, 20


class NotWantedError(Exception):
    """The step is not done, or was ended, because its run is over; nobody waits for its result."""


class BusyError(Exception):
    """Another worker does the step."""


class PoisonedError(Exception):
    """The step was begun so often by workers that died of it that nobody begins it again."""


class Guarded(Task):  # type: ignore[misc] # Celery carries no types
    """The base of dagster-celery's task for a step."""

    abstract = True
    max_retries = None  # as often as it takes the other worker

    def __call__(self, execute_step_args_packed: dict[str, Any], executable_dict: dict[str, Any]) -> object:
        """The step's events, as dagster-celery makes them.

        Raises:
            NotWantedError: The run is over.
            PoisonedError: Too many workers died of the step.
            Retry: Another worker does it; the message comes again.
            Ignore: Another worker has done it meanwhile.
            Reject: This worker was told to end: another one takes the step.
        """
        args = unpack_value(execute_step_args_packed, as_type=ExecuteStepArgs)
        [step] = args.step_keys_to_execute or ["?"]
        with dg.DagsterInstance.get() as instance:
            try:
                with alone(args.run_id, step):
                    self._refuse_what_is_done(instance, args.run_id, step)
                    with watched(instance, args.run_id):
                        return self.run(execute_step_args_packed, executable_dict)
            except BusyError as error:
                self._refuse_what_is_over(instance, args.run_id, step)
                raise self.retry(countdown=_AGAIN_S) from error
            except (dg.DagsterExecutionInterruptedError, KeyboardInterrupt) as error:
                self._refuse_what_is_over(instance, args.run_id, step)
                raise Reject("this worker ends, another one takes the step", requeue=True) from error

    def _refuse_what_is_over(self, instance: dg.DagsterInstance, run_id: str, step: str) -> None:
        if is_over(instance, run_id):
            raise NotWantedError(f"nobody waits for {step}: its run {run_id} is over")

    def _refuse_what_is_done(self, instance: dg.DagsterInstance, run_id: str, step: str) -> None:
        self._refuse_what_is_over(instance, run_id, step)
        if self.backend.get_task_meta(self.request.id, cache=False)["status"] in READY_STATES:
            raise Ignore
        is_new = not (self.request.delivery_info or {}).get("redelivered") and not self.request.retries
        if not is_new and deaths(instance, run_id, step) > MOST_DEATHS:
            raise PoisonedError(
                f"{MOST_DEATHS + 1} workers died while they did {step}, most likely for want of memory: "
                "give workers of its queue more, or fewer steps at once"
            )


@contextmanager
def alone(run_id: str, step: str, *, patience_s: float = _PATIENCE_S) -> Iterator[None]:
    """Within the block nobody else does this step of this run.

    Raises:
        BusyError: Somebody does it, and did not end within the patience (a killed process needs a moment).
    """
    key = int.from_bytes(blake2b(f"{run_id}/{step}".encode(), digest_size=8).digest(), signed=True)
    deadline = time.monotonic() + patience_s
    with connect(settings().dagster_url.get_secret_value(), patience_s=60) as connection:
        connection.autocommit = True
        notice_loss(connection)
        while not take(connection, key):
            if time.monotonic() > deadline:
                raise BusyError(step)
            time.sleep(_PAUSE_S)
        try:
            yield
        finally:
            give_back(connection)


def deaths(instance: dg.DagsterInstance, run_id: str, step: str) -> int:
    """How many workers began this step in this run and said nothing of its end."""
    ends = {DagsterEventType.STEP_UP_FOR_RETRY, DagsterEventType.STEP_SUCCESS, DagsterEventType.STEP_FAILURE}
    entries = instance.all_logs(run_id, of_type={DagsterEventType.ENGINE_EVENT, *ends})
    of_step = [entry.dagster_event for entry in entries if entry.step_key == step and entry.dagster_event is not None]
    begun = sum(_BEGUN in (event.message or "") for event in of_step)
    return begun - sum(event.event_type in ends for event in of_step)
