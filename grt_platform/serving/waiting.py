"""Waiting for the runs that follow from a load or a rebuild, with a progress bar."""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from grt_platform.kernel.errors import UnavailableError
from grt_platform.serving import handles
from grt_platform.serving.door import Door, Loaded

if TYPE_CHECKING:
    from rich.progress import Progress

_POLL_S = 0.5


def wait_for_loaded(door: Door, loaded: Sequence[Loaded], *, patience_s: float) -> list[Mapping[str, Any]]:
    """The ledger's rows of the loaded objects, once all are there and what follows from them is served.

    Raises:
        UnavailableError: It took longer than the patience; the runs go on.
    """
    warehouse = handles.warehouse()
    sql = f"SELECT * FROM {door.system}.ledger WHERE sha256 = ANY(%(sha256)s) AND source = ANY(%(source)s)"
    params = {"sha256": [one.sha256 for one in loaded], "source": [one.source for one in loaded]}
    wanted = {(one.source, one.sha256) for one in loaded}

    def rows() -> list[Mapping[str, Any]]:
        found = warehouse.fetch(sql, params)
        return [row for row in found if (row["source"], row["sha256"]) in wanted]

    with progress() as bars:
        bar = bars.add_task("loading", total=len(wanted))
        _until(lambda: _advance(bars, bar, len({(r["source"], r["sha256"]) for r in rows()})), patience_s, door.system)
        bars.update(bar, description="summarising", total=None)
        _until(lambda: door.is_settled(warehouse, loaded), patience_s, door.system)
    return sorted(rows(), key=lambda row: str(row["source"]))


def wait_for_backfill(backfill_id: str, *, patience_s: float) -> int:
    """Waits until a backfill has ended; returns how many partitions of assets failed.

    Raises:
        UnavailableError: It took longer than the patience; the runs go on.
    """
    api = handles.dagster_api()
    with progress() as bars:
        bar = bars.add_task("rebuilding", total=None)

        def is_finished() -> bool:
            now = api.backfill(backfill_id)
            bars.update(bar, total=now.targeted or None, completed=now.materialized + now.failed)
            return now.is_finished

        _until(is_finished, patience_s, f"backfill {backfill_id}")
    return api.backfill(backfill_id).failed


def progress() -> "Progress":
    """A progress bar on standard error; silent where that is no terminal."""
    from rich.console import Console
    from rich.progress import Progress

    return Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())


def _advance(bars: "Progress", bar: Any, done: int) -> bool:
    bars.update(bar, completed=done)
    task = next(task for task in bars.tasks if task.id == bar)
    return task.total is not None and done >= task.total


def _until(is_done: Callable[[], bool], patience_s: float, what: str) -> None:
    deadline = time.monotonic() + patience_s
    while not is_done():
        if time.monotonic() > deadline:
            raise UnavailableError(
                f"{what}: not finished after {patience_s:.0f} s; the runs go on, look at them in the Dagster UI "
                "(`grt status` names its address) and ask `ledger` later"
            )
        time.sleep(_POLL_S)
