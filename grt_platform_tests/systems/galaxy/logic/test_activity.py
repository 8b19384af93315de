"""instance_activity: what an instance did, and what its last report said of it."""

from datetime import UTC, datetime, timedelta

from grt_platform.systems.galaxy import schemas
from grt_platform.systems.galaxy.logic.activity import instance_activity
from grt_platform_tests.systems.galaxy.logic.product_rows import BOWTIE, NOON, A, B, frame, job, jobs


def report(report_id: str, generated_at: datetime, **more) -> dict:
    fixed = {"schema_version": 3, "received_at": NOON, "sha256": "0"}
    return {"report_id": report_id, "generated_at": generated_at, **fixed, **more}


def reports(*rows: dict):
    return frame(schemas.REPORTS, list(rows))


def test_the_last_report_is_the_latest_made_not_the_latest_named():
    late = report("9", datetime(2020, 1, 2, tzinfo=UTC), users_active=3, users_total=30, galaxy_version="20.01")
    early = report("99", datetime(2020, 1, 1, tzinfo=UTC), users_active=8, users_total=80)
    row = instance_activity(jobs(job(1)), reports(late, early)).collect().to_dicts()[0]
    assert (row["users_active"], row["users_total"], row["galaxy_version"], row["reports"]) == (3, 30, "20.01", 2)
    assert row["last_report_at"] == datetime(2020, 1, 2, tzinfo=UTC)


def test_recent_means_the_28_days_before_the_newest_job():
    ages = [timedelta(), timedelta(days=27, hours=23), timedelta(days=28), timedelta(days=300)]
    row = instance_activity(jobs(*(job(n, created_at=NOON - age) for n, age in enumerate(ages))), reports()).collect()
    assert row.select("jobs", "jobs_recent", "first_job_at", "last_job_at").rows() == [
        (4, 2, NOON - timedelta(days=300), NOON)
    ]


def test_versions_of_a_tool_are_one_tool_and_no_tool_is_none():
    rows = jobs(job(1, f"{BOWTIE}/1"), job(2, f"{BOWTIE}/2"), job(3, "cat1"), job(4, None))
    assert instance_activity(rows, reports()).collect()["tools"].to_list() == [2]


def test_an_instance_with_only_jobs_or_only_reports_is_there_too():
    rows = instance_activity(jobs(job(1, created_at=None)), reports(report("1", NOON, instance_id=B))).collect()
    assert rows.select("instance_id", "jobs", "jobs_recent", "tools", "reports").rows() == [
        (B, 0, 0, 0, 1),
        (A, 1, 0, 1, 0),
    ]
    assert rows.schema == schemas.INSTANCE_ACTIVITY.polars_schema()


def test_nothing_at_all_gives_no_rows_of_the_right_shape():
    rows = instance_activity(jobs(), reports()).collect()
    assert (rows.height, rows.schema) == (0, schemas.INSTANCE_ACTIVITY.polars_schema())
