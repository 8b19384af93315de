"""Jobs through a real Dagster with every kind of accident: servers, daemon, run processes, Postgres."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from grt_platform.adapters.embedded_postgres import EmbeddedPostgres
from grt_platform.adapters.job_board import JobBoard, Submission
from grt_platform.adapters.job_queue import JobQueue
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.job import Job, JobState
from grt_platform.serving.job_launcher import JobLauncher
from grt_platform_tests.fixtures.dagster_services import DagsterServices, dagster_services
from grt_platform_tests.fixtures.patience import until
from grt_platform_tests.fixtures.sample_jobs import KIND, MAKE_TABLE, SYSTEM

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
PATIENCE_S = 300
NO_WORD = "The process that did this job ended without a word."


@dataclass
class Jobs:
    """The running Dagster and the table of jobs."""

    services: DagsterServices
    warehouse: Warehouse
    launcher: JobLauncher
    instance: dg.DagsterInstance

    @property
    def board(self) -> JobBoard:
        return JobBoard(self.warehouse)

    def submit(self, then: str = "", *, at_once: bool = True, project: str = "alpha", **request: object) -> str:
        """A job, handed out at once as the web door does it, or left to the sensor."""
        asked = {"numbers": [1, 2], "then": then, **request}
        job_id = self.board.submit(Submission(SYSTEM, KIND, project, "u1", "ann", asked)).job.job_id
        if at_once:
            self.launcher.submitted(SYSTEM, KIND)
        return job_id

    def reached(self, job_id: str, *states: JobState) -> Job:
        """The job, once it is in one of the states."""
        until(lambda: self.board.get(job_id).state in states, PATIENCE_S)
        return self.board.get(job_id)

    def ended(self, job_id: str) -> Job:
        until(lambda: self.board.get(job_id).state.is_ended, PATIENCE_S)
        return self.board.get(job_id)

    def working(self, job_id: str) -> Job:
        """The job, once its work has begun."""
        until(lambda: self.board.get(job_id).step == "add", PATIENCE_S)
        return self.board.get(job_id)

    def run_status(self, job: Job) -> dg.DagsterRunStatus:
        """How its run ended in Dagster."""
        assert job.run_id is not None
        until(lambda: self.instance.get_run_by_id(job.run_id).is_finished, PATIENCE_S)
        return self.instance.get_run_by_id(job.run_id).status

    def rows(self, job_id: str) -> list[dict[str, object]]:
        return self.warehouse.fetch("SELECT attempt, total FROM public.sums WHERE job_id = %s::uuid", [job_id])

    def file(self, name: str) -> Path:
        return self.services.home / "sums" / name

    def runs(self, job_id: str) -> list[dg.DagsterRun]:
        return list(self.instance.get_runs(dg.RunsFilter(tags={"grt/job_id": job_id})))


@pytest.fixture(scope="module")
def jobs(postgres_server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jobs]:
    """One Dagster for all tests of this file."""
    home = tmp_path_factory.mktemp("jobs") / "home"
    module = "grt_platform_tests.fixtures.sample_jobs"
    limits = {"jobs_silence_s": "10", "jobs_running": "20", "jobs_running_per_project": "20"}
    with dagster_services(home, postgres_server.url(), module, **limits) as (services, url):
        warehouse = Warehouse(url)
        with warehouse.connection() as connection:
            connection.execute(MAKE_TABLE.encode())
        with pytest.MonkeyPatch.context() as patch:
            for name in ("DAGSTER_HOME", "GRT_DAGSTER_SQLALCHEMY_URL", "GRT_COMPUTE_LOGS"):
                patch.setenv(name, services.environment[name])
            launcher = JobLauncher(warehouse, lambda: services.api)
            with dg.DagsterInstance.get() as instance:
                yield Jobs(services, warehouse, launcher, instance)
            launcher.close()


def test_a_job_runs_once_and_its_result_is_there(jobs: Jobs) -> None:
    job = jobs.ended(jobs.submit())
    assert (job.state, job.result["total"], job.counts, job.progress) == (JobState.COMPLETE, 3, {"numbers": 2}, 1)
    assert jobs.rows(job.job_id) == [{"attempt": 1, "total": 3}]
    assert jobs.run_status(job) is dg.DagsterRunStatus.SUCCESS
    assert "grt_platform.orchestration.code_server" in job.result["started_by"]
    assert [run.run_id for run in jobs.runs(job.job_id)] == [job.run_id]
    assert job.job_id in jobs.instance.get_dynamic_partitions("sample_sum_jobs")


def test_every_accident_ends_in_one_state_with_a_reason_for_a_person(jobs: Jobs) -> None:
    """All at once: the sensor and the web door hand out side by side."""
    accidents = {
        "": ("COMPLETE", ""),
        "bad input": ("EXECUTOR_ERROR", "The numbers are odd; send even ones"),
        "bad source": ("EXECUTOR_ERROR", "numbers.txt:7: no number"),
        "unavailable once": ("COMPLETE", ""),
        "bug": ("SYSTEM_ERROR", "Something went wrong on our side; ask the administrator about run "),
        "no result": ("SYSTEM_ERROR", "Its run ended without a result; ask the administrator to look at run "),
        "kill once": ("COMPLETE", ""),
        "kill at once": ("SYSTEM_ERROR", f"{NO_WORD} This was attempt 3 of 3; ask for another one with retry."),
        "kill before the end once": ("COMPLETE", ""),
        "kill before commit once": ("COMPLETE", ""),
        "kill after commit": ("COMPLETE", ""),
    }
    ids = {then: jobs.submit(then, at_once=number % 2 == 0) for number, then in enumerate(accidents)}
    for then, (state, reason) in accidents.items():
        job = jobs.ended(ids[then])
        assert (then, job.state, job.reason[: len(reason)] if reason else job.reason) == (then, state, reason)
        assert (len(jobs.rows(job.job_id)), job.result is not None) == (
            (1, True) if state == "COMPLETE" else (0, False)
        )
        assert len(jobs.runs(job.job_id)) == job.attempt
        ends = [row["to_state"] for row in jobs.board.history(job.job_id) if JobState(row["to_state"]).is_ended]
        assert ends == [state]
    killed = [jobs.board.get(ids[then]).attempt for then in ("kill once", "kill before commit once", "kill at once")]
    assert killed == [2, 2, 3]
    failed = [jobs.file(ids[then]) for then, (state, _) in accidents.items() if state != "COMPLETE"]
    until(lambda: not any(file.exists() for file in failed), PATIENCE_S)


def test_a_job_canceled_while_it_works_leaves_no_child_no_row_and_no_file(jobs: Jobs) -> None:
    job = jobs.working(jobs.submit("child", ticks=600))
    child = int(jobs.file("child").read_text())
    assert jobs.board.cancel(job.job_id, "bob").state is JobState.CANCELING
    jobs.launcher.canceled(job)
    ended = jobs.ended(job.job_id)
    assert (ended.state, ended.reason, ended.result) == (JobState.CANCELED, "Canceled by bob", None)
    assert jobs.run_status(ended) is dg.DagsterRunStatus.CANCELED
    until(lambda: not Path(f"/proc/{child}").exists())
    assert jobs.rows(job.job_id) == []


def test_a_cancel_that_only_the_work_hears_of_ends_the_run_as_canceled_too(jobs: Jobs) -> None:
    job = jobs.working(jobs.submit(ticks=600))
    jobs.board.cancel(job.job_id, "bob")
    ended = jobs.ended(job.job_id)
    assert (ended.state, jobs.run_status(ended)) == (JobState.CANCELED, dg.DagsterRunStatus.CANCELED)


def test_a_job_canceled_in_the_dagster_ui_is_canceled(jobs: Jobs) -> None:
    job = jobs.working(jobs.submit(ticks=600))
    jobs.services.api.terminate(str(job.run_id))
    assert jobs.ended(job.job_id).state is JobState.CANCELED
    assert len(jobs.runs(job.job_id)) == 1


def test_a_waiting_job_that_is_canceled_never_starts(jobs: Jobs) -> None:
    job_id = jobs.submit(at_once=False)
    canceled = jobs.board.cancel(job_id, "ann")
    after = jobs.ended(jobs.submit(at_once=False))
    assert (after.state, canceled.state in {JobState.CANCELED, JobState.CANCELING}) == (JobState.COMPLETE, True)
    ended = jobs.ended(job_id)
    assert (ended.state, ended.started_at) == (JobState.CANCELED, None)


def test_a_failed_job_is_tried_again_on_request(jobs: Jobs) -> None:
    job = jobs.ended(jobs.submit("fails at first"))
    assert job.state is JobState.EXECUTOR_ERROR
    jobs.board.retry(job.job_id, "ann")
    again = jobs.ended(job.job_id)
    assert (again.state, again.attempt) == (JobState.COMPLETE, 2)


def test_a_result_made_anew_in_dagster_stays_complete_and_is_swapped(jobs: Jobs) -> None:
    job = jobs.ended(jobs.submit())
    run_id = jobs.services.api.launch_job("sample_sum", "sample_sum_jobs", job.job_id, {})
    until(lambda: jobs.instance.get_run_by_id(run_id).is_finished, PATIENCE_S)
    again = jobs.board.get(job.job_id)
    assert (again.state, again.attempt, again.run_id) == (JobState.COMPLETE, 2, run_id)
    assert jobs.rows(job.job_id) == [{"attempt": 2, "total": 3}]
    assert [row["to_state"] for row in jobs.board.history(job.job_id)].count("QUEUED") == 1


def test_nothing_is_lost_while_the_daemon_is_dead(jobs: Jobs) -> None:
    jobs.services.kill("daemon")
    waiting, handed_out = jobs.submit(at_once=False), jobs.submit()
    jobs.reached(handed_out, JobState.INITIALIZING)
    assert jobs.board.get(waiting).state in {JobState.QUEUED, JobState.INITIALIZING}
    jobs.services.start("daemon")
    assert {jobs.ended(each).state for each in (waiting, handed_out)} == {JobState.COMPLETE}


def test_nothing_is_lost_when_the_code_server_and_its_runs_are_killed(jobs: Jobs) -> None:
    job = jobs.working(jobs.submit(ticks=100))
    jobs.services.kill("code")
    waiting = jobs.submit()
    jobs.services.start("code")
    for job_id in (job.job_id, waiting):
        ended = jobs.ended(job_id)
        assert (ended.state, len(jobs.rows(job_id))) == (JobState.COMPLETE, 1)


def test_a_run_process_that_hears_nothing_is_given_up_and_not_heard_any_more(jobs: Jobs) -> None:
    job = jobs.working(jobs.submit("stop once", ticks=30))
    ended = jobs.ended(job.job_id)
    assert (ended.state, ended.attempt, len(jobs.rows(job.job_id))) == (JobState.COMPLETE, 2, 1)
    os.kill(int(jobs.file("stopped").read_text()), 18)  # SIGCONT: it goes on and has nothing to say
    until(lambda: not Path(f"/proc/{jobs.file('stopped').read_text()}").exists(), PATIENCE_S)
    assert jobs.rows(job.job_id) == [{"attempt": 2, "total": 3}]


def test_two_runs_of_one_attempt_do_the_work_once(jobs: Jobs) -> None:
    job_id = jobs.submit(at_once=False)
    queue = JobQueue(jobs.warehouse, SYSTEM, KIND)
    tags = {"grt/job_id": job_id, "grt/job_attempt": "1", "dagster/max_retries": "0"}
    runs = [jobs.services.api.launch_job("sample_sum", "sample_sum_jobs", job_id, tags) for _ in range(2)]
    job = jobs.ended(job_id)
    until(lambda: all(jobs.instance.get_run_by_id(run).is_finished for run in runs), PATIENCE_S)
    assert (job.state, jobs.rows(job_id)) == (JobState.COMPLETE, [{"attempt": 1, "total": 3}])
    assert all(seen.job.job_id != job_id for seen in queue.under_way())


def test_nothing_is_lost_when_postgres_drops_every_connection(jobs: Jobs) -> None:
    """As a restart of Postgres does, for the warehouse and for Dagster's storage."""
    working, waiting = jobs.working(jobs.submit(ticks=50)), jobs.submit(at_once=False)
    for _ in range(3):
        jobs.warehouse.fetch(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname LIKE %s AND backend_type = 'client backend'",
            [f"%{jobs.services.home.name}%"],
        )
    for job_id in (working.job_id, waiting):
        ended = jobs.ended(job_id)
        assert (ended.state, len(jobs.rows(job_id))) == (JobState.COMPLETE, 1)
