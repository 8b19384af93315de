"""What runs and workers agree on: the broker, where results of steps are kept, and how each bears the other's loss."""

from typing import Any

from celery import Celery
from dagster._core.execution.retries import RetryMode
from dagster_celery.executor import CeleryExecutor
from dagster_celery.make_app import make_app

from grt_platform.adapters.postgres import sqlalchemy_url
from grt_platform.kernel.queues import LIGHT
from grt_platform.settings import Settings

_RESULT_TABLES = {"task": "grt_step_results", "group": "grt_step_result_groups"}


def arguments_of(chosen: Settings) -> dict[str, Any]:
    """Arguments of dagster-celery's executor: the broker of the settings, and results in Dagster's Postgres."""
    return {
        "retries": RetryMode.ENABLED,
        "broker": chosen.broker_url.get_secret_value(),
        "backend": f"db+{sqlalchemy_url(chosen.dagster_url.get_secret_value())}",
        "config_source": celery_settings(),
    }


def app_of(chosen: Settings) -> Celery:
    """The same broker and results, for workers."""
    return make_app(CeleryExecutor(**arguments_of(chosen)).app_args())


def celery_settings() -> dict[str, Any]:
    """Celery's settings, chosen by what happens when something falls.

    A message is acknowledged after its step, so that the broker gives the step of a lost worker to another one; a
    worker whose pool process alone was killed says so at once instead, and the run fails and is tried again, so that a
    step which always dies ends. Results are in Dagster's Postgres: they outlive the broker.
    """
    return {
        "task_acks_late": True,
        "task_reject_on_worker_lost": False,
        "task_default_queue": LIGHT,
        "task_publish_retry_policy": {"max_retries": 5, "interval_start": 0.1, "interval_step": 0.3, "interval_max": 2},
        "broker_transport_options": {"confirm_publish": True, "max_retries": 30, "interval_start": 0,
                                     "interval_step": 0.2, "interval_max": 2},
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_heartbeat": 30,
        "worker_prefetch_multiplier": 1,
        "worker_max_tasks_per_child": 1,  # each step in a fresh fork, as runs on one machine are (ADR 0011)
        "worker_deduplicate_successful_tasks": True,
        "worker_cancel_long_running_tasks_on_connection_loss": False,  # it goes on; `guard` keeps a second one waiting
        "worker_proc_alive_timeout": 60.0,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,  # Dagster captures what steps print
        "result_backend_always_retry": True,
        "result_backend_max_retries": 60,
        "result_backend_base_sleep_between_retries_ms": 100,
        "result_backend_max_sleep_between_retries_ms": 2000,
        "result_expires": None,
        "database_table_names": _RESULT_TABLES,
        "database_short_lived_sessions": True,
    }  # fmt: skip
