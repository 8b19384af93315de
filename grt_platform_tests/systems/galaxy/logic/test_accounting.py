"""The sums that must be right, on small tables."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from grt_platform.systems.galaxy.logic.accounting import late_instances, lost_rows, undeclared_states

NOW = datetime(2026, 7, 15, tzinfo=UTC)
STORED = {"jobs": 2, "metric_num": 3, "quarantine": 1}


def entry(**changes: Any) -> dict[str, Any]:
    """The ledger's row of a loaded report of nine rows."""
    row = {
        "source": "1.tar.gz",
        "status": "loaded",
        "rows_in": 9,
        "rows_loaded": 5,
        "rows_quarantined": 1,
        "rows_duplicate": 2,
        "rows_superseded": 1,
    }
    return {**row, **changes}


def faults(*rows: dict[str, Any], stored: dict[str, int] | None = None) -> list[str]:
    return list(lost_rows(pl.DataFrame(rows), stored or STORED))


def test_a_month_whose_sums_are_right_has_no_fault() -> None:
    assert faults(entry()) == []
    assert faults(entry(), entry(status="rejected", rows_in=4, rows_loaded=0, rows_quarantined=4)) == []


def test_a_row_that_is_not_accounted_for_is_told_with_its_report() -> None:
    assert faults(entry(rows_in=10)) == ["1.tar.gz: 10 rows came in, 5 + 1 + 2 + 1 are accounted for"]


def test_tables_that_hold_more_or_less_than_the_ledger_tells_are_a_fault() -> None:
    for held in (1, 3):
        assert faults(entry(), stored={**STORED, "jobs": held}) == [
            f"the ledger tells of 5 loaded rows, the tables hold {held + 3}"
        ]


def test_a_quarantine_that_lacks_rows_of_loaded_reports_is_a_fault() -> None:
    assert faults(entry(), stored={**STORED, "quarantine": 0}) == [
        "the ledger tells of 1 quarantined rows, the quarantine holds 0"
    ]
    assert faults(entry(), stored={**STORED, "quarantine": 101}) == []


def test_an_empty_month_has_no_fault() -> None:
    empty = pl.DataFrame([entry()]).clear()
    assert list(lost_rows(empty, dict.fromkeys(STORED, 0))) == []


def undeclared(declared: str | None, states: list[str | None], lost: tuple[str, ...] = ()) -> list[str]:
    reports = pl.DataFrame(
        {"report_id": ["a"], "jobs_declared": [declared]}, {"report_id": pl.String, "jobs_declared": pl.String}
    )
    jobs = pl.DataFrame(
        {"report_id": ["a"] * len(states), "state": states}, {"report_id": pl.String, "state": pl.String}
    )
    claims = pl.DataFrame(
        {"report_id": list(lost), "superseded_by": ["b"] * len(lost)},
        {"report_id": pl.String, "superseded_by": pl.String},
    )
    return list(undeclared_states(reports, jobs, claims))


def test_states_as_declared_are_no_fault_and_zero_counts_need_no_rows() -> None:
    assert undeclared('{"ok": 2, "error": 1, "new": 0}', ["ok", "error", "ok"]) == []
    assert undeclared(None, ["ok"]) == []
    assert undeclared("{}", ["ok"]) == []


def test_other_states_than_declared_are_told_side_by_side() -> None:
    assert undeclared('{"ok": 2}', ["ok", "error"]) == [
        "report a declares {'ok': 2}, its rows say {'error': 1, 'ok': 1}"
    ]
    assert undeclared('{"ok": 1}', []) == ["report a declares {'ok': 1}, its rows say {}"]


def test_a_report_that_lost_jobs_to_another_is_not_compared() -> None:
    assert undeclared('{"ok": 2}', ["ok"], lost=("a",)) == []


def test_instances_that_were_silent_longer_than_the_patience_are_late_the_latest_first() -> None:
    activity = pl.DataFrame(
        {
            "instance_id": ["on time", "late", "very late", "never"],
            "last_report_at": [NOW - timedelta(days=10), NOW - timedelta(days=11), NOW - timedelta(days=99), None],
        },
        {"instance_id": pl.String, "last_report_at": pl.Datetime("us", "UTC")},
    )
    assert list(late_instances(activity, NOW, timedelta(days=10))) == [
        "very late reported last on 2026-04-07",
        "late reported last on 2026-07-04",
    ]
