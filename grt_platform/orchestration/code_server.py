"""Dagster's code server, whose runs are forked from a process that has imported everything already.

Dagster spawns a new Python for each run, which imports for seconds what the server itself has imported before. The
server cannot be forked, as it has threads; so one more process imports everything, serves nothing, and is forked for
each run (the method `forkserver` of multiprocessing). ADR 0011 tells what that is worth.
"""

import multiprocessing
import threading
from multiprocessing import forkserver
from multiprocessing.context import BaseContext

WARM = "grt_platform.orchestration.warm"
_WARM_UP_AFTER_S = 8.0


class Forking:
    """Stands where Dagster's server looks for the module `multiprocessing`."""

    @staticmethod
    def get_context(_method: str) -> BaseContext:
        """The way to start a run's process."""
        return multiprocessing.get_context("forkserver")


def main() -> None:
    """Serve as `dagster api grpc` does; the process that is forked warms up when the rest of the platform is up."""
    from dagster._cli import cli  # a forked run looks into this module and needs neither
    from dagster._grpc import server

    multiprocessing.get_context("forkserver").set_forkserver_preload([WARM])
    vars(server)["multiprocessing"] = Forking
    warm_up = threading.Timer(_WARM_UP_AFTER_S, forkserver.ensure_running)
    warm_up.daemon = True
    warm_up.start()
    cli(auto_envvar_prefix="DAGSTER_CLI")


if __name__ == "__main__":
    main()
