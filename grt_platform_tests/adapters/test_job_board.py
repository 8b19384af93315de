"""People and jobs in a real Postgres: nothing is doubled by a key, ended states stay, pages do not skip."""

import threading

import pytest

from grt_platform.adapters.job_board import JobBoard, JobFilter, NoSuchJobError, ReusedKeyError
from grt_platform.kernel.errors import BadInputError
from grt_platform.kernel.job import JobState
from grt_platform_tests.adapters.jobs import AMPLE, asked, queue, running, submit


def test_a_submitted_job_waits_and_is_as_it_was_asked_for(warehouse):
    job = submit(warehouse, request={"text": "é\n>"}, pins={"etag": "1"}, priority=3)
    found = JobBoard(warehouse).get(job.job_id)
    assert found == job
    assert (found.state, found.request, found.pins, found.priority) == ("QUEUED", {"text": "é\n>"}, {"etag": "1"}, 3)


def test_a_job_is_committed_with_the_rows_of_its_asker_or_not_at_all(warehouse):
    board = JobBoard(warehouse)
    with warehouse.connection() as connection:
        connection.autocommit = False
        lost = board.submit(asked(), connection=connection).job
        connection.rollback()
        kept = board.submit(asked(), connection=connection).job
        connection.commit()
    assert board.get(kept.job_id)
    with pytest.raises(NoSuchJobError):
        board.get(lost.job_id)


def test_the_same_key_is_the_same_job_even_at_the_same_moment(warehouse):
    found = []
    threads = [
        threading.Thread(
            target=lambda: found.append(JobBoard(warehouse).submit(asked(idempotency_key="k", pins={"a": 1})))
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each.job.job_id for each in found}) == 1
    assert [each.is_new for each in found].count(True) == 1


def test_a_key_belongs_to_one_person_and_project(warehouse):
    jobs = {submit(warehouse, project, user=user, idempotency_key="k").job_id for project in "ab" for user in "cd"}
    assert len(jobs) == 4


def test_a_key_for_another_request_is_refused(warehouse):
    submit(warehouse, idempotency_key="k")
    with pytest.raises(ReusedKeyError, match="send a new key"):
        submit(warehouse, idempotency_key="k", request={"numbers": []})
    with pytest.raises(ReusedKeyError):
        submit(warehouse, idempotency_key="k", pins={"etag": "2"})


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb", "a\0b"])
def test_a_key_that_cannot_be_one_is_refused(warehouse, key):
    with pytest.raises(BadInputError, match="idempotency key"):
        submit(warehouse, idempotency_key=key)


@pytest.mark.parametrize("value", ["a\0b", float("nan"), float("inf")])
def test_a_request_that_postgres_cannot_hold_is_told_to_the_person(warehouse, value):
    with pytest.raises(BadInputError, match="The request holds"):
        submit(warehouse, request={"value": value})


@pytest.mark.parametrize("job_id", ["", "1", "../x", "x" * 10_000, "0d6f1a52-6f0e-4d57-9c53-3f3c1f3a9d11"])
def test_what_is_no_job_is_not_there(warehouse, job_id):
    board = JobBoard(warehouse)
    for ask in (board.get, lambda one: board.cancel(one, "ann"), lambda one: board.retry(one, "ann")):
        with pytest.raises(NoSuchJobError, match=r"^There is no job .{0,64}$"):
            ask(job_id)


def test_a_waiting_job_is_canceled_at_once_and_never_handed_out(warehouse):
    job = submit(warehouse)
    canceled = JobBoard(warehouse).cancel(job.job_id, "ann")
    assert (canceled.state, canceled.reason) == (JobState.CANCELED, "Canceled by ann")
    assert canceled.ended_at is not None
    assert queue(warehouse).hand_out(AMPLE) == []


def test_canceling_twice_or_after_the_end_changes_nothing(warehouse):
    board, attempt = JobBoard(warehouse), running(warehouse)
    assert board.cancel(attempt.job.job_id, "ann").state is JobState.CANCELING
    assert board.cancel(attempt.job.job_id, "bob").reason == "Canceled by ann"
    done = running(warehouse, "run 2")
    with done.completing({"total": 3}, {}):
        pass
    assert board.cancel(done.job.job_id, "ann").state is JobState.COMPLETE


def test_only_what_failed_or_was_canceled_is_tried_again(warehouse):
    board, attempt = JobBoard(warehouse), running(warehouse)
    assert board.retry(attempt.job.job_id, "ann").state is JobState.RUNNING
    attempt.tell(0.5, "half")
    attempt.blame_input("Odd numbers")
    again = board.retry(attempt.job.job_id, "ann")
    assert (again.state, again.attempt, again.progress, again.step, again.reason, again.ended_at) == (
        *("QUEUED", 2, 0, "", ""),
        None,
    )


def test_pages_of_jobs_neither_skip_nor_repeat(warehouse):
    with warehouse.transaction() as connection:  # all of the same moment
        made = {JobBoard(warehouse).submit(asked(), connection=connection).job.job_id for _ in range(7)}
    submit(warehouse, "beta")
    seen, after = [], None
    while page := JobBoard(warehouse).newest(JobFilter(["alpha"], after=after), 3):
        seen += [job.job_id for job in page]
        after = page[-1].created_at, page[-1].job_id
    assert sorted(seen) == sorted(made)


def test_the_list_keeps_to_what_may_be_seen_and_is_asked_for(warehouse):
    board = JobBoard(warehouse)
    mine, other = submit(warehouse, "alpha"), submit(warehouse, "beta", user="bob")
    board.cancel(other.job_id, "bob")

    def listed(**chosen):
        return [job.job_id for job in board.newest(JobFilter(**chosen), 10)]

    assert listed(projects=[]) == []
    assert listed(projects=["alpha"]) == [mine.job_id]
    assert listed() == [other.job_id, mine.job_id]
    assert listed(user_id="id of bob") == [other.job_id]
    assert listed(states=[JobState.QUEUED]) == [mine.job_id]
    assert listed(system="sample", kind="sum", projects=["beta"]) == [other.job_id]
    assert listed(system="other") == []


def test_the_history_tells_every_state_and_who_brought_it_there(warehouse):
    board, attempt = JobBoard(warehouse), running(warehouse)
    board.cancel(attempt.job.job_id, "bob")
    attempt.cancel()
    rows = board.history(attempt.job.job_id)
    assert [(row["from_state"], row["to_state"], row["actor"]) for row in rows] == [
        (None, "QUEUED", "ann"),
        ("QUEUED", "INITIALIZING", "dispatcher"),
        ("INITIALIZING", "RUNNING", "run run 1"),
        ("RUNNING", "CANCELING", "bob"),
        ("CANCELING", "CANCELED", "run run 1"),
    ]
