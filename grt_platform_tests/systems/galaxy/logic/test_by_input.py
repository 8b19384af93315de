"""tool_resources_by_input: input sizes, bins, and rules that are valid, safe and never below their evidence."""

import re
from itertools import pairwise

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from grt_platform.systems.galaxy.logic.by_input import tool_resources_by_input
from grt_platform.systems.galaxy.logic.frames import OVERALL
from grt_platform.systems.galaxy.logic.inputs import BELOW, EDGES, UNKNOWN, with_input_bytes
from grt_platform.systems.galaxy.logic.suggest import MARGIN, tpv_rule
from grt_platform.systems.galaxy.schemas import TOOL_RESOURCES_BY_INPUT, overall
from grt_platform_tests.systems.galaxy.logic.product_rows import (
    BOWTIE,
    A,
    B,
    dataset,
    datasets,
    job,
    jobs,
    measured,
    metrics,
    sample_jobs,
    sample_metrics,
)

GIB = 2**30
MIB = 2**20


def sizes(*rows: dict, job_id: int = 1) -> dict:
    return with_input_bytes(jobs(job(job_id)), datasets(*rows)).collect().to_dicts()[0]


def test_the_input_of_a_job_is_the_sum_of_its_distinct_input_datasets():
    rows = [dataset(1, 7, 100), dataset(1, 7, 100, param_name="again"), dataset(1, 8, 50), dataset(1, 9, 999, "output")]
    assert sizes(*rows)["input_bytes"] == 150


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], UNKNOWN),
        ([dataset(2, 7, 100)], UNKNOWN),
        ([dataset(1, 7, 100, instance_id=B)], UNKNOWN),
        ([dataset(1, 7, None)], UNKNOWN),
        ([dataset(1, 7, None), dataset(1, 8, 5)], 5),
        ([dataset(1, 7, None, "output")], 0),
        ([dataset(1, 7, 0)], 0),
    ],
)
def test_a_job_without_a_known_size_is_unknown_and_one_without_inputs_is_empty(rows, expected):
    got = sizes(*rows)
    assert (got["input_bytes"], got["input_from_bytes"]) == (expected, {5: 1}.get(expected, expected))


@settings(max_examples=60)
@given(st.integers(0, 2**62) | st.sampled_from([edge + near for edge in EDGES[1:] for near in (-1, 0, 1)][1:]))
def test_a_size_lies_within_its_bin(size):
    lower = sizes(dataset(1, 7, size))["input_from_bytes"]
    assert lower <= size
    assert BELOW[lower] is None or size < BELOW[lower]


def evidence(*bins: tuple[int, int, list[float]], tool_id: str = "cat1", slots: int = 1, allocated_mib: int = 10**6):
    """For each (input bytes, jobs, memory peaks in GiB to cycle through) so many jobs."""
    job_rows, metric_rows, dataset_rows = [], [], []
    for size, count, peaks in bins:
        for n in range(count):
            job_id = len(job_rows) + 1
            job_rows.append(job(job_id, tool_id))
            dataset_rows.append(dataset(job_id, job_id, size))
            peak = round(peaks[n % len(peaks)] * GIB)
            values = {"galaxy_slots": slots, "runtime_seconds": 100, "memory__peak": peak}
            metric_rows.append(measured(job_id, galaxy_memory_mb=allocated_mib, **values))
    return tool_resources_by_input(jobs(*job_rows), metrics(*metric_rows), datasets(*dataset_rows))


def rule_of(rows) -> dict:
    document = yaml.safe_load(rows["suggested_rule"][0])
    ((_, entry),) = document["tools"].items()
    return entry


def test_memory_rises_with_input_and_each_rise_is_one_rule():
    rows = evidence((10 * MIB, 20, [1]), (2 * GIB, 20, [4]), (20 * GIB, 20, [10]))
    assert rows["suggested_memory_gb"].to_list() == [1.5, 5.0, 12.0]
    assert rule_of(rows) == {
        "mem": 1.5,
        "rules": [
            {"id": "input_from_1_gib", "if": "input_size >= 1", "mem": 5},
            {"id": "input_from_16_gib", "if": "input_size >= 16", "mem": 12},
        ],
    }
    assert rows.schema == TOOL_RESOURCES_BY_INPUT.polars_schema()


def test_a_larger_input_is_never_suggested_less():
    rows = evidence((10 * MIB, 20, [6]), (2 * GIB, 20, [1]), (20 * GIB, 20, [6]))
    assert rows["suggested_memory_gb"].to_list() == [7.5, 7.5, 7.5]
    assert "rules" not in rule_of(rows)


def test_too_few_jobs_suggest_nothing_but_are_shown():
    rows = evidence((10 * MIB, 19, [1]), (2 * GIB, 20, [2]), (20 * GIB, 3, [100]))
    assert rows["suggested_memory_gb"].to_list() == [None, 2.5, None]
    assert rule_of(rows)["mem"] == 2.5
    comments = [line for line in rows["suggested_rule"][0].splitlines() if "#" in line]
    assert "19 memory peaks" in comments[0]
    assert "fewer than 20" in comments[0]
    assert "max 100.00 GB (fewer than 20" in comments[2].replace(", 0% at their limit", "")
    assert evidence((10 * MIB, 19, [1]))["suggested_rule"].to_list() == [None]


def test_where_jobs_hit_their_limit_the_largest_peak_counts():
    peaks = [1.0] * 18 + [3.9, 8.0]
    rows = evidence((10 * MIB, 20, peaks), allocated_mib=4096)
    assert rows["limit_hit_share"].to_list() == [0.1]
    assert rows["suggested_memory_gb"].to_list() == [10.0]
    roomy = evidence((10 * MIB, 20, peaks))
    assert roomy["limit_hit_share"].to_list() == [0]
    assert roomy["suggested_memory_gb"].to_list() == [5.0]


def test_without_a_known_size_one_value_serves_all_inputs():
    rows = tool_resources_by_input(
        jobs(*(job(n, f"{BOWTIE}/2.{n % 3}") for n in range(20))),
        metrics(*(measured(n, memory__peak=GIB, runtime_seconds=n, galaxy_slots=2) for n in range(20))),
        datasets(),
    )
    assert rows.select("tool_id", "input_bin", "input_from_bytes", "jobs").rows() == [(BOWTIE, 0, None, 20)]
    assert rule_of(rows) == {"mem": 1.5}


def test_cores_follow_the_busiest_bin_and_never_exceed_what_was_allocated():
    busy = [measured(n, galaxy_slots=4, runtime_seconds=100, cpuacct__usage=41 * 10**10) for n in range(20)]
    idle = [measured(n, galaxy_slots=4, runtime_seconds=100, cpuacct__usage=10**9) for n in range(20, 40)]
    rows = tool_resources_by_input(
        jobs(*(job(n) for n in range(40))),
        metrics(*busy, *idle, *(measured(n, memory__peak=GIB) for n in range(40))),
        datasets(*(dataset(n, n, GIB if n < 20 else 1) for n in range(40))),
    )
    assert rows["suggested_cores"].to_list() == [1, 4]
    assert rule_of(rows) == {"cores": 4, "mem": 1.5}


@pytest.mark.parametrize(
    "tool_id",
    [BOWTIE, "cat1", "a.b+c(d)[e]*", "it's", "# not a comment", "a: b", "Extract genomic DNA 1", '"q"', "{x}", "a\\d"],
)
def test_the_key_of_a_rule_matches_all_versions_of_its_tool_and_no_other_tool(tool_id):
    rows = evidence((MIB, 20, [1]), tool_id=tool_id)
    ((key, _),) = yaml.safe_load(rows["suggested_rule"][0])["tools"].items()
    own = f"{tool_id}/2.4.2+galaxy0" if "/repos/" in tool_id else tool_id
    assert re.match(key, own)
    assert not re.match(key, tool_id.replace(".", "x") + "x/1")
    assert not re.match(key, "x" + own)
    assert not re.match(key, tool_id + "0")


@pytest.mark.parametrize("tool_id", ["caf\u00e9", "a\nb: c", "a\x00b", "\u2028", "tab\tbed"])
def test_a_tool_id_that_galaxy_would_not_make_gets_figures_but_no_rule(tool_id):
    rows = evidence((MIB, 20, [1]), tool_id=tool_id)
    assert rows["suggested_memory_gb"].to_list() == [1.5]
    assert rows["suggested_rule"].to_list() == [None]


@settings(max_examples=60)
@given(
    st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40),
    st.lists(st.none() | st.floats(0.5, 5000), min_size=1, max_size=len(EDGES)),
)
def test_every_rule_is_yaml_whose_memory_rises_with_its_threshold(tool_id, memories):
    top, bins = 0.0, []
    for edge, memory in zip(EDGES, memories, strict=False):
        top = max(top, memory or 0) if edge >= 0 else 0.0
        row = {
            "input_from_bytes": edge,
            "input_below_bytes": BELOW[edge],
            "jobs": 20,
            "memory_jobs": 20 if memory else 0,
        }
        row |= {"memory_p95_bytes": 1.0, "memory_max_bytes": 2.0, "limit_hit_share": None, "suggested_cores": None}
        bins.append(row | {"suggested_memory_gb": (top or memory) if memory else None})
    rule = tpv_rule(tool_id, bins)
    if all(memory is None for memory in memories):
        assert rule is None
        return
    ((key, entry),) = yaml.safe_load(rule)["tools"].items()
    assert re.match(key, f"{tool_id}/1" if "/repos/" in tool_id else tool_id)
    steps = [(0.0, entry["mem"])] + [(float(r["if"].split(">= ")[1]), r["mem"]) for r in entry.get("rules", [])]
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(steps))
    assert len({r["id"] for r in entry.get("rules", [])}) == len(entry.get("rules", []))


@settings(max_examples=20)
@given(st.lists(st.tuples(st.sampled_from(EDGES[1:]), st.floats(0.01, 900)), min_size=1, max_size=6))
def test_a_suggestion_holds_the_95th_percentile_with_its_margin(bins):
    rows = evidence(*((size, 20, [peak]) for size, peak in bins))
    for row in rows.to_dicts():
        assert row["suggested_memory_gb"] * GIB >= row["memory_p95_bytes"] * MARGIN * (1 - 1e-9)
    assert rows["suggested_memory_gb"].is_sorted()


def test_the_same_jobs_in_two_instances_stay_apart_or_join_as_asked():
    both = jobs(*(job(n, instance_id=i) for n in range(10) for i in (A, B)))
    peaks = metrics(*(measured(n, i, memory__peak=GIB) for n in range(10) for i in (A, B)))
    apart = tool_resources_by_input(both, peaks, datasets())
    together = tool_resources_by_input(both, peaks, datasets(), OVERALL)
    assert apart.select("instance_id", "jobs", "suggested_memory_gb").rows() == [(B, 10, None), (A, 10, None)]
    assert together.select("jobs", "suggested_memory_gb").rows() == [(20, 1.5)]
    assert together.schema == overall(TOOL_RESOURCES_BY_INPUT).polars_schema()


def test_no_jobs_give_no_rows_of_the_right_shape():
    rows = tool_resources_by_input(jobs(), metrics(), datasets())
    assert rows.schema == TOOL_RESOURCES_BY_INPUT.polars_schema()
    assert rows.height == 0


def test_the_sample_day_gives_one_valid_rule_per_tool_with_enough_jobs():
    rows = tool_resources_by_input(sample_jobs(), sample_metrics(), datasets())
    assert rows["input_bin"].unique().to_list() == [0]
    assert rows["memory_jobs"].sum() == 11_286
    ruled = rows.drop_nulls("suggested_rule")
    assert (ruled["memory_jobs"] >= 20).all()
    assert ruled.height == rows.filter(rows["memory_jobs"] >= 20).height > 50
    for text in ruled["suggested_rule"]:
        ((_, entry),) = yaml.safe_load(text)["tools"].items()
        assert entry["mem"] > 0
    cut = tool_resources_by_input(sample_jobs(), sample_metrics(), datasets(), bucket_jobs=2000)
    assert_frame_equal(cut, rows, check_exact=True)
