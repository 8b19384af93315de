"""A platform on many machines, all of them here: each service is `grt serve` with a GRT_HOME of its own."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import psutil
import psycopg

from grt_platform.adapters.embedded_postgres import EmbeddedPostgres
from grt_platform.adapters.process import launched
from grt_platform.kernel.errors import UnavailableError
from grt_platform.runtime.environment import project
from grt_platform.runtime.ready import fault
from grt_platform.settings import Settings
from grt_platform_tests.fixtures.faults import ahead
from grt_platform_tests.fixtures.patience import until
from grt_platform_tests.fixtures.postgres import UNSAFE_BUT_FAST, free_port
from grt_platform_tests.fixtures.rabbitmq import RabbitMQ, running_rabbitmq
from grt_platform_tests.fixtures.seaweed import Seaweed

PATIENCE_S = 240.0
MODULE = "grt_platform_tests.services.held_steps"
WORKERS = {"worker-a": ("--queue", "light", "--queue", "heavy", "--slots", "2"),
           "worker-b": ("--queue", "light", "--queue", "heavy", "--slots", "2")}  # fmt: skip
_LAUNCH = """
mutation Launch($run: ExecutionParams!) { launchRun(executionParams: $run) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }
"""


@dataclass
class Many:
    """The services by name, each a process that can be killed and started again."""

    folder: Path
    postgres: EmbeddedPostgres
    rabbitmq: RabbitMQ
    settings: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def chosen(self, name: str) -> Settings:
        """The settings of a service."""
        return Settings.model_validate({**self.settings, "home": str(self.folder / name)})

    def start(self, *names: str, ahead_s: float = 0) -> None:
        """The services are asked to be; `wait` tells when they are. Their clocks may be so many seconds ahead."""
        for name in names:
            service, _, _ = name.partition("-")
            options = WORKERS.get(name, ())
            command = [sys.executable, "-m", "grt_platform.cli", "serve", service, *options]
            self.processes[name] = self._process(name, command, {**self._named(name), **ahead(ahead_s)})

    def start_code(self, *, ahead_s: float = 0) -> None:
        """The code server, with the module of the tests; everything else of it is as `grt serve code` makes it."""
        from grt_platform.runtime.installation import Installation
        from grt_platform.runtime.serve import Work, served

        command, environment = served("code", Installation(self.folder / "code"), self.chosen("code"), Work())
        own = [MODULE if part == "grt_platform.definitions" else part for part in command]
        self.processes["code"] = self._process("code", own, {**environment, **self._named("code"), **ahead(ahead_s)})

    def wait(self, *names: str) -> None:
        """The services do their work, as their probes say."""
        for name in names:
            until(lambda name=name: self._is_ready(name))  # type: ignore[misc]

    def wait_for_definitions(self) -> None:
        """The UI has what the code server knows, after that was started again."""
        asked = "{ repositoriesOrError { ... on RepositoryConnection { nodes { name } } } }"
        until(lambda: self.ask(asked)["repositoriesOrError"].get("nodes"), pause_s=0.5)

    def probe(self, name: str, *, ahead_s: float = 0) -> bool:
        """Whether a service is ready by the probe of its container, whose clock may be so many seconds ahead."""
        command = [sys.executable, "-m", "grt_platform.cli", "ready", name.partition("-")[0]]
        environment = {**self._named(name), **ahead(ahead_s)}
        return subprocess.run(command, env=environment, cwd=project(), capture_output=True, check=False).returncode == 0

    def run(self, name: str) -> None:
        """A task of a service has ended well."""
        self.start(name)
        assert self.processes.pop(name).wait(PATIENCE_S) == 0, self.log(name)

    def kill(self, name: str) -> None:
        """The service's own process is gone at once; what it leaves behind is its own affair."""
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def lose(self, name: str) -> None:
        """The service is gone with all its processes, as a container is."""
        os.killpg(self.processes[name].pid, signal.SIGKILL)
        self.kill(name)

    def stop(self) -> None:
        """Nothing runs."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.processes.clear()

    def log(self, name: str) -> str:
        """What a service wrote."""
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace")[-3000:] if path.exists() else ""

    def launch(self, job: str, ops: list[str], held: Path) -> str:
        """A run of a job of the tests whose steps are held by files named `held.*`; its id."""
        config = {"folder": str(held.parent), "name": held.name}
        selector = {"repositoryLocationName": "grt_platform", "repositoryName": "__repository__", "pipelineName": job}
        run = {"selector": selector, "runConfigData": {"ops": {op: {"config": config} for op in ops}}}
        return self._launched(run)

    def _launched(self, run: dict[str, Any]) -> str:
        answer = self.ask(_LAUNCH, run=run)["launchRun"]
        assert answer["__typename"] == "LaunchRunSuccess", answer
        return str(answer["run"]["runId"])

    def materialize(self, keys: Sequence[dg.AssetKey], partition: str | None) -> str:
        """A run of assets; its id."""
        repository = {"repositoryLocationName": "grt_platform", "repositoryName": "__repository__"}
        selection = [{"path": list(key.path)} for key in keys]
        selector = {**repository, "pipelineName": "__ASSET_JOB", "assetSelection": selection, "assetCheckSelection": []}
        tags = [{"key": "dagster/partition", "value": partition}] if partition else []
        run = {"selector": selector, "runConfigData": {}, "executionMetadata": {"tags": tags}}
        return self._launched(run)

    def hold(self, name: str) -> tuple[str, Path]:
        """A run of `sample_held` whose first step has begun."""
        held = self.folder / name
        run_id = self.launch("sample_held", ["sample_hold", "sample_after"], held)
        until(lambda: lines(held, "begun"))
        return run_id, held

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """An answer of Dagster's GraphQL."""
        url, asked = f"http://127.0.0.1:{self.settings['ui_port']}/graphql", {"query": query, "variables": variables}
        for _ in range(20):
            told = httpx.post(url, json=asked, timeout=60)
            if told.status_code != httpx.codes.INTERNAL_SERVER_ERROR:
                break
            time.sleep(0.5)  # its connections to Postgres are broken: it makes new ones
        found: dict[str, Any] = told.raise_for_status().json()["data"]
        return found

    def rows(self, sql: str, database: str = "dagster", *values: object) -> list[tuple[Any, ...]]:
        """Rows of a database; none while Postgres is away."""
        try:
            with psycopg.connect(self.settings[f"{database}_url"], connect_timeout=5) as connection:
                return connection.execute(sql.encode(), values).fetchall()
        except psycopg.OperationalError:
            return []

    def flush(self) -> None:
        """What Postgres said yes to is on its disk: the one of the tests does not wait for that at a commit."""
        with psycopg.connect(self.settings["dagster_url"], autocommit=True) as connection:
            connection.execute(b"CHECKPOINT")

    def status(self, run_id: str) -> str:
        """How a run stands."""
        return next((row[0] for row in self.rows("SELECT status FROM runs WHERE run_id = %s", "dagster", run_id)), "")

    def family(self, run_id: str) -> list[tuple[str, str]]:
        """A run and those that Dagster made to try it again, in order: id and status."""
        sql = """SELECT run_id, status FROM runs WHERE run_id = %s OR run_id IN
                 (SELECT run_id FROM run_tags WHERE key = 'dagster/root_run_id' AND value = %s) ORDER BY id"""
        return self.rows(sql, "dagster", run_id, run_id)

    def ended(self, run_id: str, patience_s: float = PATIENCE_S) -> list[str]:
        """Statuses of the family, once its last run succeeded, or all of it failed for good."""

        def is_over() -> bool:
            found = [status for _, status in self.family(run_id)]
            return bool(found) and (
                found[-1] in {"SUCCESS", "CANCELED"} or (len(found) == 3 and found[-1] == "FAILURE")
            )

        until(is_over, patience_s)
        return [status for _, status in self.family(run_id)]

    def failures(self, run_id: str) -> str:
        """What the events of a run say about its failure."""
        sql = "SELECT event FROM event_logs WHERE run_id = %s AND dagster_event_type LIKE '%%FAIL%%'"
        return " ".join(row[0] for row in self.rows(sql, "dagster", run_id))

    def _is_ready(self, name: str) -> bool:
        service, _, _ = name.partition("-")
        assert self.processes[name].poll() is None, f"{name} has ended: {self.log(name)}"
        try:
            return not fault(service, self.chosen(name))
        except UnavailableError:
            return False

    def _process(self, name: str, command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                launched(command), env=environment, cwd=project(), stdout=log, stderr=log, start_new_session=True
            )

    def _named(self, name: str) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("GRT_", "AWS_"))}
        given = {f"GRT_{key.upper()}": value for key, value in self.settings.items()}
        return {**kept, **given, "GRT_HOME": str(self.folder / name), "PYTHONUNBUFFERED": "1"}


def lines(held: Path, what: str) -> list[str]:
    """The notes of a step."""
    path = held.with_name(f"{held.name}.{what}")
    return path.read_text().splitlines() if path.exists() else []


def go(held: Path) -> None:
    """The step goes on."""
    held.with_name(f"{held.name}.go").touch()


def is_running(pid: int) -> bool:
    """Whether a process runs; one that only waits to be collected does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def many_machines(folder: Path, seaweed: Seaweed, **settings: str) -> Iterator[Many]:
    """Postgres, RabbitMQ and S3 of its own, and every service but the web door; gone after the block."""
    server = EmbeddedPostgres(folder / "postgres", free_port(), secrets.token_hex(8), extra=UNSAFE_BUT_FAST)
    with running_rabbitmq(folder / "rabbitmq") as rabbitmq:
        server.initialise()
        server.start(folder / "postgres.log")
        server.wait_ready()
        with psycopg.connect(server.url(), autocommit=True) as admin:
            admin.execute(b"CREATE DATABASE dagster")
            admin.execute(b"CREATE DATABASE warehouse")
        ports = {f"{name}_port": str(free_port()) for name in ("code", "ui", "web")}
        databases = {f"{name}_url": server.url(name) for name in ("dagster", "warehouse")}
        raw = seaweed.place()
        places = {"raw_url": raw.url, "lake_url": seaweed.place().url, "products_url": seaweed.place().url}
        logs = {"compute_logs_url": f"s3://{seaweed.bucket}/{secrets.token_hex(4)}/logs"}
        keys = {"signing_key": secrets.token_hex(16), "admin_key": secrets.token_hex(16)}
        given = {**ports, **databases, **places, **raw.settings, **logs, **keys, "broker_url": rabbitmq.url, **settings}
        many = Many(folder, server, rabbitmq, given)
        try:
            rabbitmq.wait()
            many.run("prepare")
            many.start("daemon", "ui", "web", *WORKERS)
            many.start_code()
            many.wait("code", "ui", "web", "daemon", *WORKERS)
            yield many
        finally:
            many.stop()
            server.stop()
