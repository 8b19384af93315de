"""What runs and workers agree on, and what upgrades of Celery and dagster-celery must not change unseen."""

import inspect

from celery.app.defaults import DEFAULTS
from dagster_celery import core_execution_loop, tasks

from grt_platform.orchestration.workers.app import app_of, celery_settings
from grt_platform.orchestration.workers.guard import _BEGUN, Guarded
from grt_platform.settings import Settings

CHOSEN = Settings.model_validate(
    {"broker_url": "amqp://me:mine@rabbit//", "dagster_url": "postgresql://me:my%40pass@db/dagster"}
)


def test_results_are_in_dagsters_postgres_by_the_driver_that_dagster_brings():
    app = app_of(CHOSEN)
    assert app.conf.result_backend == "db+postgresql+psycopg2://me:my%40pass@db/dagster"
    assert app.conf.broker_url == "amqp://me:mine@rabbit//"


def test_every_setting_is_one_that_celery_knows_and_takes():
    for name, value in celery_settings().items():
        assert name in DEFAULTS, name
        assert app_of(CHOSEN).conf[name] == value, name


def test_dagster_celery_makes_its_task_of_our_base_and_begins_its_event_as_we_count():
    app = app_of(CHOSEN)
    task = tasks.create_task(app, base=Guarded)
    assert isinstance(task, Guarded)
    assert f'f"{_BEGUN} ' in inspect.getsource(tasks.create_task)
    assert "DAGSTER_CELERY_QUEUE_TAG" in inspect.getsource(core_execution_loop)
