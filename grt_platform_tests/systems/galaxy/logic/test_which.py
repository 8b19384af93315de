"""which_instances_have: tools that ran and tools that are only installed, each once per version and instance."""

from datetime import UTC, datetime

from grt_platform.systems.galaxy import schemas
from grt_platform.systems.galaxy.logic.which import which_instances_have
from grt_platform_tests.systems.galaxy.logic.product_rows import BOWTIE, NOON, A, B, frame, job, jobs

EARLY, LATE = datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 2, tzinfo=UTC)


def reports(*rows: tuple[str, datetime]):
    fixed = {"schema_version": 1, "received_at": NOON, "sha256": "0"}
    return frame(schemas.REPORTS, [{"report_id": name, "generated_at": made, **fixed} for name, made in rows])


def tools(*rows: tuple[str, str, str | None]):
    return frame(schemas.TOOLS, [{"report_id": r, "tool_id": t, "version": v} for r, t, v in rows])


def test_a_tool_counts_once_per_version_and_instance_whatever_form_its_id_had():
    ran = jobs(
        job(1, f"{BOWTIE}/2.4"),
        job(2, BOWTIE, tool_version="2.4", created_at=EARLY),
        job(3, f"{BOWTIE}/2.5"),
        job(1, f"{BOWTIE}/2.4", instance_id=B, created_at=None),
        job(4, None),
    )
    rows = which_instances_have(ran, tools(), reports()).collect()
    assert rows.rows() == [
        (BOWTIE, "2.4", B, 1, None, False),
        (BOWTIE, "2.4", A, 2, NOON, False),
        (BOWTIE, "2.5", A, 1, NOON, False),
    ]


def test_an_installed_tool_is_there_without_a_job():
    listed = tools(("1", f"{BOWTIE}/2.4", "2.4"), ("1", "cat1", None), ("1", "cat1", None))
    rows = which_instances_have(jobs(job(1, "cat1")), listed, reports(("1", EARLY))).collect()
    assert rows.rows() == [("cat1", "", A, 1, NOON, True), (BOWTIE, "2.4", A, 0, None, True)]
    assert rows.schema == schemas.WHICH_INSTANCES_HAVE.polars_schema()


def test_only_the_last_report_that_lists_tools_says_what_is_installed():
    listed = tools(("9", "gone", "1"), ("10", "here", "1"))
    made = reports(("9", EARLY), ("10", LATE), ("11", NOON))
    assert which_instances_have(jobs(), listed, made).collect()["tool_id"].to_list() == ["here"]
