"""Dagster's launcher of runs, which can also tell whether a run's process is still there.

Dagster's own one leaves that to the code server, which notices a dead run as long as it lives itself and Postgres
answers at that moment. What it missed, run monitoring finds here: a run that counts as started and that its code server
does not know is failed, and tried again.
"""

import json

from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.launcher import CheckRunHealthResult, DefaultRunLauncher, WorkerStatus
from dagster._core.storage.dagster_run import DagsterRun
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._grpc.client import DagsterGrpcClient
from dagster._grpc.types import CanCancelExecutionRequest, CanCancelExecutionResult
from dagster._serdes import deserialize_value

_PATIENCE_S = 10
_LOST = "The process of this run is gone: its code server was restarted, or lost it while Postgres was away."


class WatchedRunLauncher(DefaultRunLauncher):
    """Launches runs as children of the code server."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Run monitoring may ask."""
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Whether the code server that launched the run has its process; one that does not answer is believed alive."""
        if GRPC_INFO_TAG not in run.tags:
            return CheckRunHealthResult(WorkerStatus.RUNNING, "no code server launched it")
        request = CanCancelExecutionRequest(run_id=run.run_id)
        try:
            answer = _asked(DagsterGrpcClient(**json.loads(run.tags[GRPC_INFO_TAG])), request)
        except DagsterUserCodeUnreachableError:
            return CheckRunHealthResult(WorkerStatus.RUNNING, "its code server does not answer now")
        if answer.can_cancel:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.NOT_FOUND, _LOST)


def _asked(client: DagsterGrpcClient, request: CanCancelExecutionRequest) -> CanCancelExecutionResult:
    return deserialize_value(client.can_cancel_execution(request, timeout=_PATIENCE_S), CanCancelExecutionResult)
