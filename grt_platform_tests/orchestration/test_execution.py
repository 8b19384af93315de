"""Whose fault an error is decides whether the step is tried again."""

import dagster as dg
import pytest

from grt_platform.kernel.errors import BadInputError, BadSourceError, UnavailableError
from grt_platform.orchestration import execution
from grt_platform.orchestration.execution import errors_by_kind, pool, run_tags


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(execution, "_FIRST_WAIT_S", 0.001)


def tries(error: Exception, until: int = 99) -> tuple[int, bool, str]:
    """How often an asset that fails with the error is tried, whether it ends well, and what the run says."""
    attempts = []

    @dg.asset
    def flaky(context: dg.AssetExecutionContext) -> None:
        attempts.append(context.retry_number)
        with errors_by_kind(context.retry_number):
            if len(attempts) <= until:
                raise error

    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([flaky], instance=instance, raise_on_error=False)
        failures = [
            event.step_failure_data.error.to_string() for event in result.filter_events(lambda e: e.is_step_failure)
        ]
    assert attempts == list(range(len(attempts)))
    return len(attempts), result.success, " ".join(failures)


def test_what_is_unavailable_is_tried_again_until_it_answers():
    assert tries(UnavailableError("away"), until=2)[:2] == (3, True)


def test_what_stays_unavailable_fails_after_the_last_try_with_its_sentence():
    count, success, said = tries(UnavailableError("Postgres is away."))
    assert (count, success) == (execution.MAX_RETRIES + 1, False)
    assert "Postgres is away. Tried 5 times." in said


@pytest.mark.parametrize("error", [BadInputError("no such tool"), BadSourceError("cut short", "a.tar.gz", 7)])
def test_bad_input_and_bad_sources_fail_at_once_with_their_sentence(error):
    count, success, said = tries(error)
    assert (count, success) == (1, False)
    assert str(error) in said


def test_a_fault_of_ours_fails_at_once_with_its_stack():
    count, success, said = tries(KeyError("oops"))
    assert (count, success) == (1, False)
    assert "KeyError" in said


def test_the_wait_doubles_with_every_try():
    waits = []
    for attempt in range(4):
        with pytest.raises(dg.RetryRequested) as caught, errors_by_kind(attempt):
            raise UnavailableError("away")
        waits.append(caught.value.seconds_to_wait)
    assert waits == [0.001, 0.002, 0.004, 0.008]


def test_names_and_tags_begin_with_their_system():
    assert pool("galaxy", "warehouse") == "galaxy_warehouse"
    assert run_tags("galaxy", max_runtime_s=60)["dagster/max_runtime"] == "60"
    assert run_tags("galaxy")["grt/system"] == "galaxy"
