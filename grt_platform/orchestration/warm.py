"""Importing this imports what a run needs: every system's definitions, and Dagster's storage, logs and runs.

Nothing is opened and no thread of ours is started, so that the process can be forked.
"""

from importlib import import_module
from pkgutil import iter_modules

from grt_platform import systems

MODULES = (
    "dagster_postgres",
    "dagster._grpc.impl",
    "dagster._grpc.server",
    "dagster._core.execution.compute_logs",
    "dagster._core.launcher.default_run_launcher",
    "dagster._core.run_coordinator.queued_run_coordinator",
    "dagster._core.storage.local_compute_log_manager",
    "dagster._core.storage.root",
    "multiprocessing.queues",
    "multiprocessing.synchronize",
    "psycopg2.extensions",
    "upath.implementations.local",
    "watchdog.observers.polling",
    "grt_platform.definitions",
    *(f"{systems.__name__}.{module.name}.definitions" for module in iter_modules(systems.__path__) if module.ispkg),
)

for _name in MODULES:
    import_module(_name)
