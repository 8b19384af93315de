"""The platform's definitions and a job whose steps a test holds in its hands; what the code server of the tests loads.

A step notes that it began, goes on when the test says so, and notes that it is done: each a line of a file, so that one
that was done twice or halfway is seen.
"""

import os
import socket
import time
from pathlib import Path

import dagster as dg

from grt_platform import definitions
from grt_platform.adapters.postgres import available
from grt_platform.orchestration.execution import EXECUTOR, errors_by_kind, heavy, light
from grt_platform.orchestration.resources import WarehouseResource

LONGEST_S = 240.0
ROWS = 1000


class Held(dg.Config):
    """What a step is told: the folder of its files, and their name."""

    folder: str
    name: str


def note(held: Held, what: str) -> None:
    """One more line, as one write."""
    with (Path(held.folder) / f"{held.name}.{what}").open("a") as file:
        file.write(f"{os.getpid()} {os.environ.get('GRT_HOME')} {socket.gethostname()}\n")


def wait_for(held: Held) -> None:
    """Returns when the test says so."""
    deadline = time.monotonic() + LONGEST_S
    while not (Path(held.folder) / f"{held.name}.go").exists() and time.monotonic() < deadline:
        time.sleep(0.05)


@dg.op(tags=heavy("sample"))
def sample_hold(config: Held) -> None:
    """Begins, waits, is done."""
    note(config, "begun")
    wait_for(config)
    note(config, "done")


@dg.op(tags=light("sample"), ins={"before": dg.In(dg.Nothing)})
def sample_after(config: Held) -> None:
    """Comes after it, somewhere."""
    note(config, "after")


@dg.op(tags=light("sample"))
def sample_copy(context: dg.OpExecutionContext, config: Held, warehouse: WarehouseResource) -> None:
    """Copies rows in one transaction, and waits in the middle of it."""
    note(config, "begun")
    with (
        errors_by_kind(context.retry_number),
        available("copy rows"),
        warehouse.warehouse().transaction() as connection,
    ):
        connection.execute(b"DELETE FROM public.copied")
        with connection.cursor().copy(b"COPY public.copied FROM STDIN") as copy:
            for number in range(ROWS):
                if number == ROWS // 2:
                    note(config, "copying")
                    wait_for(config)
                copy.write_row((number,))
    note(config, "done")


@dg.op(tags=light("sample"))
def sample_die(config: Held) -> None:
    """Kills its own worker, the whole of it, as when memory runs out."""
    note(config, "begun")
    os.kill(os.getppid(), 9)
    time.sleep(LONGEST_S)


@dg.job(executor_def=EXECUTOR)
def sample_held() -> None:
    """One step after the other."""
    sample_after(sample_hold())


@dg.job(executor_def=EXECUTOR)
def sample_copied() -> None:
    """Rows into Postgres."""
    sample_copy()


@dg.job(executor_def=EXECUTOR, tags={"dagster/max_retries": "0"})
def sample_poisoned() -> None:
    """A step of which workers die."""
    sample_die()


CELLS = dg.DynamicPartitionsDefinition(name="sample_cells")


@dg.asset(
    key=["sample", "cell"],
    partitions_def=CELLS,
    backfill_policy=dg.BackfillPolicy.multi_run(50),
    op_tags=light("sample"),
)
def sample_cell() -> None:
    """Many partitions, none of which takes any work."""


@dg.definitions
def defs() -> dg.Definitions:
    """Both."""
    own = dg.Definitions(assets=[sample_cell], jobs=[sample_held, sample_copied, sample_poisoned])
    return dg.Definitions.merge(definitions.defs(), own)
