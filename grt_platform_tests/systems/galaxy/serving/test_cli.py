"""What `grt galaxy` tells of tools and of what is left out."""

import json

import pytest
from click.testing import CliRunner, Result

from grt_platform import cli
from grt_platform.kernel.errors import BadInputError
from grt_platform.serving import handles
from grt_platform.systems.galaxy.schemas import JOBS
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.systems.galaxy.logic.product_rows import A, job, jobs
from grt_platform_tests.systems.galaxy.serving.rows import put


def grt(*arguments: str) -> Result:
    return CliRunner().invoke(cli.grt, ["galaxy", *arguments], catch_exceptions=False)


def test_readings_left_out_of_a_tools_resources_are_told_below_the_table(live_web: LiveWeb) -> None:
    of_tool = {"tool_id": "cat", "tool_version": "1.0"}
    why = {"negative": 3, "more than its cores could give": 1049}
    left_out = {"quantity": "cpu_time_s", "jobs": 0, "jobs_excluded": 1052, "exclusion_reasons": json.dumps(why)}
    put(live_web.warehouse, "tool_resources_overall", {**of_tool, **left_out}, {**of_tool, "quantity": "runtime_s"})
    assert grt("resources", "cat").output.splitlines()[-2:] == [
        "Left out of cpu_time_s of cat 1.0: 3 jobs, negative",
        "Left out of cpu_time_s of cat 1.0: 1,049 jobs, more than its cores could give",
    ]
    assert json.loads(grt("resources", "cat", "--json").output)[0]["exclusion_reasons"] == why


def test_what_downloads_withhold_is_counted_by_column_and_reason(live_web: LiveWeb) -> None:
    rows = jobs(job(1), job(2, tool_id="/home/ann/tool"), job(3, tool_id="ann@example.org")).collect()
    handles.lake().replace(
        JOBS,
        {"instance_id": A, "received_month": "2022-07"},
        rows.select(JOBS.polars_schema(with_partition=False).names()),
    )
    assert json.loads(grt("withheld", "jobs", "--json").output) == [
        {"column": "tool_id", "reason": "e-mail", "rows": 1},
        {"column": "tool_id", "reason": "path", "rows": 1},
    ]
    assert "nothing of galaxy/table/datasets is withheld" in grt("withheld", "datasets").output
    with pytest.raises(BadInputError, match="not open to the public"):
        grt("withheld", "params")
