"""Attempts of a job against a real Postgres: only the present one is heard, and a race has one winner."""

import threading
import time

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grt_platform.adapters.job_attempt import Attempt, JobGoneError, begin
from grt_platform.adapters.job_board import JobBoard
from grt_platform.adapters.job_rows import move
from grt_platform.kernel.job import NEXT_ATTEMPT, OF_AN_ATTEMPT, Act, JobState, after
from grt_platform_tests.adapters.jobs import AMPLE, queue, running, submit


def state(warehouse, attempt: Attempt) -> JobState:
    return JobBoard(warehouse).get(attempt.job.job_id).state


def test_progress_is_written_and_never_goes_back(warehouse):
    attempt = running(warehouse)
    for told in (0.2, 0.7, 0.3, -5.0, 0.7):
        attempt.tell(told, "parse")
    job = JobBoard(warehouse).get(attempt.job.job_id)
    assert (job.progress, job.step) == (0.7, "parse")


def test_a_result_and_the_rows_written_with_it_are_seen_together(warehouse):
    attempt = running(warehouse)
    with attempt.completing({"total": 3}, {"numbers": 2}, ["one is odd"]) as connection:
        connection.execute(b"CREATE TABLE public.rows (n int)")
        assert state(warehouse, attempt) is JobState.RUNNING
    job = JobBoard(warehouse).get(attempt.job.job_id)
    assert (job.state, job.result, job.counts, job.warnings) == (
        *("COMPLETE", {"total": 3}, {"numbers": 2}),
        ("one is odd",),
    )
    assert (job.progress, job.step) == (1, "done")
    assert warehouse.fetch("SELECT count(*) AS n FROM public.rows") == [{"n": 0}]


def test_a_cancel_before_the_end_wins_and_nothing_is_written(warehouse):
    attempt = running(warehouse)

    def work():
        with attempt.completing({}, {}) as connection:
            connection.execute(b"CREATE TABLE public.rows (n int)")
            JobBoard(warehouse).cancel(attempt.job.job_id, "ann")

    with pytest.raises(JobGoneError, match="was canceled"):
        work()
    assert warehouse.fetch("SELECT to_regclass('public.rows') AS found") == [{"found": None}]
    attempt.cancel()
    assert state(warehouse, attempt) is JobState.CANCELED


def test_a_cancel_after_the_end_loses(warehouse):
    attempt = running(warehouse)
    with warehouse.transaction() as connection:
        attempt.complete({}, {}, connection=connection)
        canceling = threading.Thread(target=JobBoard(warehouse).cancel, args=(attempt.job.job_id, "ann"))
        canceling.start()
        time.sleep(0.2)
    canceling.join()
    assert state(warehouse, attempt) is JobState.COMPLETE


def test_cancel_and_completion_at_the_same_moment_have_one_winner(warehouse):
    outcomes = set()
    for number in range(30):
        attempt, heard = running(warehouse, f"run {number}"), []

        def complete(attempt=attempt, heard=heard):
            try:
                with attempt.completing({"total": 3}, {}):
                    pass
            except JobGoneError:
                heard.append("gone")

        ending = threading.Thread(target=complete)
        ending.start()
        canceled = JobBoard(warehouse).cancel(attempt.job.job_id, "ann")
        ending.join()
        job = JobBoard(warehouse).get(attempt.job.job_id)
        outcomes.add(job.state)
        assert (job.state, heard, job.result) in [
            (JobState.COMPLETE, [], {"total": 3}),
            (JobState.CANCELING, ["gone"], None),
        ]
        assert canceled.state is job.state
    assert outcomes <= {JobState.COMPLETE, JobState.CANCELING}


def test_an_attempt_that_was_overtaken_is_not_heard(warehouse):
    old = running(warehouse)
    queue(warehouse).lose(old.job, "Gone.", AMPLE)
    [job] = queue(warehouse).hand_out(AMPLE)
    new = begin(warehouse, job.job_id, "run 2", job.attempt)
    with pytest.raises(JobGoneError, match="another run's"):
        old.tell(1, "I go on")
    old.blame_input("I say it failed")
    old.blame_system("I say it failed")
    old.cancel()
    old.release("I stop")
    with pytest.raises(JobGoneError, match="another run's"), old.completing({"total": 0}, {}):
        pass
    assert state(warehouse, new) is JobState.RUNNING
    new.tell(0.5, "on")


def test_two_runs_of_one_attempt_are_one(warehouse):
    job = submit(warehouse)
    queue(warehouse).hand_out(AMPLE)
    begin(warehouse, job.job_id, "run 1", 1)
    with pytest.raises(JobGoneError, match="another run's"):
        begin(warehouse, job.job_id, "run 2", 1)
    assert begin(warehouse, job.job_id, "run 1", 1).job.attempt == 1  # the same run's next step or second try


def test_a_job_canceled_before_its_run_began_never_starts(warehouse):
    job = submit(warehouse)
    queue(warehouse).hand_out(AMPLE)
    JobBoard(warehouse).cancel(job.job_id, "ann")
    with pytest.raises(JobGoneError, match="was canceled"):
        begin(warehouse, job.job_id, "run 1", 1)


def test_a_run_of_a_removed_job_ends(warehouse):
    attempt = running(warehouse)
    with warehouse.connection() as connection:
        connection.execute(b"TRUNCATE jobs.jobs, jobs.transitions")
    with pytest.raises(JobGoneError, match="was removed"):
        attempt.tell()
    with pytest.raises(JobGoneError, match="was removed"):
        begin(warehouse, attempt.job.job_id, "run 2", None)


def test_a_result_made_anew_by_hand_keeps_the_job_complete_and_swaps_the_result(warehouse):
    first = running(warehouse)
    with first.completing({"total": 1}, {}):
        pass
    again = begin(warehouse, first.job.job_id, "run 2", None)
    assert state(warehouse, again) is JobState.COMPLETE
    again.tell(0.1, "parse")
    assert JobBoard(warehouse).get(first.job.job_id).result == {"total": 1}
    with again.completing({"total": 2}, {}):
        pass
    job = JobBoard(warehouse).get(first.job.job_id)
    assert (job.state, job.result, job.progress, job.attempt) == ("COMPLETE", {"total": 2}, 1, 2)


def test_a_result_made_anew_that_fails_leaves_the_old_one(warehouse):
    first = running(warehouse)
    with first.completing({"total": 1}, {}):
        pass
    again = begin(warehouse, first.job.job_id, "run 2", None)
    again.blame_input("Odd")
    again.blame_system("Odd")
    again.cancel()
    job = JobBoard(warehouse).get(first.job.job_id)
    assert (job.state, job.result, job.reason) == ("COMPLETE", {"total": 1}, "")


@pytest.mark.parametrize("end", ["blame_input", "blame_system"])
def test_a_failed_job_can_be_started_by_hand(warehouse, end):
    first = running(warehouse)
    getattr(first, end)("Odd")
    again = begin(warehouse, first.job.job_id, "run 2", None)
    with again.completing({"total": 2}, {}):
        pass
    assert state(warehouse, again) is JobState.COMPLETE


def test_a_running_job_cannot_be_started_by_hand_too(warehouse):
    first = running(warehouse)
    with pytest.raises(JobGoneError):
        begin(warehouse, first.job.job_id, "run 2", None)


def test_an_attempt_that_had_to_stop_counts_as_no_loss(warehouse):
    attempt = running(warehouse)
    for number in range(2, 7):
        attempt.release("The platform stops.")
        [job] = queue(warehouse).hand_out(AMPLE)
        assert (job.losses, job.attempt) == (0, number)
        attempt = begin(warehouse, job.job_id, f"run {number}", number)


def test_the_database_itself_refuses_a_result_of_what_is_not_complete(warehouse):
    attempt = running(warehouse)
    with warehouse.connection() as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(b"UPDATE jobs.jobs SET result = '{}' WHERE job_id = %s::uuid", [attempt.job.job_id])


ACTS = [act for act in Act if act is not Act.HAND_OUT]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.booleans()), max_size=12))
def test_whatever_the_order_of_acts_the_row_goes_where_the_table_of_transitions_says(warehouse, order):
    """Each act comes from the present attempt, or from one before it."""
    job_id = submit(warehouse).job_id
    expected, attempt = JobState.QUEUED, 1
    with warehouse.connection() as connection:
        for act, is_late in order:
            told = attempt - 1 if is_late and act in OF_AN_ATTEMPT else attempt
            where = "j.job_id = %(job_id)s::uuid" + (" AND j.attempt = %(told)s" if act in OF_AN_ATTEMPT else "")
            also = ", attempt = j.attempt + 1" if act in NEXT_ATTEMPT else ""
            moved = move(connection, act, where, {"job_id": job_id, "told": told}, actor="a", also=also)
            end = None if told < attempt else after(expected, act)
            assert [job.state for job in moved] == ([] if end is None else [end])
            if end is not None:
                expected, attempt = end, attempt + (act in NEXT_ATTEMPT)
    found = JobBoard(warehouse).get(job_id)
    assert (found.state, found.attempt) == (expected, attempt)
