"""Questions from outside to a started stack, through its proxy alone; each is a sentence that must be true."""

import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx

from grt_platform.kernel.errors import UnavailableError

_PATIENCE_S, _POLL_S = 180.0, 2.0
_MUTATION = {"query": "mutation { setNuxSeen }"}
_REPOSITORY = {"repositoryLocationName": "grt_platform", "repositoryName": "__repository__"}
_LAUNCH = """mutation ($run: ExecutionParams!) { launchRun(executionParams: $run) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
_STATUS = "query ($run: ID!) { runOrError(runId: $run) { ... on Run { status } } }"


@dataclass(frozen=True, slots=True)
class Outside:
    """Somebody who reaches the proxy by the platform's name."""

    client: httpx.Client
    name: str
    key: str

    @classmethod
    def of(cls, port: int, name: str, certificate: Path, key: str) -> "Outside":
        """Who trusts the certificate, and holds the administrator's key."""
        trust = ssl.create_default_context(cafile=str(certificate))
        client = httpx.Client(base_url=f"https://127.0.0.1:{port}", verify=trust, timeout=30)
        return cls(client, name, key)

    def ask(self, method: str, path: str, *, is_admin: bool = False, **more: Any) -> httpx.Response:
        """One request, as if the name led here."""
        headers = {"Host": self.name, **({"Authorization": f"Bearer {self.key}"} if is_admin else {})}
        return self.client.request(method, path, headers=headers, extensions={"sni_hostname": self.name}, **more)


def smoke(outside: Outside) -> Iterator[str]:
    """What was seen to be true, one sentence each.

    Raises:
        UnavailableError: One is not.
    """
    ready = outside.ask("GET", "/health/ready").json()
    yield _true("every part answers", ready, holds=ready["status"] == "ok")
    page = outside.ask("GET", "/dagster/")
    yield _true("the Dagster UI sends strangers to sign in", page.text, holds=page.status_code == HTTPStatus.SEE_OTHER)
    got = outside.ask("GET", "/dagster/graphql", is_admin=True, params=_MUTATION)
    yield _true("no GET reaches its /graphql", got.text, holds=got.status_code == HTTPStatus.METHOD_NOT_ALLOWED)
    hidden = outside.ask("GET", "/metrics", is_admin=True)
    yield _true("figures stay inside", hidden.text, holds=hidden.status_code == HTTPStatus.NOT_FOUND)
    status = _run(outside, "platform_prune")
    yield _true("a run goes through queue, broker and worker", status, holds=status == "SUCCESS")


def _run(outside: Outside, job: str) -> str:
    run = {"selector": {**_REPOSITORY, "jobName": job}, "mode": "default", "runConfigData": {}}
    launched = _graphql(outside, _LAUNCH, {"run": run})["launchRun"]
    if "run" not in launched:
        raise UnavailableError(f"Dagster did not launch {job}: {launched}")
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        status = str(_graphql(outside, _STATUS, {"run": launched["run"]["runId"]})["runOrError"]["status"])
        if status in {"SUCCESS", "FAILURE", "CANCELED"} or time.monotonic() > deadline:
            return status
        time.sleep(_POLL_S)


def _graphql(outside: Outside, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    body = {"query": query, "variables": variables}
    answer = outside.ask("POST", "/dagster/graphql", is_admin=True, json=body)
    answer.raise_for_status()
    data: dict[str, Any] = answer.json()["data"]
    return data


def _true(sentence: str, answer: object, *, holds: bool) -> str:
    if not holds:
        raise UnavailableError(f"Not true of the started stack: {sentence}. It answered {answer}")
    return sentence
