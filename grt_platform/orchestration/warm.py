"""Importing this imports what a run needs: every system's definitions, and Dagster's storage, logs and runs.

Nothing is opened and no thread of ours is started, so that the process can be forked.
"""

from importlib import import_module

from grt_platform.adapters.installed import system_names
from grt_platform.settings import settings

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
)
WITH_BROKER = (
    "celery.backends.database",
    "dagster_aws.s3.compute_log_manager",
    "dagster_celery.core_execution_loop",
    "dagster_celery.tasks",
)
for _name in (*MODULES, *(WITH_BROKER if settings().broker_url.get_secret_value() else ())):
    import_module(_name)
for _name in system_names(settings().systems):  # `definitions.py` imports them when it is asked
    import_module(f"grt_platform.systems.{_name}.definitions")
