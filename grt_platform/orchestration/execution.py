"""How runs execute: the executor, what is tried again, names of pools, queues of steps, tags of runs."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from grt_platform.adapters.file_errors import room
from grt_platform.kernel.errors import BadInputError, BadSourceError, UnavailableError
from grt_platform.kernel.queues import HEAVY, LIGHT, QUEUE_TAG, queue_of
from grt_platform.settings import settings

MAX_RETRIES = 4
_FIRST_WAIT_S = 2.0
_POOLS = dict[str, int | None]()


def _chosen_executor() -> dg.ExecutorDefinition:
    """Steps run in the process of their run, or on workers where the settings name a broker."""
    if not settings().broker_url.get_secret_value():
        return dg.in_process_executor
    from grt_platform.orchestration.workers.executor import on_workers  # a machine without workers needs no Celery

    return on_workers


EXECUTOR = _chosen_executor()


@contextmanager
def errors_by_kind(attempt: int = 0) -> Iterator[None]:
    """Let the kind of an error decide what Dagster does with the step.

    What is unavailable (room on a full disk, too) is tried again after 2, 4, 8 and 16 seconds; bad input and bad
    sources fail at once, with their own sentence; anything else is a fault of ours and fails at once with its stack.

    Args:
        attempt: How often the step was tried before: `context.retry_number` in an asset.
    """
    try:
        with room():
            yield
    except UnavailableError as error:
        if attempt >= MAX_RETRIES:
            raise dg.Failure(f"{error} Tried {attempt + 1} times.", allow_retries=False) from error
        raise dg.RetryRequested(MAX_RETRIES, seconds_to_wait=_FIRST_WAIT_S * 2**attempt) from error
    except (BadInputError, BadSourceError) as error:
        raise dg.Failure(str(error), allow_retries=False) from error


def pool(system: str, what: str, slots: int | None = None) -> str:
    """The name of the pool that limits how many steps of the system use the thing at once.

    Args:
        system: Whose it is.
        what: What is scarce.
        slots: How many, where a setting says so; else Dagster's default, or what people set in its UI.
    """
    name = f"{system}_{what}"
    _POOLS[name] = slots
    return name


def known_pools() -> dict[str, int | None]:
    """Every pool that was named so far, and the slots that a setting gives it."""
    return dict(sorted(_POOLS.items()))


def light(system: str) -> dict[str, str]:
    """Tags of a step that takes little: seconds of one core, and the memory of a page."""
    return {QUEUE_TAG: queue_of(system, LIGHT, settings().queue_systems)}


def heavy(system: str) -> dict[str, str]:
    """Tags of a step that uses its cores for minutes or hours, or memory up to the limits of the settings."""
    return {QUEUE_TAG: queue_of(system, HEAVY, settings().queue_systems)}


def run_tags(system: str, *, max_runtime_s: int | None = None, priority: int = 0) -> dict[str, str]:
    """Tags of a job's runs: whose they are, when they are stopped, who goes first."""
    tags = {"grt/system": system, "dagster/priority": str(priority)}
    if max_runtime_s is not None:
        tags["dagster/max_runtime"] = str(max_runtime_s)
    return tags
