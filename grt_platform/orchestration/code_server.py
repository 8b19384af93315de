"""Dagster's code server, whose runs are forked from a process that has imported everything already.

Dagster spawns a new Python for each run, which imports for seconds what the server itself has imported before. The
server cannot be forked once it has threads; so before it has any, it imports everything and forks a process that
serves nothing and is itself forked for each run (the method `forkserver` of multiprocessing). The two share the pages
of what they imported. ADR 0011 tells what that is worth.
"""

import gc
import multiprocessing
import os
import resource
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import pairwise
from multiprocessing import forkserver, resource_tracker, util
from multiprocessing.context import BaseContext
from typing import Never

WARM = "grt_platform.orchestration.warm"
_SPAWN = "spawnv_passfds"


class Forking:
    """Stands where Dagster's server looks for the module `multiprocessing`."""

    @staticmethod
    def get_context(_method: str) -> BaseContext:
        """The way to start a run's process."""
        return multiprocessing.get_context("forkserver")


def main() -> None:
    """Serve as `dagster api grpc` does."""
    start_warm()
    from dagster._cli import cli  # a forked run looks into this module and needs none of them
    from dagster._grpc import server

    from grt_platform.orchestration.execution import known_pools
    from grt_platform.orchestration.pools import note_pools

    vars(server)["multiprocessing"] = Forking
    threading.Thread(target=note_pools, args=(known_pools(),), daemon=True).start()
    cli(auto_envvar_prefix="DAGSTER_CLI")


def start_warm() -> None:
    """The process to fork runs from is there; should it die, multiprocessing makes a new one that imports again."""
    multiprocessing.get_context("forkserver").set_forkserver_preload([WARM])
    import_module(WARM)
    gc.collect()
    gc.freeze()  # what is shared stays shared: no collection writes into it
    resource_tracker.ensure_running()  # a Python of its own, started in the usual way
    with _spawning_by_fork():
        forkserver.ensure_running()


@contextmanager
def _spawning_by_fork() -> Iterator[None]:
    """Within the block multiprocessing's server of forks begins as a fork of this process, not as a new Python."""
    spawn = vars(util)[_SPAWN]
    vars(util)[_SPAWN] = _fork
    try:
        yield
    finally:
        vars(util)[_SPAWN] = spawn


def _fork(_program: bytes, _arguments: Sequence[str], passed: Sequence[int]) -> int:
    child = os.fork()
    return child or _serve_forks(*passed)


def _serve_forks(listener: int, alive: int) -> Never:
    """Forks whenever somebody asks at the listener, until the last who could ask has died."""
    try:
        _close_all_but(listener, alive)
        forkserver.main(listener, alive, [])
    finally:
        os._exit(0)


def _close_all_but(*kept: int) -> None:
    last = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    edges = sorted({2, *kept, last})
    for begin, end in pairwise(edges):
        os.closerange(begin + 1, end)


if __name__ == "__main__":
    main()
