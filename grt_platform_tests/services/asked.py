"""What people ask of a platform on many machines, as its web door would write it down; its runs are started by hand."""

import hashlib
import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime

import dagster as dg
import httpx
import psutil

from grt_platform.adapters.accounts.projects import create_project, is_project
from grt_platform.adapters.job_board import JobBoard, Submission
from grt_platform.adapters.objects import Objects
from grt_platform.adapters.store import Store, open_store
from grt_platform.adapters.upload_limits import limits_of
from grt_platform.adapters.uploads import Uploads
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.identity import KEY_USER_ID
from grt_platform.kernel.job import Job, partitions_name
from grt_platform.kernel.versions import ObjectVersion
from grt_platform.systems.genes.assets.parse import parse
from grt_platform.systems.variants.asking import resolve
from grt_platform.systems.variants.assets.answers import answers
from grt_platform.systems.variants.assets.looks import looks
from grt_platform.systems.variants.limits import plan_limits
from grt_platform.systems.variants.logic.question import Asked
from grt_platform_tests.fixtures.patience import until
from grt_platform_tests.services.many import Many

ASSETS = {"genes": parse, "variants": answers}
PROJECT = "alpha"
_WORKER = re.compile(r"light\+heavy\.(\d+)@")
_BEGUN = "SELECT step_key FROM event_logs WHERE run_id = %s AND dagster_event_type = 'STEP_START'"
_KNOWN = """
mutation Known($name: String!, $key: String!) {
  addDynamicPartition(partitionsDefName: $name, partitionKey: $key,
    repositorySelector: {repositoryLocationName: "grt_platform", repositoryName: "__repository__"}) { __typename } }
"""


def known(many: Many, name: str, key: str) -> None:
    """A dynamic partition is there."""
    many.ask(_KNOWN, name=name, key=key)


def warehouse_of(many: Many) -> Warehouse:
    """Its warehouse."""
    return Warehouse(many.settings["warehouse_url"])


def store_of(many: Many, name: str) -> Store:
    """Its raw store, lake or products."""
    return open_store(many.settings[f"{name}_url"], many.chosen("code"))


def uploaded(many: Many, name: str, data: bytes) -> ObjectVersion:
    """An object of the project, which is there from the first one on."""
    if not is_project(warehouse_of(many), PROJECT):
        create_project(warehouse_of(many), PROJECT, "", KEY_USER_ID, datetime.now(UTC))
    uploads = Uploads(warehouse_of(many), store_of(many, "raw"), limits_of(many.chosen("code")))
    return uploads.add(PROJECT, name, io.BytesIO(data), by="a test", now=datetime.now(UTC))


def sent(many: Many, name: str, data: bytes) -> ObjectVersion:
    """An object of the project that came as people send it: announced to the web door, put by a signed URL."""
    uploaded(many, "first", b"1")
    url = f"http://127.0.0.1:{many.settings['web_port']}/projects/{PROJECT}/uploads"
    headers = {"Authorization": f"Bearer {many.settings['admin_key']}"}
    promise = {"name": name, "size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    begun = httpx.post(url, json=promise, headers=headers, timeout=60).raise_for_status().json()
    httpx.put(begun["put"]["url"], content=data, headers=begun["put"]["headers"], timeout=60).raise_for_status()
    complete = f"{url}/{begun['version_id']}/complete"
    httpx.post(complete, headers=headers, timeout=60).raise_for_status()
    objects = Objects(warehouse_of(many), store_of(many, "raw"))
    return objects.version(PROJECT, begun["version_id"])


def looked_at(many: Many, versions: Sequence[ObjectVersion]) -> None:
    """Workers have looked at VCF files."""
    runs = []
    for version in versions:
        known(many, "variants_versions", version.version_id)
        runs.append(many.materialize(sorted(looks.keys), version.version_id))
    for run_id in runs:
        assert many.ended(run_id) == ["SUCCESS"], many.failures(run_id)


def question(many: Many, command: str) -> Submission:
    """A question over all files."""
    asked = Asked(is_all=True, command=command)
    pins = resolve(warehouse_of(many), PROJECT, asked, plan_limits()).pins()
    return Submission("variants", "query", PROJECT, KEY_USER_ID, "ann", asked.as_request(), pins)


def gene_file(version: ObjectVersion) -> Submission:
    """A file of genes that is to be parsed."""
    asked = {"upload_id": version.version_id, "file_name": version.name, "alphabet": "any", "on_invalid": "fail",
             "on_repeat": "keep"}  # fmt: skip
    return Submission("genes", "parse", PROJECT, KEY_USER_ID, "ann", asked, {"version_id": version.version_id})


def begun(many: Many, submission: Submission) -> tuple[str, str]:
    """A job and the run that does it."""
    job = JobBoard(warehouse_of(many)).submit(submission).job
    known(many, partitions_name(submission.system, submission.kind), job.job_id)
    keys: list[dg.AssetKey] = sorted(ASSETS[submission.system].keys)
    return job.job_id, many.materialize(keys, job.job_id)


def shards_begun(many: Many, run_id: str, step: str) -> list[str]:
    """The steps for shards that a run began, each as often as it did."""
    return [row[0] for row in many.rows(_BEGUN, "dagster", run_id) if f".{step}[" in row[0]]


def step_under_way(many: Many, run_id: str, op: str) -> tuple[str, str]:
    """A worker that has just begun a step of an op, and the step."""
    sql = """SELECT begun.step_key, given.event FROM event_logs begun JOIN event_logs given USING (run_id, step_key)
             WHERE run_id = %s AND strpos(step_key, %s) > 0 AND begun.dagster_event_type = 'STEP_START'
             AND given.event LIKE '%%in celery worker%%' ORDER BY begun.id DESC"""
    until(lambda: many.rows(sql, "dagster", run_id, op))
    step, event = many.rows(sql, "dagster", run_id, op)[0]
    found = _WORKER.search(event)
    assert found is not None, event
    kin = {process.pid for process in (psutil.Process(int(found[1])), *psutil.Process(int(found[1])).parents())}
    [worker] = [name for name, process in many.processes.items() if process.pid in kin]
    return worker, str(step)


def job_of(many: Many, job_id: str) -> Job:
    """A job as it stands."""
    return JobBoard(warehouse_of(many)).get(job_id)
