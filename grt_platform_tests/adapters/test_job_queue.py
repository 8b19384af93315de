"""Who goes next, and what becomes of jobs whose runs are gone, in a real Postgres."""

import threading
from collections import Counter
from datetime import timedelta

import pytest

from grt_platform.adapters.job_attempt import begin
from grt_platform.adapters.job_board import JobBoard, NoSuchJobError
from grt_platform.adapters.job_queue import Limits
from grt_platform.kernel.errors import UnavailableError
from grt_platform.kernel.job import JobState
from grt_platform_tests.adapters.jobs import AMPLE, queue, running, submit


def age(warehouse, column: str, seconds: float) -> None:
    """Lets a moment of every job lie further back."""
    with warehouse.connection() as connection:
        sql = f"UPDATE jobs.jobs SET {column} = {column} - make_interval(secs => %s)"
        connection.execute(sql.encode(), [seconds])


def test_no_project_starves_however_many_jobs_another_one_has(warehouse):
    many = [submit(warehouse, "many").job_id for _ in range(20)]
    few = [submit(warehouse, "few").job_id for _ in range(2)]
    handed_out = [job.job_id for job in queue(warehouse).hand_out(Limits(4, 100, 3))]
    assert sorted(handed_out) == sorted([*many[:2], *few])


def test_projects_take_turns_however_early_one_of_them_came(warehouse):
    for project in ("first", "second", "third"):
        for _ in range(3):
            submit(warehouse, project)
    served = []
    for number in range(9):
        [job] = queue(warehouse).hand_out(Limits(of_kind=1, of_project=1, losses=3))
        served.append(job.project)
        attempt = begin(warehouse, job.job_id, f"run {number}", job.attempt)
        with attempt.completing({}, {}):
            pass
    assert served == ["first", "second", "third"] * 3
    age(warehouse, "ended_at", 3601)
    age(warehouse, "handed_out_at", 3601)
    submit(warehouse, "first")
    submit(warehouse, "fourth")
    assert [job.project for job in queue(warehouse).hand_out(Limits(1, 1, 3))] == ["first"], "an hour is forgotten"


def test_within_a_project_the_higher_priority_then_the_longer_wait_goes_first(warehouse):
    low, high, low_later, high_later = (submit(warehouse, priority=p).job_id for p in (0, 5, 0, 5))
    order = [[job.job_id for job in queue(warehouse).hand_out(Limits(n, 100, 3))] for n in (1, 2, 3, 4)]
    assert order == [[high], [high_later], [low], [low_later]]


def test_a_project_gets_no_more_at_once_than_its_limit_and_a_kind_neither(warehouse):
    for project in ("alpha", "beta"):
        for _ in range(5):
            submit(warehouse, project)
    limits = Limits(of_kind=3, of_project=2, losses=3)
    first = queue(warehouse).hand_out(limits)
    assert max(Counter(job.project for job in first).values()) == 2
    assert len(first) == 3
    assert queue(warehouse).hand_out(limits) == []
    queue(warehouse).cancel(first[0], "test")
    assert len(queue(warehouse).hand_out(limits)) == 1


def test_dispatchers_at_the_same_moment_hand_a_job_out_once_and_keep_to_the_limits(warehouse):
    for _ in range(30):
        submit(warehouse)
    taken = []
    threads = [
        threading.Thread(target=lambda: taken.extend(queue(warehouse).hand_out(Limits(10, 10, 3)))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len({job.job_id for job in taken}) == 10


def test_a_job_put_back_waits_as_before(warehouse):
    submit(warehouse)
    [job] = queue(warehouse).hand_out(AMPLE)
    queue(warehouse).put_back(job, "Dagster does not answer.")
    [again] = queue(warehouse).hand_out(AMPLE)
    assert (again.job_id, again.attempt, again.losses) == (job.job_id, 1, 0)


def test_a_job_canceled_while_its_run_is_made_is_not_put_back(warehouse):
    submit(warehouse)
    [job] = queue(warehouse).hand_out(AMPLE)
    JobBoard(warehouse).cancel(job.job_id, "ann")
    queue(warehouse).put_back(job, "Dagster does not answer.")
    assert JobBoard(warehouse).get(job.job_id).state is JobState.CANCELED


def test_a_run_that_has_begun_is_not_renamed_by_its_late_launcher(warehouse):
    submit(warehouse)
    [job] = queue(warehouse).hand_out(AMPLE)
    begin(warehouse, job.job_id, "run 1", job.attempt)
    queue(warehouse).launched(job, "run 2")
    assert JobBoard(warehouse).get(job.job_id).run_id == "run 1"


def test_a_lost_job_is_tried_again_and_fails_with_a_reason_after_the_bound(warehouse):
    limits = Limits(10, 10, losses=3)
    job = submit(warehouse)
    for number in range(3):
        [job] = queue(warehouse).hand_out(limits)
        attempt = begin(warehouse, job.job_id, f"run {number}", job.attempt)
        queue(warehouse).lose(attempt.job, "Its process ended without a word.", limits)
    end = JobBoard(warehouse).get(job.job_id)
    assert (end.state, end.attempt) == (JobState.SYSTEM_ERROR, 3)
    assert end.reason.startswith("Its process ended without a word. This was attempt 3 of 3;")
    assert JobBoard(warehouse).retry(job.job_id, "ann").losses == 0


def test_news_of_an_older_attempt_change_nothing(warehouse):
    attempt = running(warehouse)
    queue(warehouse).lose(attempt.job, "Gone.", AMPLE)
    for speak in (queue(warehouse).cancel, queue(warehouse).blame_system, queue(warehouse).put_back):
        speak(attempt.job, "late")
    queue(warehouse).lose(attempt.job, "Gone.", AMPLE)
    found = JobBoard(warehouse).get(attempt.job.job_id)
    assert (found.state, found.losses, found.reason) == (JobState.QUEUED, 1, "Gone.")


def test_progress_does_not_go_back_when_a_lost_job_is_tried_again(warehouse):
    attempt = running(warehouse)
    attempt.tell(0.8, "store")
    queue(warehouse).lose(attempt.job, "Gone.", AMPLE)
    [job] = queue(warehouse).hand_out(AMPLE)
    again = begin(warehouse, job.job_id, "run 2", job.attempt)
    again.tell(0.1, "parse")
    assert JobBoard(warehouse).get(job.job_id).progress == 0.8


def test_what_is_under_way_tells_how_old_the_news_are(warehouse):
    attempt = running(warehouse)
    submit(warehouse)
    age(warehouse, "beat_at", 100)
    [seen] = queue(warehouse).under_way()
    assert seen.job.job_id == attempt.job.job_id
    assert seen.silent_s == pytest.approx(100, abs=5)
    assert seen.handed_out_s == pytest.approx(0, abs=5)
    attempt.rest()
    assert queue(warehouse).under_way()[0].silent_s is None


def test_after_a_failed_job_is_cleared_up_once_and_nobody_restarts_it_meanwhile(warehouse):
    attempt = running(warehouse)
    attempt.blame_input("Odd")
    with queue(warehouse).clearing() as job:
        assert job.job_id == attempt.job.job_id
        retry = threading.Thread(target=JobBoard(warehouse).retry, args=(job.job_id, "ann"))
        retry.start()
        retry.join(0.3)
        assert retry.is_alive()
        with queue(warehouse).clearing() as other:
            assert other is None
    retry.join()
    assert JobBoard(warehouse).get(job.job_id).state is JobState.QUEUED
    with queue(warehouse).clearing() as job:
        assert job is None


def test_clearing_that_fails_is_done_again(warehouse):
    running(warehouse).blame_input("Odd")
    with pytest.raises(UnavailableError), queue(warehouse).clearing():
        raise UnavailableError
    with queue(warehouse).clearing() as job:
        assert job is not None


def test_what_waits_runs_or_is_complete_is_not_cleared(warehouse):
    submit(warehouse)
    running(warehouse, "run 1")
    done = running(warehouse, "run 2")
    done.tell(1, "x")
    with done.completing({}, {}):
        pass
    with queue(warehouse).clearing() as job:
        assert job is None


def test_an_expired_job_is_forgotten_with_its_history_and_others_stay(warehouse):
    old = running(warehouse)
    with old.completing({}, {}):
        pass
    age(warehouse, "ended_at", 8 * 86400)
    fresh, under_way = running(warehouse, "run 2"), running(warehouse, "run 3")
    fresh.blame_input("Odd")
    with queue(warehouse).expiring(timedelta(days=7)) as job:
        assert job.job_id == old.job.job_id
    with queue(warehouse).expiring(timedelta(days=7)) as job:
        assert job is None
    board = JobBoard(warehouse)
    with pytest.raises(NoSuchJobError):
        board.get(old.job.job_id)
    assert board.history(old.job.job_id) == []
    assert board.get(fresh.job.job_id)
    assert board.get(under_way.job.job_id)
