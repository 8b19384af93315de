"""A step is done by one worker at a time, and not at all when nobody waits for it or workers die of it."""

import threading
from collections.abc import Iterator

import dagster as dg
import pytest
from dagster._core.events import DagsterEvent, EngineEventData
from dagster._core.utils import make_new_run_id

from grt_platform.orchestration.workers.guard import NotWantedError, alone, deaths
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


def test_who_comes_second_waits_until_the_first_is_done(instance: dg.DagsterInstance) -> None:
    run = a_run(instance)
    order: list[str] = []

    def second() -> None:
        with alone(instance, run.run_id, "step"):
            order.append("second")

    with alone(instance, run.run_id, "step"), alone(instance, run.run_id, "another step"):
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(1.5)
        assert waiting.is_alive()
        order.append("first")
    waiting.join(10)
    assert order == ["first", "second"]


def test_who_waits_goes_when_the_run_is_over(instance: dg.DagsterInstance) -> None:
    over = a_run(instance, dg.DagsterRunStatus.FAILURE)
    with (
        alone(instance, over.run_id, "step"),
        pytest.raises(NotWantedError, match=f"its run {over.run_id} is over"),
        alone(instance, over.run_id, "step"),
    ):
        raise AssertionError


def test_a_death_is_a_beginning_without_an_end(instance: dg.DagsterInstance) -> None:
    run = a_run(instance)

    def begin(step: str = "step") -> None:
        instance.report_engine_event(
            f"Executing steps {step} in celery worker", run, EngineEventData({}), step_key=step
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
