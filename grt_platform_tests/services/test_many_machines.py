"""The same assets on many machines: real Postgres, RabbitMQ, S3 and workers, and what happens when each is killed.

Every test prints its figures; run it with `-s` to see them.
"""

import gzip
import json
import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import psutil
import psycopg
import pytest

from grt_platform.adapters.broker import queue_depths
from grt_platform.adapters.lake import Lake
from grt_platform.adapters.store import open_store
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.orchestration.daemon import STANDS_BY
from grt_platform.orchestration.workers.guard import MOST_DEATHS
from grt_platform.systems.galaxy.partitions import month_of, partition_key
from grt_platform.systems.galaxy.schemas import RAW_TABLES, TOOL_RESOURCES, TOOL_USAGE, overall
from grt_platform.systems.genes.schemas import SEQUENCES
from grt_platform.systems.lustre.assets.table import scanned
from grt_platform.systems.lustre.schemas import ACCOUNTS, SCANNED_TABLES
from grt_platform_tests.fixtures.faults import small_disk
from grt_platform_tests.fixtures.patience import until
from grt_platform_tests.fixtures.platform import Platform
from grt_platform_tests.fixtures.seaweed import Seaweed
from grt_platform_tests.flows.galaxy import ONE, agree, rows_of_lake, send
from grt_platform_tests.flows.galaxy import SENSOR as GALAXY_SENSOR
from grt_platform_tests.galaxy_archives import make_archive
from grt_platform_tests.services import asked, cohort, volume
from grt_platform_tests.services.held_steps import ROWS
from grt_platform_tests.services.many import WORKERS, Many, go, is_running, lines, many_machines
from grt_platform_tests.systems.genes.logic.loading import load_bytes

pytestmark = [pytest.mark.service, pytest.mark.slow, pytest.mark.timeout(900)]
QUIET = dict.fromkeys(("sensor_interval_s", "jobs_interval_s", "ena_interval_s"), "3600") | {"runs_at_once": "8"}
CUT = {"shards": "4", "variants_shard_s": "0.1", "genes_shard_bytes": "1000000", "genes_chunk_bytes": "4096",
       **volume.CUT}  # fmt: skip
TABLES = [dg.AssetKey(["galaxy", "raw", "archives"]), *(dg.AssetKey(table.asset_key) for table in RAW_TABLES),
          *(dg.AssetKey(table.served().asset_key) for table in RAW_TABLES if not table.is_private)]  # fmt: skip
PRODUCTS = (TOOL_USAGE, TOOL_RESOURCES)
OF_INSTANCE = [dg.AssetKey(each.asset_key) for table in PRODUCTS for each in (table, table.served())]
OVERALL = [dg.AssetKey(each.asset_key) for table in map(overall, PRODUCTS) for each in (table, table.served())]
STARTED_RUN = re.compile(r"Started process for run \(pid: (\d+)\)")


@pytest.fixture(scope="module")
def many(seaweed: Seaweed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Many]:
    """One platform for all tests of this file."""
    with many_machines(tmp_path_factory.mktemp("many"), seaweed, **QUIET, **CUT) as platform:
        yield platform


def step_process(held: Path) -> int:
    """The process that began the step last."""
    return int(lines(held, "begun")[-1].split()[0])


def worker_of(many: Many, held: Path) -> str:
    """The worker that began the step last."""
    return Path(lines(held, "begun")[-1].split()[1]).name


def test_a_galaxy_day_on_workers_is_what_one_machine_makes_of_it(many: Many, platform: Platform) -> None:
    made = make_archive("F4d", range(1, 60), generated="1656720000.0")
    raw = open_store(many.settings["raw_url"], many.chosen("code"))
    for suffix, data in ((".tar.gz", made.archive), (".json", made.metadata)):
        raw.put(f"galaxy/{ONE}/archives/{made.report_id}{suffix}", data)
    send(platform, made)
    platform.settle(GALAXY_SENSOR)
    month = partition_key(ONE, month_of(datetime.now(UTC)))
    asked.known(many, "galaxy_instances", ONE)
    begun, runs = time.monotonic(), []
    for keys, partition in ((TABLES, month), (OF_INSTANCE, ONE), (OVERALL, None)):
        runs.append(many.materialize(keys, partition))
        assert many.ended(runs[-1]) == ["SUCCESS"]
    took = time.monotonic() - begun
    lake = Lake(open_store(many.settings["lake_url"], many.chosen("code")))
    ours, theirs = rows_of_lake(lake), rows_of_lake(platform.lake)
    nouns = {key.path[-1] for key in (*TABLES, *OF_INSTANCE, *OVERALL)} & set(ours)
    assert len(nouns) > 8
    assert all(ours[noun] for noun in ("jobs", "metrics_num", "tool_usage", "tool_resources_overall"))
    for noun in nouns - {"ledger"}:  # which names the archives' etags, S3's other than a folder's
        assert _without_times(ours[noun]) == _without_times(theirs[noun]), noun
    assert agree(lake, Warehouse(many.settings["warehouse_url"]))
    by_workers = (
        "SELECT count(DISTINCT step_key) FROM event_logs WHERE run_id = ANY (%s) AND event LIKE '%%in celery worker%%'"
    )
    [(steps,)] = many.rows(by_workers, "dagster", runs)
    assert steps > 8
    print(f"a galaxy day on two workers: three runs, {steps} steps, {took:.1f} s")


def _without_times(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Rows without moments of reception, which are those of the test."""
    plain = (tuple(v for v in row if not isinstance(v, datetime) or v.year < 2026) for row in rows)
    return sorted(plain, key=repr)


def test_output_of_steps_can_be_read_from_the_bucket(many: Many, seaweed: Seaweed) -> None:
    run_id, held = many.hold("output")
    go(held)
    assert many.ended(run_id) == ["SUCCESS"], many.failures(run_id)
    prefix = many.settings["compute_logs_url"].removeprefix(f"s3://{seaweed.bucket}/")
    found = seaweed.client().list_objects_v2(Bucket=seaweed.bucket, Prefix=f"{prefix}/storage/{run_id}")
    assert found["KeyCount"] > 0


def test_a_step_whose_worker_is_killed_is_done_by_another_one(many: Many) -> None:
    run_id, held = many.hold("worker")
    process, worker = step_process(held), worker_of(many, held)
    many.kill(worker)
    took = until(lambda: len(lines(held, "begun")) == 2)
    assert not is_running(process)
    assert worker_of(many, held) != worker
    go(held)
    assert many.ended(run_id) == ["SUCCESS"], many.failures(run_id)
    assert (len(lines(held, "done")), len(lines(held, "after"))) == (1, 1)
    many.start(worker)
    many.wait(worker)
    print(f"kill -9 of a worker: begun again by another one after {took:.1f} s")


def test_a_run_whose_step_is_killed_alone_fails_at_once_and_is_tried_again(many: Many) -> None:
    run_id, held = many.hold("step")
    os.kill(step_process(held), signal.SIGKILL)
    took = until(lambda: len(lines(held, "begun")) == 2)
    go(held)
    assert many.ended(run_id) == ["FAILURE", "SUCCESS"], many.failures(run_id)
    assert "WorkerLostError" in many.failures(run_id)
    assert len(lines(held, "done")) == 1
    print(f"kill -9 of a step's process: begun again in a new run after {took:.1f} s")


def test_a_run_whose_process_is_killed_ends_its_step_and_is_tried_again(many: Many) -> None:
    run_id, held = many.hold("run")
    step = step_process(held)
    of_run = "SELECT event FROM event_logs WHERE run_id = %s AND event LIKE '%%Started process for run%%'"
    [(event,)] = many.rows(of_run, "dagster", run_id)
    found = STARTED_RUN.search(event)
    assert found is not None
    os.kill(int(found[1]), signal.SIGKILL)
    ended = until(lambda: not is_running(step), 30)
    again = until(lambda: len(lines(held, "begun")) == 2)
    go(held)
    assert many.ended(run_id) == ["FAILURE", "SUCCESS"], many.failures(run_id)
    assert len(lines(held, "done")) == 1
    print(f"kill -9 of a run's process: its step ended after {ended:.1f} s, was begun again {again:.1f} s later")


def test_a_code_server_that_is_killed_loses_its_runs_which_are_found_and_tried_again(many: Many) -> None:
    run_id, held = many.hold("code")
    step = step_process(held)
    many.lose("code")
    many.start_code()
    ended = until(lambda: many.status(run_id) == "FAILURE")
    until(lambda: not is_running(step), 30)
    again = until(lambda: len(lines(held, "begun")) == 2)
    go(held)
    assert many.ended(run_id) == ["FAILURE", "SUCCESS"], many.failures(run_id)
    assert "its code server was restarted" in many.failures(run_id)
    assert len(lines(held, "done")) == 1
    print(
        f"kill -9 of the code server: the run failed after {ended:.1f} s, its step was begun again {again:.1f} s later"
    )


def test_a_step_that_is_canceled_in_the_ui_ends_on_its_worker(many: Many) -> None:
    run_id, held = many.hold("cancel")
    step = step_process(held)
    answer = many.ask("mutation End($id: String!) { terminateRun(runId: $id) { __typename } }", id=run_id)
    assert answer == {"terminateRun": {"__typename": "TerminateRunSuccess"}}
    gone = until(lambda: not is_running(step), 60)
    took = until(lambda: many.status(run_id) == "CANCELED", 60)
    assert lines(held, "done") == []
    print(f"a cancel: the step was gone after {gone:.1f} s, the run was canceled {took:.1f} s later")


def test_a_broker_that_is_killed_and_started_again_loses_and_doubles_nothing(many: Many) -> None:
    run_id, held = many.hold("broker")
    many.rabbitmq.kill()
    waiting = many.launch("sample_held", ["sample_hold", "sample_after"], many.folder / "later")
    many.rabbitmq.start()
    many.rabbitmq.wait()
    took = until(lambda: lines(many.folder / "later", "begun"))
    go(held)
    go(many.folder / "later")
    assert many.ended(run_id) == ["SUCCESS"], many.failures(run_id)
    assert many.ended(waiting) == ["SUCCESS"], many.failures(waiting)
    for each in (held, many.folder / "later"):
        assert [len(lines(each, what)) for what in ("begun", "done", "after")] == [1, 1, 1]
    print(f"kill -9 of the broker: the next step began {took:.1f} s after it was back; the one under way went on")


def test_a_second_daemon_stands_by_and_takes_over(many: Many) -> None:
    many.start("daemon-2")
    until(lambda: STANDS_BY in many.log("daemon-2"))
    run_id, held = many.hold("daemons")
    go(held)
    assert many.ended(run_id) == ["SUCCESS"], many.failures(run_id)
    assert len(lines(held, "begun")) == 1
    many.kill("daemon")
    next_id = many.launch("sample_held", ["sample_hold", "sample_after"], many.folder / "next")
    took = until(lambda: lines(many.folder / "next", "begun"))
    go(many.folder / "next")
    assert many.ended(next_id) == ["SUCCESS"], many.failures(next_id)
    many.kill("daemon-2")
    many.start("daemon")
    many.wait("daemon")
    print(f"kill -9 of the daemon: the one that stood by launched the next run after {took:.1f} s")


def test_a_step_of_which_every_worker_dies_is_given_up_with_a_reason(many: Many) -> None:
    held = many.folder / "poison"
    run_id = many.launch("sample_poisoned", ["sample_die"], held)

    def is_given_up() -> bool:
        for name in WORKERS:  # as a container would be
            if many.processes[name].poll() is not None:
                many.start(name)
        return many.status(run_id) == "FAILURE"

    took = until(is_given_up)
    assert len(lines(held, "begun")) == MOST_DEATHS + 1
    assert f"{MOST_DEATHS + 1} workers died" in many.failures(run_id)
    many.wait(*WORKERS)
    print(f"a step that kills its worker: given up after {MOST_DEATHS + 1} workers, {took:.1f} s")


def test_rows_are_copied_once_when_postgres_is_killed_in_the_middle(many: Many) -> None:
    with psycopg.connect(many.settings["warehouse_url"], autocommit=True) as connection:
        connection.execute(b"CREATE TABLE public.copied (number integer)")
    held = many.folder / "copy"
    run_id = many.launch("sample_copied", ["sample_copy"], held)
    until(lambda: lines(held, "copying"))
    queued = many.launch("sample_held", ["sample_hold", "sample_after"], many.folder / "queued")
    many.flush()
    os.kill(many.postgres.pid, signal.SIGQUIT)
    many.postgres.stop()
    go(held)
    go(many.folder / "queued")
    time.sleep(3)  # an outage, not a blink
    many.postgres.start(many.folder / "postgres.log")
    many.postgres.wait_ready()
    statuses = many.ended(run_id)
    assert statuses[-1] == "SUCCESS", many.failures(run_id)
    assert len(lines(held, "copying")) > 1
    assert many.ended(queued)[-1] == "SUCCESS", "it waited to be scheduled"
    assert [len(lines(many.folder / "queued", what)) for what in ("done", "after")] == [1, 1]
    assert many.rows("SELECT count(*), count(DISTINCT number) FROM public.copied", "warehouse") == [(ROWS, ROWS)]
    assert all(is_running(process.pid) for process in many.processes.values()), "no service fell with Postgres"
    print(f"Postgres killed during COPY: {statuses}, begun {len(lines(held, 'begun'))} times")


def idle_queues(many: Many) -> list[tuple[int, int]]:
    """Messages and consumers of the queues, and of one that is none."""
    depths = queue_depths(many.rabbitmq.url, ["light", "heavy", "nobody"])
    return [(depth.messages, depth.consumers) for depth in depths]


def test_a_file_of_genes_is_cut_over_workers_one_of_which_is_killed_and_parsed_bit_by_bit_as_by_one(many: Many) -> None:
    genes = b"".join(b">gene%d of %d\n%s\n" % (at % 9973, at, b"ACGGT" * (at % 300)) for at in range(30_000))
    begun = time.monotonic()
    job_id, run_id = asked.begun(many, asked.gene_file(asked.uploaded(many, "genes.fasta", genes)))
    worker, shard = asked.step_under_way(many, run_id, "genes_shard")
    many.lose(worker)
    assert many.ended(run_id) == ["SUCCESS"], many.failures(run_id)
    took = time.monotonic() - begun
    many.start(worker)
    starts = asked.shards_begun(many, run_id, "genes_shard")
    assert len(set(starts)) == 4
    assert starts.count(shard) == 2, starts
    job, products = asked.job_of(many, job_id), asked.store_of(many, "products")
    expected = load_bytes(genes)
    assert (job.state, job.counts) == ("COMPLETE", asdict(expected.tally)), job.reason
    assert products.read(str((job.result or {})["key"])) == expected.json
    assert not list(products.list(f"genes/pieces/{job_id}"))
    columns = "ordinal, line_number, name, occurrence, digest, identical_to, sequence"
    rows = many.rows(f"SELECT {columns} FROM genes.genes WHERE job_id = %s ORDER BY ordinal", "warehouse", job_id)
    assert rows == expected.table("served_genes").select(columns.split(", ")).rows()
    sequences = Lake(asked.store_of(many, "lake")).scan(SEQUENCES, {"job_id": job_id}).drop("job_id").collect()
    assert sequences.equals(expected.table("sequences"))
    many.wait(worker)
    until(lambda: idle_queues(many) == [(0, 2), (0, 2), (0, 0)], 30)
    print(f"{len(genes) / 1e6:.0f} MB of genes in 4 shards, one worker killed in the middle: {took:.1f} s")


def test_a_question_is_cut_over_workers_one_of_which_is_killed_and_answered_bit_by_bit_as_by_one(
    many: Many, tmp_path: Path
) -> None:
    files = {f"{name}.vcf.gz": cohort.file(name) for name in "ab"}
    asked.looked_at(many, [asked.uploaded(many, name, data) for name, data in files.items()])
    job_id, run_id = asked.begun(many, asked.question(many, cohort.SLOWLY))
    worker, shard = asked.step_under_way(many, run_id, "variants_shard")
    many.kill(worker)
    assert many.ended(run_id) == ["SUCCESS"], many.failures(run_id)
    many.start(worker)
    starts = asked.shards_begun(many, run_id, "variants_shard")
    assert len(set(starts)) == 4
    assert starts.count(shard) == 2, starts
    job, products = asked.job_of(many, job_id), asked.store_of(many, "products")
    assert job.state == "COMPLETE", job.reason
    folder = str((job.result or {})["folder"])
    told = json.loads(products.read(f"{folder}/provenance.json"))
    expected = cohort.answered_here(tmp_path, files, cohort.SLOWLY, told["question"]["sha256"])
    packed, alone = products.read(f"{folder}/result.vcf.gz"), expected.result.read_bytes()
    is_same_text = gzip.decompress(packed) == gzip.decompress(alone)
    assert is_same_text
    assert cohort.told_apart(packed, alone) == [], "see docs/adr/0020"
    assert not [item.key for item in products.list(folder) if "pieces" in item.key]
    many.wait(worker)


def test_a_dump_is_cut_over_workers_one_of_which_is_killed_and_loaded_bit_by_bit_as_by_one(
    many: Many, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = many.materialize(sorted(scanned.keys), volume.taken_in(many))
    worker, step = asked.step_under_way(many, run_id, "lustre_shard")
    many.kill(worker)
    assert many.ended(run_id) == ["SUCCESS"], many.failures(run_id)
    many.start(worker)
    starts = asked.shards_begun(many, run_id, "lustre_shard")
    assert (len(set(starts)), starts.count(step)) == (4, 2), starts
    raw, lake, products = (asked.store_of(many, name) for name in ("raw", "lake", "products"))
    expected = volume.loaded_here(raw, platform, monkeypatch)
    assert len(expected) == len({*SCANNED_TABLES, *ACCOUNTS})
    assert [key for key, data in expected.items() if lake.read(key) != data] == []
    assert list(products.list("lustre/pieces")) == []
    many.wait(worker)


def test_a_disk_that_is_full_under_the_workers_delays_an_answer_and_changes_no_bit_of_it(
    many: Many, tmp_path: Path
) -> None:
    files = {f"{name}.vcf.gz": cohort.file(name) for name in "ab"}
    asked.looked_at(many, [asked.uploaded(many, name, data) for name, data in files.items()])
    command = "view -i 'POS>100'"
    scratch = [many.folder / worker / "scratch" / "variants" for worker in WORKERS]
    retries = "SELECT count(*) FROM event_logs WHERE run_id = %s AND dagster_event_type = 'STEP_UP_FOR_RETRY'"
    with ExitStack() as disks:
        for place in scratch:
            disks.enter_context(small_disk(place, "64k"))
        job_id, run_id = asked.begun(many, asked.question(many, command))
        took = until(lambda: (many.rows(retries, "dagster", run_id) or [(0,)])[0][0] >= 3)
        assert not [entry.name for place in scratch for entry in place.rglob("*") if entry.is_file()], (
            "room is given back"
        )
    words = "SELECT event FROM event_logs WHERE run_id = %s AND dagster_event_type = 'STEP_UP_FOR_RETRY'"
    for (event,) in many.rows(words, "dagster", run_id):
        assert "the disk is full" in event or "no room on the disk" in event, event
    assert asked.job_of(many, job_id).state == "RUNNING"
    assert many.ended(run_id) == ["SUCCESS"], many.failures(run_id)
    [(tries,)] = many.rows(retries, "dagster", run_id)
    job, products = asked.job_of(many, job_id), asked.store_of(many, "products")
    assert (job.state, job.losses) == ("COMPLETE", 0), job.reason
    folder = str((job.result or {})["folder"])
    told = json.loads(products.read(f"{folder}/provenance.json"))
    expected = cohort.answered_here(tmp_path, files, command, told["question"]["sha256"])
    assert products.read(f"{folder}/result.vcf.gz") == expected.result.read_bytes()
    assert not [entry for place in scratch for entry in place.glob(f"jobs/{job_id}/*")]
    print(f"a full disk under both workers: told within {took:.1f} s, {tries} steps tried again, the answer whole")


SHIFTED = {"daemon": -600, "web": 600, "worker-a": 600, "worker-b": -600}


def test_services_whose_clocks_are_ten_minutes_off_lose_and_double_nothing(many: Many) -> None:
    many.lose("code")
    for name in SHIFTED:
        many.kill(name)
    many.start_code(ahead_s=420)
    for name, seconds in SHIFTED.items():
        many.start(name, ahead_s=seconds)
    many.wait("code", "web")
    many.wait_for_definitions()
    for name in set(SHIFTED) - {"web"}:
        until(lambda name=name: many.probe(name, ahead_s=SHIFTED[name]), pause_s=1)  # type: ignore[misc]
    job_id, run_id = asked.begun(many, asked.gene_file(asked.sent(many, "shifted.fasta", b">a\nACGT\n" * 1000)))
    assert many.ended(run_id) == ["SUCCESS"], many.failures(run_id)
    job = asked.job_of(many, job_id)
    assert (job.state, job.counts["genes"]) == ("COMPLETE", 1000)
    assert job.created_at <= job.started_at <= job.ended_at, "all by the clock of the database"
    assert abs((datetime.now(UTC) - job.ended_at).total_seconds()) < 120
    held_id, held = many.hold("shifted")
    worker = worker_of(many, held)
    many.kill(worker)
    took = until(lambda: len(lines(held, "begun")) == 2)
    go(held)
    assert many.ended(held_id) == ["SUCCESS"], many.failures(held_id)
    assert [len(lines(held, what)) for what in ("done", "after")] == [1, 1]
    many.lose("code")
    for name in set(SHIFTED) & set(many.processes):
        many.kill(name)
    many.start_code()
    many.start(*SHIFTED)
    many.wait("code", *SHIFTED)
    many.wait_for_definitions()
    print(f"clocks up to 20 minutes apart: a step of a killed worker begun again after {took:.1f} s")


def test_nothing_is_left_behind_by_those_that_were_killed(many: Many) -> None:
    """Every process that was started with one of the homes belongs to a service that still runs."""
    ours = {process.pid for process in many.processes.values()}
    kin = ours.union(child.pid for pid in ours for child in psutil.Process(pid).children(recursive=True))
    left = []
    for process in psutil.process_iter(["pid", "environ", "status", "cmdline"]):
        home = (process.info["environ"] or {}).get("GRT_HOME", "")
        if home.startswith(str(many.folder)) and process.info["status"] != psutil.STATUS_ZOMBIE:
            left += [process.info["cmdline"]] if process.info["pid"] not in kin else []
    assert left == []
    assert not list(many.folder.glob("*/lake")), "stores are in the bucket alone"
