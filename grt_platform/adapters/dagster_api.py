"""Dagster's GraphQL API, as far as the doors need it: start backfills, look at runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from grt_platform.kernel.errors import BadInputError, UnavailableError

_LAUNCH = """
mutation Launch($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
    ... on UnauthorizedError { message }
    ... on PartitionSetNotFoundError { message }
    ... on InvalidSubsetError { message }
    ... on PartitionKeysNotFoundError { message }
  }
}
"""
_BACKFILL = """
query Backfill($id: String!) {
  partitionBackfillOrError(backfillId: $id) {
    __typename
    ... on PartitionBackfill {
      status
      assetBackfillData { assetBackfillStatuses {
        ... on AssetPartitionsStatusCounts { numPartitionsTargeted numPartitionsMaterialized numPartitionsFailed }
        ... on UnpartitionedAssetStatus { materialized failed }
      } }
    }
    ... on PythonError { message }
    ... on BackfillNotFoundError { message }
  }
}
"""
_RUNS = """
query Runs($filter: RunsFilter!, $limit: Int!) {
  runsOrError(filter: $filter, limit: $limit) {
    __typename
    ... on Runs { results { runId status tags { key value } } }
    ... on PythonError { message }
  }
}
"""
_PARTITION = "dagster/partition"
_REPOSITORY = {"repositoryLocationName": "grt_platform", "repositoryName": "__repository__"}
_LAUNCH_JOB = """
mutation LaunchJob(
  $partitions: String!, $partition: String!, $repository: RepositorySelector!, $run: ExecutionParams!
) {
  addDynamicPartition(partitionsDefName: $partitions, partitionKey: $partition, repositorySelector: $repository) {
    __typename
    ... on PythonError { message }
    ... on UnauthorizedError { message }
    ... on DuplicateDynamicPartitionError { partitionName }
  }
  launchRun(executionParams: $run) { ...launched }
}
"""
_LAUNCH_RUN = """
mutation LaunchRun($run: ExecutionParams!) {
  launchRun(executionParams: $run) { ...launched }
}
"""
_LAUNCHED = """
fragment launched on LaunchRunResult {
  __typename
  ... on LaunchRunSuccess { run { runId } }
  ... on PythonError { message }
  ... on UnauthorizedError { message }
  ... on PipelineNotFoundError { message }
  ... on InvalidSubsetError { message }
}
"""
_TERMINATE = """
mutation Terminate($run: String!) {
  terminateRun(runId: $run, terminatePolicy: SAFE_TERMINATE) {
    __typename
    ... on TerminateRunFailure { message }
    ... on RunNotFoundError { message }
    ... on UnauthorizedError { message }
    ... on PythonError { message }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Backfill:
    """Where a backfill stands: counts are partitions summed over its assets."""

    status: str
    targeted: int
    materialized: int
    failed: int

    @property
    def is_finished(self) -> bool:
        """Nothing of it will run any more."""
        return self.status not in {"REQUESTED", "CANCELING", "FAILING", "IN_PROGRESS"}


class DagsterApi:
    """A client of one Dagster webserver.

    Args:
        url: Address of the webserver, such as `http://127.0.0.1:3000`.

    Raises:
        UnavailableError: From every method, when the webserver does not answer.
        BadInputError: From every method, when it refuses what was asked.
    """

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/") + "/graphql"

    def launch_backfill(self, assets: Sequence[Sequence[str]], partitions: Sequence[str], title: str) -> str:
        """Starts a backfill of `assets` for `partitions` and returns its id."""
        params = {
            "assetSelection": [{"path": list(path)} for path in assets],
            "partitionNames": list(partitions),
            "fromFailure": False,
            "title": title,
        }
        return str(self._ask(_LAUNCH, {"params": params}, "LaunchBackfillSuccess")["backfillId"])

    def backfill(self, backfill_id: str) -> Backfill:
        """Where a backfill stands."""
        answer = self._ask(_BACKFILL, {"id": backfill_id}, "PartitionBackfill")
        counts = [status for status in (answer["assetBackfillData"] or {}).get("assetBackfillStatuses", []) if status]
        return Backfill(
            answer["status"],
            sum(count.get("numPartitionsTargeted", 1) for count in counts),
            sum(count.get("numPartitionsMaterialized", int(count.get("materialized", False))) for count in counts),
            sum(count.get("numPartitionsFailed", int(count.get("failed", False))) for count in counts),
        )

    def runs(self, statuses: Sequence[str], *, tags: Mapping[str, str] | None = None, limit: int = 100) -> list[Any]:
        """The newest runs in one of `statuses` with all of `tags`: dicts of runId, status, tags."""
        chosen = {"statuses": list(statuses), "tags": [{"key": k, "value": v} for k, v in (tags or {}).items()]}
        answer = self._ask(_RUNS, {"filter": chosen, "limit": limit}, "Runs")
        return list(answer["results"])

    def launch_job(self, name: str, partitions: str, partition: str, tags: Mapping[str, str]) -> str:
        """Makes the partition, asks for a run of the job on it, and returns the run's id.

        Args:
            name: Of the Dagster job.
            partitions: Name of its dynamic partitions.
            partition: The key; one that is there already is used as it is.
            tags: Tags of the run.
        """
        run = _run(name, {**tags, _PARTITION: partition})
        asked = {"partitions": partitions, "partition": partition, "repository": _REPOSITORY, "run": run}
        added, launched = self._answers(_LAUNCH_JOB + _LAUNCHED, asked)
        if added["__typename"] not in {"AddDynamicPartitionSuccess", "DuplicateDynamicPartitionError"}:
            raise _refused(added)
        if launched["__typename"] != "LaunchRunSuccess":
            raise _refused(launched)
        return str(launched["run"]["runId"])

    def launch(self, name: str, tags: Mapping[str, str]) -> str:
        """Asks for a run of a job that has no partitions, and returns the run's id."""
        return str(self._ask(_LAUNCH_RUN + _LAUNCHED, {"run": _run(name, tags)}, "LaunchRunSuccess")["run"]["runId"])

    def terminate(self, run_id: str) -> None:
        """Asks a run to end as canceled; one in the queue never starts."""
        self._ask(_TERMINATE, {"run": run_id}, "TerminateRunSuccess")

    def _ask(self, query: str, variables: Mapping[str, Any], expected: str) -> Any:
        (result,) = self._answers(query, variables)
        if result["__typename"] != expected:
            raise _refused(result)
        return result

    def _answers(self, query: str, variables: Mapping[str, Any]) -> list[Any]:
        """What each field of the query answers, in its order."""
        try:
            answer = httpx.post(self._url, json={"query": query, "variables": variables}, timeout=30)
            answer.raise_for_status()
            data = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise UnavailableError(f"Dagster at {self._url} does not answer ({error}): is `grt up` running?") from error
        if data.get("errors"):
            raise BadInputError(f"Dagster refused the question: {data['errors'][0]['message']}")
        return list(data["data"].values())


def _run(name: str, tags: Mapping[str, str]) -> dict[str, Any]:
    return {
        "selector": {**_REPOSITORY, "jobName": name},
        "mode": "default",
        "runConfigData": {},
        "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in tags.items()]},
    }


def _refused(result: Mapping[str, Any]) -> BadInputError:
    return BadInputError(f"Dagster refused: {result.get('message', result['__typename'])}")
