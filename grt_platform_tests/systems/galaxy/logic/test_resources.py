"""tool_resources: statistics by hand, on the real day against a plain loop, and the same however it is cut."""

import json
import statistics
from collections import defaultdict

import pytest
from polars.testing import assert_frame_equal

from grt_platform.systems.galaxy.logic.frames import OVERALL
from grt_platform.systems.galaxy.logic.resources import exclusions, tool_resources
from grt_platform.systems.galaxy.schemas import TOOL_RESOURCES, overall
from grt_platform_tests.systems.galaxy.logic.product_rows import (
    BOWTIE,
    B,
    job,
    jobs,
    measured,
    metrics,
    sample_jobs,
    sample_metrics,
    sample_texts,
)


def test_percentiles_interpolate_linearly():
    rows = tool_resources(
        jobs(*(job(n) for n in range(5))),
        metrics(*(measured(n, runtime_seconds=value) for n, value in enumerate([10, 20, 30, 40, 100]))),
    )
    assert rows.drop("instance_id").rows() == [
        ("cat1", "", "runtime_s", 5, 40.0, 30.0, pytest.approx(88.0), pytest.approx(97.6), 100.0, 0, None)
    ]
    assert rows.schema == TOOL_RESOURCES.polars_schema()


def test_only_jobs_that_ended_ok_and_name_a_tool_count():
    rows = tool_resources(
        jobs(job(1), job(2, state="error"), job(3, state="running"), job(4, None), job(5, state=None), job(6)),
        metrics(*(measured(n, runtime_seconds=n) for n in range(1, 6))),
    )
    assert rows.select("tool_id", "jobs", "max").rows() == [("cat1", 1, 1.0)]


def test_jobs_without_a_single_metric_give_no_rows():
    assert tool_resources(jobs(job(1)), metrics()).height == 0
    assert tool_resources(jobs(), metrics(measured(1, runtime_seconds=1))).schema == TOOL_RESOURCES.polars_schema()


def test_over_all_instances_equal_job_ids_are_different_jobs():
    both = jobs(job(1), job(1, instance_id=B))
    values = metrics(measured(1, runtime_seconds=1), measured(1, instance_id=B, runtime_seconds=3))
    rows = tool_resources(both, values, OVERALL)
    assert rows.select("jobs", "mean").rows() == [(2, 2.0)]
    assert rows.schema == overall(TOOL_RESOURCES).polars_schema()


def test_what_was_left_out_is_counted_by_reason():
    values = metrics(measured(1, runtime_seconds=-1), measured(2, runtime_seconds=-9, memory__peak=0))
    rows = tool_resources(jobs(job(1), job(2), job(3, state="error")), values)
    assert exclusions(rows) == [("runtime_s", "negative", 2), ("memory_used_bytes", "not positive", 1)]
    assert exclusions(rows.clear()) == []


def test_a_quantity_tells_its_jobs_left_out_by_reason_beside_its_statistics():
    values = metrics(*(measured(n, memory__peak=peak) for n, peak in enumerate([0, 2**60, -1, 5])))
    (row,) = tool_resources(jobs(*(job(n) for n in range(4))), values).to_dicts()
    assert (row["jobs"], row["mean"], row["jobs_excluded"]) == (1, 5.0, 3)
    assert json.loads(row["exclusion_reasons"]) == {"implausibly large": 1, "not positive": 2}


def test_a_tool_of_which_no_reading_can_be_true_is_not_silently_missing():
    rows = tool_resources(jobs(job(1), job(2)), metrics(measured(1, runtime_seconds=-1), measured(2, galaxy_slots=2)))
    wanted = ("quantity", "jobs", "mean", "p50", "max", "jobs_excluded", "exclusion_reasons")
    assert rows.select(wanted).rows() == [
        ("cores_allocated", 1, 2.0, 2.0, 2.0, 0, None),
        ("runtime_s", 0, None, None, None, 1, '{"negative": 1}'),
    ]


def test_the_sample_day_gives_the_same_however_it_is_cut_into_buckets():
    day, values = sample_jobs(), sample_metrics()
    whole = tool_resources(day, values)
    assert_frame_equal(tool_resources(day, values, bucket_jobs=1000), whole, check_exact=True)
    assert_frame_equal(tool_resources(day, values, OVERALL), whole.drop("instance_id"), check_exact=True)


def test_the_sample_day_loses_its_52_whole_node_counters_and_nothing_else():
    rows = tool_resources(sample_jobs(), sample_metrics(), bucket_jobs=5000)
    assert exclusions(rows) == [("cpu_time_s", "more than its cores could give", 52)]
    assert rows["jobs_excluded"].sum() == 52


def test_the_sample_day_has_the_memory_and_runtime_that_a_plain_loop_finds():
    tools = {row["id"]: row["tool_id"] for row in sample_texts("jobs")}
    values = defaultdict(list)
    for row in sample_texts("metric_num"):
        values[tools[row["job_id"]], row["name"]].append(float(row["value"]))
    rows = tool_resources(sample_jobs(), sample_metrics())
    for name, quantity in (("runtime_seconds", "runtime_s"), ("memory.max_usage_in_bytes", "memory_used_bytes")):
        expected = values[f"{BOWTIE}/2.4.2+galaxy0", name]
        got = rows.filter(tool_id=BOWTIE, tool_version="2.4.2+galaxy0", quantity=quantity).to_dicts()[0]
        cuts = statistics.quantiles(expected, n=100, method="inclusive")
        assert got["jobs"] == len(expected)
        assert got["mean"] == pytest.approx(statistics.fmean(expected))
        assert (got["p50"], got["max"]) == (statistics.median(expected), max(expected))
        assert [got["p95"], got["p99"]] == pytest.approx([cuts[94], cuts[98]])
    assert rows.filter(quantity="runtime_s")["jobs"].sum() == 11_294
    assert rows.filter(quantity="cpu_time_s")["jobs"].sum() == 11_286 - 52
