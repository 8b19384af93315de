"""From POST to the start of work: what a job's first seconds consist of, and what waiting for jobs costs when idle.

`python -m benchmarks.job_latency [--rounds 10] [--idle 30]` runs the platform's web app and a real Dagster with the
definitions of all systems and the tiny kind of job of the tests, one job at a time. The baseline in the same run is
Dagster's plain way: the sensor makes the run, and each run is a new Python (`dagster api grpc`).
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import psutil

from benchmarks.server import durable_postgres
from grt_platform.adapters.job_board import JobBoard
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.settings import settings
from grt_platform.web import app as web_app
from grt_platform_tests.fixtures.dagster_services import DagsterServices, dagster_services
from grt_platform_tests.fixtures.patience import until
from grt_platform_tests.fixtures.sample_api import router
from grt_platform_tests.fixtures.sample_jobs import MAKE_TABLE
from grt_platform_tests.fixtures.web import ADMIN_KEY, serving, settings_of

MODULE = "grt_platform_tests.fixtures.sample_jobs"
STAGES = ("handed out", "run made", "dequeued", "run begun", "step begun", "work begun")


def moments(warehouse: Warehouse, instance: dg.DagsterInstance, job_id: str) -> dict[str, float]:
    """Seconds after the commit at which each stage was reached."""
    sql = "SELECT created_at, handed_out_at, started_at, run_id FROM jobs.jobs WHERE job_id = %s"
    [row] = warehouse.fetch(sql, [job_id])
    told = [each for each in instance.all_logs(row["run_id"]) if each.is_dagster_event]
    events = {each.get_dagster_event().event_type_value: each.timestamp for each in told}
    at: dict[str, datetime | float] = {
        "handed out": row["handed_out_at"],
        "run made": instance.get_run_record_by_id(row["run_id"]).create_timestamp,  # type: ignore[union-attr]
        "dequeued": events["PIPELINE_STARTING"],
        "run begun": events["PIPELINE_START"],
        "step begun": events["STEP_START"],
        "work begun": row["started_at"],
    }
    began = row["created_at"].timestamp()
    return {name: (m.timestamp() if isinstance(m, datetime) else m) - began for name, m in at.items()}


def one_job(client: httpx.Client, warehouse: Warehouse) -> tuple[str, float, float]:
    """Posts a job and waits for its end: id, seconds of the POST, CPU seconds of its process before the work."""
    began = time.perf_counter()
    answer = client.post("/sums", json={"numbers": [1, 2]}, headers={"Authorization": f"Bearer {ADMIN_KEY}"})
    posted = time.perf_counter() - began
    job_id = answer.raise_for_status().json()["job_id"]
    until(lambda: JobBoard(warehouse).get(job_id).state.is_ended)
    job = JobBoard(warehouse).get(job_id)
    if job.result is None:
        raise SystemExit(f"{job.state}: {job.reason}")
    return job_id, posted, job.result["cpu_s"]


def idle_cpu(services: DagsterServices, seconds: float) -> dict[str, float]:
    """Share of a core that each service and its children take while nothing is asked."""

    def used(name: str) -> float:
        process = psutil.Process(services.processes[name].pid)
        return sum(sum(each.cpu_times()[:2]) for each in [process, *process.children(recursive=True)])

    before = {name: used(name) for name in services.processes}
    time.sleep(seconds)
    return {name: (used(name) - before[name]) / seconds for name in services.processes}


@contextmanager
def platform(folder: Path, *, is_plain: bool) -> Iterator[tuple[DagsterServices, Warehouse, httpx.Client]]:
    """A platform with the tiny kind of job; a plain one spawns its runs and leaves the hand-out to the sensor."""
    with (
        durable_postgres(folder) as server,
        dagster_services(folder / "home", server.url(), MODULE, is_forking=not is_plain) as (services, url),
    ):
        warehouse = Warehouse(url)
        with warehouse.connection() as connection:
            connection.execute(MAKE_TABLE.encode())
        ui_port = "0" if is_plain else str(services.ports["ui"])
        with settings_of(folder / "home", url, ui_port=ui_port, log_level="ERROR"):
            web_app.system_routers = lambda: [router]
            with serving(web_app.create_app()) as address, httpx.Client(base_url=address, timeout=60) as client:
                yield services, warehouse, client


def measure(name: str, rounds: int, idle_s: float, *, is_plain: bool) -> None:
    """Prints what one way costs."""
    folder = Path(tempfile.mkdtemp(prefix="grt-bench-jobs-"))
    try:
        with platform(folder, is_plain=is_plain) as (services, warehouse, client):
            os.environ.update(services.environment)
            with dg.DagsterInstance.get() as instance:
                one_job(client, warehouse)  # the first one warms up
                jobs = [one_job(client, warehouse) for _ in range(rounds)]
                reached = [moments(warehouse, instance, job_id) for job_id, _, _ in jobs]
            print(f"\n{name}, {rounds} jobs, load {os.getloadavg()[0]:.1f}")
            print(f"  POST answered: p50 {statistics.median(posted for _, posted, _ in jobs):.3f} s")
            for stage in STAGES:
                times = sorted(each[stage] for each in reached)
                print(f"  {stage}: p50 {statistics.median(times):.2f} s, worst {times[-1]:.2f} s after the commit")
            print(f"  CPU of the run's process before its work: p50 {statistics.median(cpu for *_, cpu in jobs):.2f} s")
            if idle_s:
                shares = idle_cpu(services, idle_s)
                print("  idle: " + ", ".join(f"{each} {share:.1%} of a core" for each, share in shares.items()))
    finally:
        settings.cache_clear()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--idle", type=float, default=30, help="seconds of the look at the idle platform")
    chosen: Any = parser.parse_args()
    measure("Plain Dagster: sensor, spawned runs", max(2, chosen.rounds // 2), 0, is_plain=True)
    measure("Ours: handed out after the commit, forked runs", chosen.rounds, chosen.idle, is_plain=False)


if __name__ == "__main__":
    main()
