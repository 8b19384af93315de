"""The product tool_resources of one instance, against the usual way in pandas, in the same run.

`python -m benchmarks.galaxy_products [--jobs 600000] [--rounds 3]` writes jobs and five metrics for each as Parquet,
then computes the statistics of runtime, cores and memory per tool in turn by the platform's function and by pandas
(pivot the metrics, join the jobs, group, take the same percentiles), each in a new process, checks that medians and
evidence are equal, and prints seconds, CPU seconds and peak memory.
"""

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl

INSTANCE = "5e9a1f7c-20f4-4b1e-8c0d-7d1f4d1e2207"
NAMES = (
    ("core", "runtime_seconds"),
    ("core", "galaxy_slots"),
    ("core", "galaxy_memory_mb"),
    ("cgroup", "memory.peak"),
    ("core", "start_epoch"),
)


def make(folder: Path, jobs: int) -> None:
    """Jobs of 300 tools that ended ok, and their metrics, the same at every call."""
    chance = np.random.default_rng(7)
    ids = np.arange(1, jobs + 1)
    tools = chance.integers(0, 300, jobs)
    pl.DataFrame({"job_id": ids, "tool": tools}).select(
        pl.lit(INSTANCE).alias("instance_id"),
        "job_id",
        pl.format("tool_{}", "tool").alias("tool_id"),
        pl.lit("1.0").alias("tool_version"),
        pl.lit("ok").alias("state"),
    ).write_parquet(folder / "jobs.parquet")
    values = {
        "runtime_seconds": chance.integers(1, 50_000, jobs),
        "galaxy_slots": chance.integers(1, 17, jobs),
        "galaxy_memory_mb": chance.integers(1_000, 64_000, jobs),
        "memory.peak": chance.integers(10**7, 10**9, jobs),
        "start_epoch": np.full(jobs, 1_656_720_000),
    }
    frames = [
        pl.DataFrame({"job_id": ids, "value": values[name]}).with_columns(
            plugin=pl.lit(plugin), name=pl.lit(name), instance_id=pl.lit(INSTANCE)
        )
        for plugin, name in NAMES
    ]
    metrics = (
        pl.concat(frames).sort("job_id", maintain_order=True).with_columns(pl.col("value").cast(pl.Decimal(38, 7)))
    )
    metrics.write_parquet(folder / "metrics.parquet")


def ours(folder: Path) -> dict[str, list[float]]:
    """Jobs and median of the runtime by tool, as the platform computes them."""
    from grt_platform.systems.galaxy.logic.resources import tool_resources

    rows = tool_resources(pl.scan_parquet(folder / "jobs.parquet"), pl.scan_parquet(folder / "metrics.parquet"))
    return {row["tool_id"]: [row["jobs"], row["p50"]] for row in rows.to_dicts() if row["quantity"] == "runtime_s"}


def with_pandas(folder: Path) -> dict[str, list[float]]:
    """The same by pandas, with the other quantities computed too."""
    import pandas as pd

    jobs = pd.read_parquet(folder / "jobs.parquet")
    metrics = pd.read_parquet(folder / "metrics.parquet")
    metrics["value"] = metrics["value"].astype(float)
    wide = metrics.pivot_table(index="job_id", columns="name", values="value", aggfunc="max").reset_index()
    joined = jobs.merge(wide, on="job_id")
    joined["slot_hours"] = joined["runtime_seconds"] * joined["galaxy_slots"] / 3600
    joined["share"] = joined["memory.peak"] / (joined["galaxy_memory_mb"] * 2**20)
    quantities = ["runtime_seconds", "galaxy_slots", "galaxy_memory_mb", "memory.peak", "slot_hours", "share"]
    groups = joined.groupby(["tool_id", "tool_version"])[quantities]
    tables = [groups.count(), groups.mean(), groups.max(), *(groups.quantile(q) for q in (0.5, 0.95, 0.99))]
    counts, medians = tables[0]["runtime_seconds"], tables[3]["runtime_seconds"]
    return {tool: [int(counts[tool, "1.0"]), float(medians[tool, "1.0"])] for tool, _ in counts.index}


def run_one(way: str, folder: Path) -> None:
    """The child of `main`."""
    began, cpu = time.perf_counter(), time.process_time()
    result = (ours if way == "ours" else with_pandas)(folder)
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu": used, "peak_mib": peak, "result": result}))


def agree(a: dict[str, list[float]], b: dict[str, list[float]]) -> bool:
    """Whether both ways saw the same jobs and medians."""
    return a.keys() == b.keys() and all(
        a[tool][0] == b[tool][0] and Decimal(a[tool][1]) == Decimal(b[tool][1]) for tool in a
    )


def main() -> None:
    """Makes, measures, compares, cleans up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=600_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", nargs=2, metavar=("WAY", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        run_one(given.one[0], Path(given.one[1]))
        return
    folder = Path(tempfile.mkdtemp(prefix="grt-bench-"))
    try:
        make(folder, given.jobs)
        runs: dict[str, list[dict[str, float]]] = {"pandas": [], "ours": []}
        results = {}
        for _ in range(given.rounds):
            for way, seen in runs.items():
                command = [sys.executable, "-m", "benchmarks.galaxy_products", "--one", way, str(folder)]
                told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
                results[way] = told.pop("result")
                seen.append(told)
    finally:
        shutil.rmtree(folder)
    if not agree(results["ours"], results["pandas"]):
        raise SystemExit("the two ways disagree")
    for way, seen in runs.items():
        wall, cpu = (statistics.median(run[name] for run in seen) for name in ("seconds", "cpu"))
        print(f"{way:7} {wall:6.2f} s  {cpu:6.2f} CPU-s  {max(run['peak_mib'] for run in seen):5.0f} MiB")
    ratio = statistics.median(r["seconds"] for r in runs["pandas"]) / statistics.median(
        r["seconds"] for r in runs["ours"]
    )
    print(f"ratio {ratio:.1f} x")


if __name__ == "__main__":
    main()
