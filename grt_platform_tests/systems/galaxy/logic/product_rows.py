"""Rows of the raw tables in a few words, and the sample day of usegalaxy.org, for the tests of products."""

import csv
import io
import tarfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl

from grt_platform.kernel.table import Table
from grt_platform.systems import galaxy
from grt_platform.systems.galaxy import schemas

A = "5e9a1f7c-20f4-4b1e-8c0d-7d1f4d1e2207"
B = "00000000-0000-4000-8000-00000000000b"
BOWTIE = "toolshed.g2.bx.psu.edu/repos/devteam/bowtie2/bowtie2"
NOON = datetime(2022, 7, 1, 12, tzinfo=UTC)
SAMPLE = Path(galaxy.__file__).parent / "sample" / A / "archives" / "1656720000.0.tar.gz"


def frame(table: Table, rows: list[dict]) -> pl.LazyFrame:
    schema = table.polars_schema()
    full = [{"instance_id": A, "received_month": "2022-07", **row} for row in rows]
    return pl.LazyFrame([{name: row.get(name) for name in schema} for row in full], schema=schema)


def job(job_id: int, tool_id: str | None = "cat1", state: str | None = "ok", **more) -> dict:
    return {"job_id": job_id, "tool_id": tool_id, "state": state, "created_at": NOON, "report_id": "1", **more}


def jobs(*rows: dict) -> pl.LazyFrame:
    return frame(schemas.JOBS, list(rows))


PLUGINS = {"galaxy": "core", "runtim": "core", "start_": "core", "end_ep": "core", "memtot": "meminfo"}
PLUGINS |= {"swapto": "meminfo", "proces": "cpuinfo"}


def measured(job_id: int, instance_id: str = A, **values) -> list[dict]:
    """Metrics of one job; `__` in a name stands for its dot. A list gives the metric several times."""
    return [
        {
            "instance_id": instance_id,
            "job_id": job_id,
            "plugin": PLUGINS.get(name[:6], "cgroup"),
            "name": name.replace("__", "."),
            "value": None if value is None else Decimal(value),
        }
        for name, given in values.items()
        for value in (given if isinstance(given, list) else [given])
    ]


def metrics(*groups: list[dict]) -> pl.LazyFrame:
    return frame(schemas.METRICS_NUM, [row for group in groups for row in group])


def dataset(job_id: int, dataset_id: int, size_bytes: int | None, direction: str = "input", **more) -> dict:
    return {"job_id": job_id, "dataset_id": dataset_id, "size_bytes": size_bytes, "direction": direction, **more}


def datasets(*rows: dict) -> pl.LazyFrame:
    return frame(schemas.DATASETS, list(rows))


def sample_texts(member: str) -> list[dict[str, str]]:
    """A member of the sample day as plain dictionaries of text."""
    with tarfile.open(SAMPLE) as archive:
        name = next(name for name in archive.getnames() if name.endswith(f".{member}.tsv"))
        handle = archive.extractfile(name)
        assert handle is not None
        text = io.StringIO(handle.read().decode())
    return list(csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE))


def sample_jobs() -> pl.LazyFrame:
    rows = [
        job(
            int(row["id"]),
            row["tool_id"],
            row["state"],
            tool_version=row["tool_version"],
            created_at=datetime.fromisoformat(row["create_time"]).replace(tzinfo=UTC),
        )
        for row in sample_texts("jobs")
    ]
    return jobs(*rows)


def sample_metrics() -> pl.LazyFrame:
    rows = [{**row, "job_id": int(row["job_id"]), "value": Decimal(row["value"])} for row in sample_texts("metric_num")]
    return frame(schemas.METRICS_NUM, rows)
