"""Numeric metrics of jobs, from one row per plugin and name to one row per job with one column per reading.

Names and units are those of Galaxy's job metrics plugins core, cgroup (version 1 and 2), meminfo and cpuinfo.
"""

from typing import Final

import polars as pl

from grt_platform.systems.galaxy.logic.frames import JOB_KEY, with_light_key

READINGS: Final = {
    "runtime_seconds": ("core", "runtime_seconds"),
    "start_epoch": ("core", "start_epoch"),
    "end_epoch": ("core", "end_epoch"),
    "galaxy_slots": ("core", "galaxy_slots"),
    "galaxy_memory_mib": ("core", "galaxy_memory_mb"),
    "v1_cpu_ns": ("cgroup", "cpuacct.usage"),
    "v1_memory_bytes": ("cgroup", "memory.max_usage_in_bytes"),
    "v1_memory_swap_bytes": ("cgroup", "memory.memsw.max_usage_in_bytes"),
    "v1_limit_bytes": ("cgroup", "memory.limit_in_bytes"),
    "v2_cpu_us": ("cgroup", "cpu.stat.usage_usec"),
    "v2_memory_bytes": ("cgroup", "memory.peak"),
    "v2_limit_bytes": ("cgroup", "memory.max"),
    "node_memory_kib": ("meminfo", "memtotal"),
    "node_swap_kib": ("meminfo", "swaptotal"),
    "node_cores": ("cpuinfo", "processor_count"),
}
_NAMES = pl.Enum([name for _, name in READINGS.values()])


def readings(metrics: pl.LazyFrame, jobs: pl.LazyFrame) -> pl.LazyFrame:
    """One row per job that has any metric in use, with the columns of `READINGS` as 64-bit floats.

    Galaxy allows a metric twice for one job (a resubmitted job has two runs): the largest value counts.

    Args:
        metrics: Rows of `galaxy/table/metrics_num`.
        jobs: The jobs wanted; only its `JOB_KEY` is read. Memory follows their number, not that of the metrics.
    """
    name = pl.col("name").cast(_NAMES, strict=False)
    wanted = with_light_key(metrics.select(*JOB_KEY, "plugin", name, pl.col("value").cast(pl.Float64)))
    in_use = wanted.filter(pl.col("name").is_not_null(), pl.col("value").is_not_null())
    of_jobs = in_use.join(with_light_key(jobs.select(JOB_KEY)), on=JOB_KEY, how="semi")
    columns = [
        pl.when(pl.col("name") == name, pl.col("plugin") == plugin).then("value").max().alias(reading)
        for reading, (plugin, name) in READINGS.items()
    ]
    return of_jobs.group_by(JOB_KEY).agg(columns)
