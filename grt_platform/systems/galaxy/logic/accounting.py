"""The sums that must be right: rows of the ledger against the tables, declared against counted states, late servers."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import polars as pl

_COUNTS = ("rows_loaded", "rows_quarantined", "rows_duplicate", "rows_superseded")


def lost_rows(ledger: pl.DataFrame, stored: Mapping[str, int]) -> Iterator[str]:
    """What is wrong with the sums of one month.

    Args:
        ledger: Rows of `galaxy/table/ledger` of the month.
        stored: Rows by noun in the tables of the members and in the quarantine, of the same month.
    """
    wrong = ledger.filter(pl.col("rows_in") != pl.sum_horizontal(_COUNTS), pl.col("status") == "loaded")
    for row in wrong.iter_rows(named=True):
        parts = " + ".join(str(row[name]) for name in _COUNTS)
        yield f"{row['source']}: {row['rows_in']} rows came in, {parts} are accounted for"
    loaded = ledger["rows_loaded"].sum()
    held = sum(rows for noun, rows in stored.items() if noun != "quarantine")
    if loaded != held:
        yield f"the ledger tells of {loaded} loaded rows, the tables hold {held}"
    quarantined = ledger.filter(pl.col("status") == "loaded")["rows_quarantined"].sum()
    if quarantined > stored["quarantine"]:
        yield f"the ledger tells of {quarantined} quarantined rows, the quarantine holds {stored['quarantine']}"


def undeclared_states(reports: pl.DataFrame, jobs: pl.DataFrame, claims: pl.DataFrame) -> Iterator[str]:
    """Reports whose jobs by state are not as many as their metadata declare.

    Args:
        reports: Rows of `galaxy/table/reports`.
        jobs: Rows of `galaxy/table/jobs` of the same months.
        claims: Rows of `galaxy/table/claims` of the same months; a report with lost claims is not compared.
    """
    lost = set(claims.filter(pl.col("superseded_by").is_not_null())["report_id"])
    counted: dict[str, dict[str, int]] = {}
    for report, state, n in jobs.group_by("report_id", "state").len().iter_rows():
        counted.setdefault(report, {})[state or ""] = n
    for row in reports.iter_rows(named=True):
        declared = {k: v for k, v in json.loads(row["jobs_declared"] or "{}").items() if v}
        found = counted.get(row["report_id"], {})
        if declared and row["report_id"] not in lost and declared != found:
            yield f"report {row['report_id']} declares {declared}, its rows say {dict(sorted(found.items()))}"


def late_instances(activity: pl.DataFrame, now: datetime, patience: timedelta) -> Iterator[str]:
    """Instances whose last report was made longer ago than `patience`.

    Args:
        activity: Rows of `galaxy/product/instance_activity`.
        now: The time, UTC.
        patience: How long an instance may be silent.
    """
    for row in activity.filter(pl.col("last_report_at") < now - patience).sort("last_report_at").iter_rows(named=True):
        yield f"{row['instance_id']} reported last on {row['last_report_at']:%Y-%m-%d}"
