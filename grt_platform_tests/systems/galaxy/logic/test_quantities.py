"""Readings become quantities; what cannot be true becomes nothing, with a reason."""

from decimal import Decimal

import pytest

from grt_platform.systems.galaxy.logic.quantities import job_quantities
from grt_platform_tests.systems.galaxy.logic.product_rows import A, B, job, jobs, measured, metrics

GIB = 2**30
NO_LIMIT_V1, NO_LIMIT_UINT64 = 9223372036854771712, 18446744073709551615


def quantities(**values) -> dict:
    return job_quantities(jobs(job(1)), metrics(measured(1, **values))).collect().to_dicts()[0]


def test_a_plain_job_has_every_quantity():
    got = quantities(
        galaxy_slots=4,
        galaxy_memory_mb=8192,
        runtime_seconds=100,
        cpuacct__usage=300 * 10**9,
        memory__max_usage_in_bytes=2 * GIB,
    )
    assert got["runtime_s"] == 100
    assert got["cores_allocated"] == 4
    assert got["memory_allocated_bytes"] == 8 * GIB
    assert got["memory_used_bytes"] == 2 * GIB
    assert got["cpu_time_s"] == 300
    assert got["cores_used"] == 3
    assert got["slot_hours"] == pytest.approx(400 / 3600)
    assert got["memory_used_share"] == 0.25
    assert got["cores_used_share"] == 0.75


def test_the_two_cgroup_versions_mean_the_same():
    common = {"galaxy_slots": 2, "runtime_seconds": 10}
    first = quantities(**common, cpuacct__usage=15 * 10**9, memory__memsw__max_usage_in_bytes=GIB)
    second = quantities(**common, cpu__stat__usage_usec=15 * 10**6, memory__peak=GIB)
    assert first == second
    assert (first["cpu_time_s"], first["memory_used_bytes"]) == (15, GIB)


def test_swap_counts_as_memory_where_it_was_counted():
    got = quantities(memory__max_usage_in_bytes=GIB, memory__memsw__max_usage_in_bytes=3 * GIB)
    assert got["memory_used_bytes"] == 3 * GIB


def test_a_broken_counter_gives_way_to_a_true_one():
    got = quantities(memory__memsw__max_usage_in_bytes=0, memory__max_usage_in_bytes=GIB, memory__peak=NO_LIMIT_V1)
    assert (got["memory_used_bytes"], got["memory_used_bytes_why"]) == (GIB, None)


@pytest.mark.parametrize("sentinel", [NO_LIMIT_V1, NO_LIMIT_UINT64])
@pytest.mark.parametrize("name", ["memory__limit_in_bytes", "memory__max"])
def test_a_limit_that_means_none_is_no_allocation(name, sentinel):
    got = quantities(**{name: sentinel})
    assert (got["memory_allocated_bytes"], got["memory_allocated_bytes_why"]) == (None, "no limit was set")


def test_a_real_cgroup_limit_stands_in_for_galaxys():
    assert quantities(memory__limit_in_bytes=4 * GIB)["memory_allocated_bytes"] == 4 * GIB
    assert quantities(memory__max=5 * GIB, memory__limit_in_bytes=NO_LIMIT_V1)["memory_allocated_bytes"] == 5 * GIB
    both = quantities(galaxy_memory_mb=1024, memory__limit_in_bytes=4 * GIB)
    assert both["memory_allocated_bytes"] == GIB


@pytest.mark.parametrize(
    ("values", "quantity", "reason"),
    [
        ({"runtime_seconds": -5}, "runtime_s", "negative"),
        ({"start_epoch": 20, "end_epoch": 10}, "runtime_s", "negative"),
        ({"start_epoch": 0, "end_epoch": 1496431115}, "runtime_s", "implausibly large"),
        ({"galaxy_slots": 0}, "cores_allocated", "less than one"),
        ({"galaxy_slots": -1}, "cores_allocated", "less than one"),
        ({"galaxy_slots": 10**9}, "cores_allocated", "implausibly large"),
        ({"galaxy_memory_mb": 0}, "memory_allocated_bytes", "not positive"),
        ({"memory__peak": 0}, "memory_used_bytes", "not positive"),
        ({"memory__peak": -7}, "memory_used_bytes", "not positive"),
        ({"memory__peak": NO_LIMIT_UINT64}, "memory_used_bytes", "implausibly large"),
        ({"memory__peak": 3 * GIB, "memtotal": 2 * 2**20}, "memory_used_bytes", "more than the node has"),
        ({"memory__peak": GIB, "memory__max_usage_in_bytes": 2 * GIB}, "memory_used_bytes", "cgroup versions disagree"),
        ({"cpuacct__usage": 1}, "cpu_time_s", "no runtime or cores to check against"),
        ({"cpuacct__usage": 1, "galaxy_slots": 1}, "cpu_time_s", "no runtime or cores to check against"),
        ({"cpuacct__usage": -1, "galaxy_slots": 1, "runtime_seconds": 1}, "cpu_time_s", "negative"),
        (
            {"cpuacct__usage": 166701736049424952, "galaxy_slots": 68, "runtime_seconds": 900},
            "cpu_time_s",
            "more than its cores could give",
        ),
        (
            {"cpuacct__usage": 10**9, "cpu__stat__usage_usec": 5 * 10**6, "galaxy_slots": 1, "runtime_seconds": 9},
            "cpu_time_s",
            "cgroup versions disagree",
        ),
    ],
)
def test_what_cannot_be_true_is_left_out_with_its_reason(values, quantity, reason):
    got = quantities(**values)
    assert (got[quantity], got[f"{quantity}_why"]) == (None, reason)


def test_the_edges_of_the_bounds_are_believed():
    got = quantities(galaxy_slots=1, runtime_seconds=9, cpuacct__usage=11 * 10**9, galaxy_memory_mb=2**26)
    assert got["cpu_time_s"] == 11
    assert got["memory_allocated_bytes"] == 2**46
    over = quantities(galaxy_slots=1, runtime_seconds=9, cpuacct__usage=11 * 10**9 + 10**7)
    assert over["cpu_time_s"] is None


def test_a_job_may_use_the_whole_node_where_its_cores_are_known():
    common = {"galaxy_slots": 1, "runtime_seconds": 100, "cpuacct__usage": 1600 * 10**9}
    assert quantities(**common)["cpu_time_s"] is None
    assert quantities(**common, processor_count=16)["cores_used_share"] == 16


def test_swap_of_the_node_is_memory_of_the_node():
    assert quantities(memory__peak=3 * GIB, memtotal=2 * 2**20, swaptotal=2**20)["memory_used_bytes"] == 3 * GIB


def test_a_runtime_of_zero_divides_nothing():
    got = quantities(galaxy_slots=1, runtime_seconds=0, cpuacct__usage=10**9)
    assert (got["cpu_time_s"], got["slot_hours"]) == (1, 0)
    assert got["cores_used"] is None
    assert got["cores_used_share"] is None


def test_runtime_falls_back_to_end_minus_start():
    assert quantities(start_epoch=1496431111, end_epoch=1496431115)["runtime_s"] == 4
    assert quantities(start_epoch=1496431111)["runtime_s"] is None
    assert quantities(start_epoch=1, end_epoch=9, runtime_seconds=7)["runtime_s"] == 7


def test_of_a_metric_given_twice_the_largest_counts_and_none_counts_for_nothing():
    got = quantities(runtime_seconds=[3, 9, 9, None, 5], galaxy_slots=[None])
    assert (got["runtime_s"], got["cores_allocated"]) == (9, None)


def test_a_name_counts_only_under_its_own_plugin():
    stray = [{"job_id": 1, "plugin": "pulsar", "name": "runtime_seconds", "value": Decimal(5)}]
    assert job_quantities(jobs(job(1)), metrics(stray)).collect()["runtime_s"].to_list() == [None]


def test_equal_job_ids_of_two_instances_never_mix():
    both = jobs(job(1), job(1, instance_id=B))
    values = metrics(measured(1, runtime_seconds=10), measured(1, instance_id=B, runtime_seconds=9999))
    rows = job_quantities(both, values).collect()
    assert {(str(row["instance_id"]), row["runtime_s"]) for row in rows.to_dicts()} == {(A, 10), (B, 9999)}
    alone = job_quantities(jobs(job(1)), values).collect()
    assert alone["runtime_s"].to_list() == [10]
