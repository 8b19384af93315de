"""The executor of a platform with workers: a run stays with the code server, its steps go to the broker."""

import dagster as dg
from dagster_celery.executor import CeleryExecutor

from grt_platform.orchestration.workers.app import executor_of
from grt_platform.settings import settings


def _made(_context: dg.InitExecutorContext) -> CeleryExecutor:
    """dagster-celery's executor, with the broker of the settings instead of one in a run's configuration."""
    return executor_of(settings())


on_workers = dg.ExecutorDefinition(
    "workers",
    requirements=dg.multiple_process_executor_requirements(),
    executor_creation_fn=_made,
    description="Steps wait in the broker's queues until a worker takes them",
)
