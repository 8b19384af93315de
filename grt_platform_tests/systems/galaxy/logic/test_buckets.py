"""Buckets: every job that counts is in exactly one, and so is every tool."""

import polars as pl
import pytest

from grt_platform.systems.galaxy.logic.buckets import tool_buckets
from grt_platform_tests.systems.galaxy.logic.product_rows import BOWTIE, job, jobs, sample_jobs


@pytest.mark.parametrize(("bucket_jobs", "least", "most"), [(1000, 5, 12), (5000, 2, 3), (10**6, 1, 1)])
def test_each_job_and_each_tool_is_in_exactly_one_bucket(bucket_jobs, least, most):
    buckets = [bucket.collect() for bucket in tool_buckets(sample_jobs(), bucket_jobs)]
    assert least <= len(buckets) <= most
    together = pl.concat(buckets)
    assert together.height == together["job_id"].n_unique() == 12_068
    tools = [tool for bucket in buckets for tool in bucket["tool_id"].unique()]
    assert len(tools) == len(set(tools)) == 396


def test_versions_of_a_tool_share_a_bucket_and_a_missing_version_is_empty():
    rows = jobs(job(1, f"{BOWTIE}/1"), job(2, f"{BOWTIE}/2", tool_version="2"), job(3, "cat1"), job(4, "zip"))
    buckets = [
        bucket.sort("job_id").select("job_id", "tool_id", "tool_version").collect().rows()
        for bucket in tool_buckets(rows, 1)
    ]
    assert buckets == [[(3, "cat1", "")], [(1, BOWTIE, "1"), (2, BOWTIE, "2")], [(4, "zip", "")]]


def test_no_jobs_give_one_empty_bucket():
    (only,) = tool_buckets(jobs(job(1, state="error"), job(2, None)))
    assert only.collect().height == 0
