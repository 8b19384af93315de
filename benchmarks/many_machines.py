"""What many machines bear, all of them here: instances that upload at once, people who ask at once, many partitions.

`python -m benchmarks.many_machines [--instances 40] [--people 5] [--questions 2] [--partitions 200]` starts Postgres,
RabbitMQ, an S3 server and every service with two workers of two slots, and prints for each of the three how many a
minute, how unequal people were served, how much Dagster's database grew, and what memory each service took over time
(proportional set size with all its children, sampled every `--every` seconds). The sizes of the issue are
`--instances 200 --people 10 --questions 5 --partitions 10000`.
"""

import argparse
import io
import statistics
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psycopg

from benchmarks.family import memory_of
from grt_platform.adapters.accounts.projects import create_project
from grt_platform.adapters.dagster_api import DagsterApi
from grt_platform.adapters.event_log import prune, prune_results
from grt_platform.adapters.job_board import JobBoard, Submission
from grt_platform.adapters.store import open_store
from grt_platform.adapters.upload_limits import limits_of
from grt_platform.adapters.uploads import Uploads
from grt_platform.kernel.identity import KEY_USER_ID
from grt_platform.systems.galaxy.serving.instances import register
from grt_platform.systems.variants.asking import resolve
from grt_platform.systems.variants.limits import plan_limits
from grt_platform.systems.variants.logic.question import Asked
from grt_platform_tests.fixtures.patience import until
from grt_platform_tests.fixtures.seaweed import running_seaweed
from grt_platform_tests.services.asked import known, looked_at, warehouse_of
from grt_platform_tests.services.held_steps import CELLS
from grt_platform_tests.services.many import Many, many_machines
from grt_platform_tests.systems.galaxy.serving.client import archive_of, metadata_of
from grt_platform_tests.vcf_files import bgzip, vcf_text

PATIENCE_S = 3600.0
GIVEN = {"sensor_interval_s": "3600", "ena_interval_s": "3600", "jobs_interval_s": "2", "runs_at_once": "8"}


def uploads(many: Many, instances: int) -> str:
    """Every instance sends one report, all at once, over HTTP."""
    warehouse, archive = warehouse_of(many), archive_of()
    keys = [register(warehouse, f"instance {number}") for number in range(instances)]
    files = {"meta": metadata_of(archive), "data": archive, "identifier": b"1700000000.25"}
    url = f"http://127.0.0.1:{many.settings['web_port']}/galaxy/api/v2/upload"

    def send(number: int) -> tuple[int, float]:
        key, began = keys[number], time.perf_counter()
        headers = {"Authorization": f"{key.instance_id}:{key.key}"}
        sent = {name: (name, io.BytesIO(data)) for name, data in files.items()}
        answer = httpx.post(url, headers=headers, files=sent, timeout=300)
        return answer.status_code, time.perf_counter() - began

    began = time.perf_counter()
    with ThreadPoolExecutor(instances) as pool:
        told = list(pool.map(send, range(instances)))
    took, good = time.perf_counter() - began, sum(code == httpx.codes.OK for code, _ in told)
    waits = [seconds for _, seconds in told]
    return (
        f"{instances} instances uploading at once: {good} held, {60 * good / took:.0f} a minute; "
        f"an upload took {statistics.median(waits):.1f} s in the middle, {max(waits):.1f} s at most"
    )


def questions(many: Many, people: int, each: int) -> str:
    """Each person asks several questions at once, the first person first: who waits how long."""
    warehouse, board = warehouse_of(many), JobBoard(warehouse_of(many))
    raw = Uploads(warehouse, open_store(many.settings["raw_url"], many.chosen("code")), limits_of(many.chosen("code")))
    projects, now = [f"project-{number}" for number in range(people)], datetime.now(UTC)
    data, versions = bgzip(vcf_text(["a", "b"], (f"1 {at} A C 0/1 1/1" for at in range(1, 2000, 7))).encode()), []
    for project in projects:
        create_project(warehouse, project, "", KEY_USER_ID, now)
        versions.append(raw.add(project, "a.vcf.gz", io.BytesIO(data), by="a benchmark", now=now))
    looked_at(many, versions)
    jobs = []
    for project in projects:
        for number in range(each):
            asked = Asked(is_all=True, command=f"view -i 'POS>{number}'")
            pins = resolve(warehouse, project, asked, plan_limits()).pins()
            made = Submission("variants", "query", project, KEY_USER_ID, project, asked.as_request(), pins)
            jobs.append(board.submit(made).job)
    began = datetime.now(UTC)
    until(lambda: all(board.get(job.job_id).state.is_ended for job in jobs), PATIENCE_S, 1.0)
    waits = defaultdict[str, list[float]](list)
    for job in map(board.get, (job.job_id for job in jobs)):
        assert job.state == "COMPLETE", job.reason
        assert job.ended_at is not None
        waits[job.project].append((job.ended_at - began).total_seconds())
    first, last = [min(each) for each in waits.values()], [max(each) for each in waits.values()]
    return (
        f"{people} people with {each} questions each: {60 * len(jobs) / max(last):.1f} answers a minute; the first "
        f"answer came after {min(first):.0f} to {max(first):.0f} s, everybody's last after {min(last):.0f} to "
        f"{max(last):.0f} s"
    )


def partitions(many: Many, count: int) -> str:
    """A backfill of so many partitions in runs of fifty."""
    keys, size = [f"cell-{number}" for number in range(count)], "SELECT pg_database_size('dagster')"
    for key in keys:
        known(many, str(CELLS.name), key)
    api = DagsterApi(f"http://127.0.0.1:{many.settings['ui_port']}")
    [(before,)], began = many.rows(size), time.perf_counter()
    backfill = api.launch_backfill([["sample", "cell"]], keys, "a benchmark")
    until(lambda: api.backfill(backfill).is_finished, PATIENCE_S, 2.0)
    took, [(after,)] = time.perf_counter() - began, many.rows(size)
    told = api.backfill(backfill)
    tag = "SELECT count(*) FROM run_tags WHERE key = 'dagster/backfill' AND value = %s"
    [(runs,)] = many.rows(tag, "dagster", backfill)
    pruned = prune(many.settings["dagster_url"], older_than_days=0)
    prune_results(many.settings["dagster_url"], older_than_days=0)
    with psycopg.connect(many.settings["dagster_url"], autocommit=True) as connection:
        connection.execute(b"VACUUM (FULL, ANALYZE)")
    [(kept,)] = many.rows(size)
    return (
        f"{count} partitions backfilled ({told.status}): {told.materialized} made, {told.failed} failed, {runs} runs, "
        f"{60 * runs / took:.1f} runs and {60 * count / took:.0f} partitions a minute; Dagster's database grew by "
        f"{(after - before) / 2**20:.1f} MiB, {(after - before) / count / 1024:.1f} KiB a partition; pruning took "
        f"{pruned} events, and left {(kept - before) / count / 1024:.1f} KiB a partition"
    )


Samples = dict[str, list[int]]


@contextmanager
def sampled(many: Many, every_s: float) -> Iterator[Samples]:
    """The memory of each service with its children, in MiB, at the start, every so many seconds, and at the end."""
    found, is_over = Samples(), threading.Event()

    def look() -> None:
        while True:
            pids = {name: process.pid for name, process in many.processes.items()}
            for name, pid in {**pids, "postgres": many.postgres.pid}.items():
                found.setdefault(name, []).append(memory_of(pid) // 2**20)
            if is_over.wait(every_s):
                return

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        is_over.set()
        thread.join()


def shown(memory: Samples) -> Iterator[str]:
    """A line for each service: at the start, the middle of each tenth of the time, the most."""
    for name, samples in memory.items():
        tenths = [statistics.median_low(samples[at * len(samples) // 10 :][: max(1, len(samples) // 10)])
                  for at in range(10)]  # fmt: skip
        series = " ".join(str(each) for each in tenths)
        yield f"{name}: {samples[0]} MiB at first, then {series}, {max(samples)} at most ({len(samples)} looks)"


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=int, default=40)
    parser.add_argument("--people", type=int, default=5)
    parser.add_argument("--questions", type=int, default=2)
    parser.add_argument("--partitions", type=int, default=200)
    parser.add_argument("--every", type=float, default=30.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="grt-bench-") as name:
        (Path(name) / "s3").mkdir()
        with running_seaweed(Path(name) / "s3") as seaweed, many_machines(Path(name), seaweed, **GIVEN) as many:
            parts: list[Callable[[], str]] = [
                lambda: uploads(many, given.instances),
                lambda: questions(many, given.people, given.questions),
                lambda: partitions(many, given.partitions),
            ]
            for part in parts:
                with sampled(many, given.every) as memory:
                    print(part(), flush=True)
                for line in shown(memory):
                    print(f"  {line}", flush=True)


if __name__ == "__main__":
    main()
