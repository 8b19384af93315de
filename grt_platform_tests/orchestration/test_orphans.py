"""Runs of a killed platform end at the next start."""

import dagster as dg
import pytest

from grt_platform.orchestration.orphans import end_orphans


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.FAILURE),
        (dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.FAILURE),
        (dg.DagsterRunStatus.CANCELING, dg.DagsterRunStatus.CANCELED),
    ],
)
def test_a_run_that_was_under_way_is_ended(before: dg.DagsterRunStatus, after: dg.DagsterRunStatus) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(job, status=before)
        assert end_orphans(instance) == 1
        assert instance.get_run_by_id(run.run_id).status is after


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.SUCCESS])
def test_a_run_that_waits_or_has_ended_is_left_alone(status: dg.DagsterRunStatus) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(job, status=status)
        assert end_orphans(instance) == 0
        assert instance.get_run_by_id(run.run_id).status is status


@dg.op
def nothing() -> None:
    """Do nothing."""


@dg.job
def job() -> None:
    nothing()
