"""Quantities of a job out of its readings, and the reason where a reading cannot be true.

Counters that saw the whole node, limits that mean "none" and clocks that ran backwards are common in real metrics.
A reading that cannot be true gives no quantity and one reason, so that what was left out can be counted.
"""

from typing import Final

import polars as pl

from grt_platform.systems.galaxy.logic.frames import JOB_KEY, with_light_key
from grt_platform.systems.galaxy.logic.metrics import readings

MEASURED: Final = ("runtime_s", "cores_allocated", "memory_allocated_bytes", "memory_used_bytes", "cpu_time_s")
DERIVED: Final = ("cores_used", "slot_hours", "memory_used_share", "cores_used_share")
QUANTITIES: Final = (*MEASURED, *DERIVED)

LONGEST_RUNTIME_S: Final = 366 * 86_400.0
MOST_CORES: Final = 65_536.0
MOST_MEMORY_BYTES: Final = float(2**46)
TOLERANCE: Final = 1.1


def job_quantities(jobs: pl.LazyFrame, metrics: pl.LazyFrame) -> pl.LazyFrame:
    """One row per job that has metrics: the columns of `jobs`, of `QUANTITIES` and `<measured>_why`.

    Args:
        jobs: Rows of `galaxy/table/jobs`, any columns besides the key.
        metrics: Rows of `galaxy/table/metrics_num`, of these and of other jobs.
    """
    read = with_light_key(jobs).join(readings(metrics, jobs), on=JOB_KEY, how="inner")
    raw = read.with_columns(_raw_runtime(), _raw_cores(), _raw_allocated(), _raw_cpu_time()).with_columns(_raw_used())
    basic = raw.with_columns(_why_runtime(), _why_cores(), _why_allocated(), _why_used()).with_columns(
        _accepted(name) for name in MEASURED[:-1]
    )
    judged = basic.with_columns(_why_cpu_time()).with_columns(_accepted("cpu_time_s"))
    return judged.with_columns(_derived()).select(
        *jobs.collect_schema().names(), *QUANTITIES, *(f"{name}_why" for name in MEASURED)
    )


def _raw_runtime() -> pl.Expr:
    return pl.coalesce("runtime_seconds", pl.col("end_epoch") - pl.col("start_epoch")).alias("runtime_s")


def _raw_cores() -> pl.Expr:
    return pl.col("galaxy_slots").alias("cores_allocated")


def _raw_allocated() -> pl.Expr:
    """What Galaxy asked for, else what the kernel allowed; a real limit goes before one that means "none"."""
    candidates = (pl.col("galaxy_memory_mib") * 2**20, pl.col("v2_limit_bytes"), pl.col("v1_limit_bytes"))
    real = [pl.when(_is_memory(value)).then(value) for value in candidates]
    return pl.coalesce(*real, *candidates).alias("memory_allocated_bytes")


def _raw_cpu_time() -> pl.Expr:
    return pl.coalesce(pl.col("v2_cpu_us") / 1e6, pl.col("v1_cpu_ns") / 1e9).alias("cpu_time_s")


def _raw_used() -> pl.Expr:
    """The peak by cgroup version 2, else version 1 with swap, else without; a plausible one goes first."""
    candidates = (pl.col("v2_memory_bytes"), pl.col("v1_memory_swap_bytes"), pl.col("v1_memory_bytes"))
    real = [pl.when(_is_memory(value)).then(value) for value in candidates]
    return pl.coalesce(*real, *candidates).alias("memory_used_bytes")


def _is_memory(value: pl.Expr) -> pl.Expr:
    return (value > 0) & (value <= MOST_MEMORY_BYTES)


def _why_runtime() -> pl.Expr:
    value = pl.col("runtime_s")
    return _first_reason("runtime_s", (value < 0, "negative"), (value > LONGEST_RUNTIME_S, "implausibly large"))


def _why_cores() -> pl.Expr:
    value = pl.col("cores_allocated")
    return _first_reason("cores_allocated", (value < 1, "less than one"), (value > MOST_CORES, "implausibly large"))


def _why_allocated() -> pl.Expr:
    value = pl.col("memory_allocated_bytes")
    return _first_reason(
        "memory_allocated_bytes", (value <= 0, "not positive"), (value > MOST_MEMORY_BYTES, "no limit was set")
    )


def _why_used() -> pl.Expr:
    value = pl.col("memory_used_bytes")
    node = (pl.col("node_memory_kib") + pl.col("node_swap_kib").fill_null(0)) * 1024
    first = pl.max_horizontal(_plausible("v1_memory_swap_bytes"), _plausible("v1_memory_bytes"))
    return _first_reason(
        "memory_used_bytes",
        (value <= 0, "not positive"),
        (value > MOST_MEMORY_BYTES, "implausibly large"),
        ((node > 0) & (value > node * TOLERANCE), "more than the node has"),
        (_differ(_plausible("v2_memory_bytes"), first), "cgroup versions disagree"),
    )


def _why_cpu_time() -> pl.Expr:
    """CPU time is believed only against runtime and cores: a whole-node counter is larger than the job could use.

    Runtimes are whole seconds, so a second is added; where the node's cores are known a job may have used them all.
    """
    value = pl.col("cpu_time_s")
    node_cores = pl.when(pl.col("node_cores") <= MOST_CORES).then("node_cores")
    most = pl.max_horizontal("cores_allocated", node_cores) * (pl.col("runtime_s") + 1) * TOLERANCE
    return _first_reason(
        "cpu_time_s",
        (value < 0, "negative"),
        (value.is_not_null() & most.is_null(), "no runtime or cores to check against"),
        (value > most, "more than its cores could give"),
        (_differ(pl.col("v2_cpu_us") / 1e6, pl.col("v1_cpu_ns") / 1e9), "cgroup versions disagree"),
    )


def _plausible(column: str) -> pl.Expr:
    return pl.when(_is_memory(pl.col(column))).then(column)


def _differ(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    """True where both are known and the larger is more than 10 % above the smaller."""
    return pl.max_horizontal(one, other) > pl.min_horizontal(one, other) * TOLERANCE


def _first_reason(name: str, *reasons: tuple[pl.Expr, str]) -> pl.Expr:
    """The first reason that holds, null where none does."""
    return pl.coalesce(pl.when(holds).then(pl.lit(reason)) for holds, reason in reasons).alias(f"{name}_why")


def _accepted(name: str) -> pl.Expr:
    return pl.when(pl.col(f"{name}_why").is_null()).then(name).alias(name)


def _derived() -> list[pl.Expr]:
    """Quantities computed from measured ones; null where one is missing or a divisor is 0."""
    runtime, cores, cpu = pl.col("runtime_s"), pl.col("cores_allocated"), pl.col("cpu_time_s")
    cores_used = pl.when(runtime > 0).then(cpu / runtime)
    return [
        cores_used.alias("cores_used"),
        (cores * runtime / 3600).alias("slot_hours"),
        (pl.col("memory_used_bytes") / pl.col("memory_allocated_bytes")).alias("memory_used_share"),
        (cores_used / cores).alias("cores_used_share"),
    ]
