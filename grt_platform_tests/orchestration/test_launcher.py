"""What run monitoring hears of a run's process."""

from dataclasses import dataclass, field

import dagster as dg
import pytest
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.launcher import WorkerStatus
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._core.utils import make_new_run_id
from dagster._grpc.types import CanCancelExecutionResult
from dagster._serdes import serialize_value

from grt_platform.orchestration import launcher
from grt_platform.orchestration.launcher import WatchedRunLauncher


@dataclass
class Server:
    """A code server's client that knows some runs, or reaches nobody."""

    runs: set[str] = field(default_factory=set)
    is_there: bool = True

    def can_cancel_execution(self, request, timeout):
        if not self.is_there:
            raise DagsterUserCodeUnreachableError("nobody")
        return serialize_value(CanCancelExecutionResult(can_cancel=request.run_id in self.runs))


@pytest.fixture
def run():
    return dg.DagsterRun(job_name="job", run_id=make_new_run_id(), status=dg.DagsterRunStatus.STARTED)


def health(run, server, monkeypatch):
    reached = []
    monkeypatch.setattr(launcher, "DagsterGrpcClient", lambda **where: reached.append(where) or server)
    tagged = run.with_tags({GRPC_INFO_TAG: '{"host": "code", "port": 4000}'})
    found = WatchedRunLauncher().check_run_worker_health(tagged)
    assert reached == [{"host": "code", "port": 4000}]
    return found


def test_a_run_that_its_code_server_has_is_alive(run, monkeypatch):
    assert health(run, Server({run.run_id}), monkeypatch).status is WorkerStatus.RUNNING


def test_a_run_that_its_code_server_does_not_know_is_lost_with_a_reason(run, monkeypatch):
    found = health(run, Server(), monkeypatch)
    assert found.status is WorkerStatus.NOT_FOUND
    assert "its code server was restarted" in found.msg


def test_a_code_server_that_does_not_answer_says_nothing_about_its_runs(run, monkeypatch):
    assert health(run, Server(is_there=False), monkeypatch).status is WorkerStatus.RUNNING


def test_a_run_that_no_code_server_launched_is_not_judged(run):
    assert WatchedRunLauncher().check_run_worker_health(run).status is WorkerStatus.RUNNING
