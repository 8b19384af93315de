"""tool_usage: every dated job counts once per period, and only ended jobs move the error rate."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grt_platform.systems.galaxy.logic.frames import OVERALL
from grt_platform.systems.galaxy.logic.states import ERROR, OK, OTHER
from grt_platform.systems.galaxy.logic.usage import tool_usage
from grt_platform.systems.galaxy.schemas import TOOL_USAGE, overall
from grt_platform_tests.systems.galaxy.logic.product_rows import (
    BOWTIE,
    B,
    job,
    jobs,
    sample_jobs,
    sample_texts,
)

UNFINISHED = ("new", "paused", "queued", "running", "upload", "waiting")
STATES = (*OK, *ERROR, *OTHER, *UNFINISHED, "a state of tomorrow", "", None)


def test_a_week_begins_on_its_iso_monday_even_across_a_year():
    sunday = job(1, created_at=datetime(2023, 1, 1, 23, 59, 59, tzinfo=UTC))
    monday = job(2, created_at=datetime(2023, 1, 2, tzinfo=UTC))
    rows = tool_usage(jobs(sunday, monday)).collect()
    starts = {(row["period"], row["starts_on"]) for row in rows.to_dicts()}
    assert starts == {
        ("day", date(2023, 1, 1)),
        ("day", date(2023, 1, 2)),
        ("week", date(2022, 12, 26)),
        ("week", date(2023, 1, 2)),
        ("month", date(2023, 1, 1)),
    }


def test_only_ended_jobs_move_the_error_rate():
    states = ["ok", "ok", "ok", "error", "failed", "deleted", "stopped", "running", "paused", "never heard of", None]
    rows = tool_usage(jobs(*(job(number, state=state) for number, state in enumerate(states))))
    month = rows.collect().filter(period="month").to_dicts()[0]
    counts = [month[name] for name in ("jobs", "jobs_ok", "jobs_error", "jobs_other", "jobs_unfinished")]
    assert counts == [11, 3, 2, 2, 4]
    assert month["error_rate"] == pytest.approx(0.4)


def test_the_error_rate_is_null_where_no_job_ended():
    assert tool_usage(jobs(job(1, state="running"))).collect()["error_rate"].to_list() == [None] * 3


def test_a_job_without_a_tool_counts_under_the_empty_name_and_one_without_a_date_not_at_all():
    rows = tool_usage(jobs(job(1, None), job(2, created_at=None))).collect()
    assert rows["tool_id"].to_list() == [""] * 3
    assert rows["tool_version"].to_list() == [""] * 3


def test_versions_of_a_toolshed_tool_stand_under_one_id():
    rows = tool_usage(jobs(job(1, f"{BOWTIE}/2.4"), job(2, f"{BOWTIE}/2.5", tool_version="2.5"))).collect()
    assert rows.filter(period="day").select("tool_id", "tool_version").rows() == [(BOWTIE, "2.4"), (BOWTIE, "2.5")]


def test_instances_are_apart_by_default_and_together_overall():
    both = jobs(job(1), job(1, instance_id=B))
    apart, together = tool_usage(both).collect(), tool_usage(both, OVERALL).collect()
    assert apart.filter(period="day")["jobs"].to_list() == [1, 1]
    assert together.filter(period="day")["jobs"].to_list() == [2]
    assert apart.schema == TOOL_USAGE.polars_schema()
    assert together.schema == overall(TOOL_USAGE).polars_schema()


def test_no_jobs_give_no_rows_of_the_right_shape():
    rows = tool_usage(jobs()).collect()
    assert rows.height == 0
    assert rows.schema == TOOL_USAGE.polars_schema()


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(STATES),
            st.sampled_from(["cat1", None, f"{BOWTIE}/2"]),
            st.integers(1_420_000_000, 1_900_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
        ),
        max_size=40,
    )
)
def test_every_period_conserves_jobs_and_outcomes(given_jobs):
    rows = tool_usage(
        jobs(*(job(n, tool, state, created_at=at) for n, (state, tool, at) in enumerate(given_jobs)))
    ).collect()
    for period in ("day", "week", "month"):
        of_period = rows.filter(period=period)
        assert of_period["jobs"].sum() == len(given_jobs)
        parts = of_period.select("jobs_ok", "jobs_error", "jobs_other", "jobs_unfinished").sum_horizontal()
        assert parts.to_list() == of_period["jobs"].to_list()
        assert of_period["starts_on"].is_in([start(period, at) for _, _, at in given_jobs]).all()


def start(period: str, at: datetime) -> date:
    day = at.date()
    return {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}[period]


def test_the_sample_day_counts_as_a_plain_loop_counts():
    expected = Counter()
    for row in sample_texts("jobs"):
        parts = row["tool_id"].split("/")
        is_versioned = len(parts) == 6 and parts[1] == "repos"
        expected["/".join(parts[:5]) if is_versioned else row["tool_id"], row["tool_version"]] += 1
    rows = tool_usage(sample_jobs()).collect().filter(period="day")
    assert {(r["tool_id"], r["tool_version"]): r["jobs"] for r in rows.to_dicts()} == expected
    assert rows["jobs"].sum() == 12_068
    assert rows["starts_on"].unique().to_list() == [date(2022, 7, 1)]
