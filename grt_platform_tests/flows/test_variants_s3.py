"""The same where files, indexes, copies and results are in a bucket: a region brings only what it needs."""

import gzip
import json
import random
from typing import Any

import dagster as dg
import pytest

from grt_platform.adapters.accounts.projects import create_project
from grt_platform.adapters.job_board import JobBoard, Submission
from grt_platform.adapters.store import Store, open_store
from grt_platform.kernel.identity import KEY_USER_ID
from grt_platform.kernel.job import Job, partitions_name, run_tags
from grt_platform.settings import settings
from grt_platform.systems.variants.asking import resolve
from grt_platform.systems.variants.limits import plan_limits
from grt_platform.systems.variants.logic.question import Asked
from grt_platform_tests.fixtures.job_runs import upload
from grt_platform_tests.fixtures.platform import QUIET, Platform
from grt_platform_tests.fixtures.seaweed import Seaweed
from grt_platform_tests.fixtures.web import now
from grt_platform_tests.systems.variants.project import body, vcf

pytestmark = [pytest.mark.service, pytest.mark.slow]
STEP, END = 13, 400_000
_dice = random.Random(1)
RECORDS = [
    f"{scaffold} {position} A C {' '.join(_dice.choices(('0/0', '0/1', '1/1'), k=40))}"
    for scaffold in "12"
    for position in range(1, END, STEP)
]


@pytest.fixture
def bucket(platform: Platform, seaweed: Seaweed, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """A platform whose stores are prefixes of a bucket, with project alpha."""
    places = {name: seaweed.place() for name in ("raw", "lake", "products")}
    given = {**{f"{name}_url": place.url for name, place in places.items()}, **places["raw"].settings}
    for name, value in given.items():
        monkeypatch.setenv(f"GRT_{name.upper()}", value)
    settings.cache_clear()
    create_project(platform.warehouse, "alpha", "", KEY_USER_ID, now())
    return platform


def run(platform: Platform, job: str, partition: str | None, **tags: str) -> dg.ExecuteInProcessResult:
    return platform.definitions.resolve_job_def(job).execute_in_process(
        instance=platform.instance, partition_key=partition, tags=tags, run_config=QUIET, raise_on_error=False
    )


def answered(platform: Platform, **asked: Any) -> Job:
    """The job of a question, after its run."""
    exact = resolve(platform.warehouse, "alpha", Asked(**asked), plan_limits())
    submission = Submission("variants", "query", "alpha", KEY_USER_ID, "ann", exact.asked.as_request(), exact.pins())
    job = JobBoard(platform.warehouse).submit(submission).job
    platform.instance.add_dynamic_partitions(partitions_name("variants", "query"), [job.job_id])
    run(platform, "variants_query", job.job_id, **run_tags(job))
    return JobBoard(platform.warehouse).get(job.job_id)


def products() -> Store:
    return open_store(settings().products, settings())


def test_a_question_about_a_region_brings_little_of_a_file_in_a_bucket(bucket: Platform) -> None:
    upload(bucket.warehouse, "alpha", "a.vcf.gz", vcf([f"a{n}" for n in range(40)], *RECORDS))
    upload(bucket.warehouse, "alpha", "b.vcf.gz", vcf([f"b{n}" for n in range(40)], *RECORDS))
    found = bucket.look("variants_arrivals")
    assert isinstance(found, dg.SensorResult)
    assert all(
        run(bucket, "variants_look", each.partition_key, **each.tags).success for each in found.run_requests or []
    )
    lake = open_store(settings().lake, settings())
    copies = {item.size_bytes for item in lake.list("derived") if item.key.endswith("copy.bcf")}
    whole = answered(bucket, is_all=True, command="view -c1")
    part = answered(bucket, is_all=True, command="view -c1", regions="2:100000-100200")
    assert (whole.state, part.state) == ("COMPLETE", "COMPLETE"), whole.reason + part.reason
    header, *records = body(products().read(f"{part.result['folder']}/result.vcf.gz"))
    assert len(header[9:]) == 80
    assert [record[1] for record in records] == [str(p) for p in range(1, END, STEP) if 100_000 <= p <= 100_200]
    assert whole.counts["fetched_bytes"] >= 2 * min(copies) > 5 * part.counts["fetched_bytes"] > 0
    told = json.loads(products().read(f"{part.result['folder']}/provenance.json"))
    assert [file["name"] for file in told["files"]] == ["a.vcf.gz", "b.vcf.gz"]
    with gzip.open(products().open(f"{whole.result['folder']}/result.vcf.gz")) as text:
        assert sum(not line.startswith(b"#") for line in text) == len(RECORDS)
