"""A thread that ends the step of this process when its run is over: canceled, failed, or begun again elsewhere."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from sqlalchemy.exc import SQLAlchemyError

LOOK_S, PATIENCE_S = 5.0, 60.0
_WANTED = {dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED}


def is_over(instance: dg.DagsterInstance, run_id: str) -> bool:
    """Whether nobody waits for the run's steps any more: it ended, is being canceled, or was deleted."""
    run = instance.get_run_by_id(run_id)
    return run is None or run.status not in _WANTED


@contextmanager
def watched(
    instance: dg.DagsterInstance, run_id: str, *, look_s: float = LOOK_S, patience_s: float = PATIENCE_S
) -> Iterator[None]:
    """Within the block the end of the run interrupts the step, as a cancel interrupts one in the run's own process.

    Args:
        instance: Where the run is.
        run_id: The run.
        look_s: Seconds between two looks.
        patience_s: Seconds after which a step that does not end so is killed with its process.
    """
    is_done = threading.Event()
    looking = threading.Thread(
        target=_look, args=(instance, run_id, is_done, look_s, patience_s), name="watch of a step", daemon=True
    )
    looking.start()
    try:
        yield
    finally:
        is_done.set()
        looking.join()


def _look(
    instance: dg.DagsterInstance, run_id: str, is_done: threading.Event, look_s: float, patience_s: float
) -> None:
    over_since: float | None = None
    while not is_done.wait(look_s):
        if over_since is None and _seems_over(instance, run_id):
            over_since = time.monotonic()
            os.kill(os.getpid(), signal.SIGINT)
        elif over_since is not None and time.monotonic() - over_since > patience_s:
            os.kill(os.getpid(), signal.SIGKILL)


def _seems_over(instance: dg.DagsterInstance, run_id: str) -> bool:
    try:
        return is_over(instance, run_id)
    except SQLAlchemyError:
        return False  # Postgres is away: nobody knows
