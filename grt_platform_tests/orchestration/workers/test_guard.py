"""A step is done by one worker at a time, and not at all when nobody waits for it or workers die of it."""

from collections.abc import Iterator

import dagster as dg
import psycopg
import pytest
from dagster._core.events import DagsterEvent, EngineEventData
from dagster._core.utils import make_new_run_id
from dagster_celery.executor import CeleryExecutor

from grt_platform.orchestration.workers.guard import BusyError, alone, deaths
from grt_platform.settings import settings


@pytest.fixture
def instance(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("GRT_DAGSTER_URL", database_url)
    settings.cache_clear()
    with dg.DagsterInstance.ephemeral() as made:
        yield made
    settings.cache_clear()


def a_run(instance: dg.DagsterInstance, status: dg.DagsterRunStatus = dg.DagsterRunStatus.STARTED) -> dg.DagsterRun:
    run = dg.DagsterRun(job_name="job", run_id=make_new_run_id(), status=status)
    return instance.add_run(run)


def test_who_comes_second_waits_a_moment_and_is_told(instance: dg.DagsterInstance) -> None:
    first = a_run(instance).run_id
    with (
        alone(first, "step"),
        alone(first, "another step"),
        alone(a_run(instance).run_id, "step"),
        pytest.raises(BusyError),
        alone(first, "step", patience_s=0.3),
    ):
        raise AssertionError
    with alone(first, "step", patience_s=0):
        pass


def test_a_lock_is_free_when_the_connection_of_its_holder_is_broken(
    instance: dg.DagsterInstance, database_url: str
) -> None:
    run_id = a_run(instance).run_id
    with alone(run_id, "step"), psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        with alone(run_id, "step"):
            pass


def test_a_death_is_a_beginning_without_an_end(instance: dg.DagsterInstance) -> None:
    run = a_run(instance)

    def begin(step: str = "step") -> None:
        instance.report_engine_event(
            f"Executing steps {step} in celery worker", run, EngineEventData({}), CeleryExecutor, step_key=step
        )

    assert deaths(instance, run.run_id, "step") == 0
    begin()
    begin("other")
    begin()
    instance.report_engine_event("something else", run, EngineEventData({}), step_key="step")
    assert deaths(instance, run.run_id, "step") == 2
    ended = DagsterEvent("STEP_UP_FOR_RETRY", "job", step_key="step", event_specific_data=None)
    instance.report_dagster_event(ended, run.run_id)
    assert deaths(instance, run.run_id, "step") == 1
