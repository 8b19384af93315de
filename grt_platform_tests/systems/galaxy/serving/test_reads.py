"""Answers over HTTP, from rows in the real served tables."""

import json
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from grt_platform.systems.galaxy.schemas import SERVED_TABLES
from grt_platform.systems.galaxy.serving.instances import Credentials
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.systems.galaxy.serving.rows import BOWTIE2, put

OTHER = "11111111-2222-4333-8444-555555555555"


def ask(live_web: LiveWeb, path: str, **params: Any) -> Any:
    answer = live_web.client.get(path, params=params or None, headers=live_web.admin)
    assert answer.status_code == 200, answer.text
    return answer.json()


def usage(tool_id: str, starts_on: str, jobs: int, period: str = "month", **others: object) -> dict[str, object]:
    return {"tool_id": tool_id, "starts_on": starts_on, "jobs": jobs, "period": period, **others}


def test_tool_usage_is_of_all_instances_together_unless_one_is_named(live_web: LiveWeb, server: Credentials) -> None:
    put(live_web.warehouse, "tool_usage_overall", usage("cat", "2024-01-01", 30))
    put(live_web.warehouse, "tool_usage", usage("cat", "2024-01-01", 10, instance_id=server.instance_id))
    put(live_web.warehouse, "tool_usage", usage("cat", "2024-01-01", 20, instance_id=OTHER))
    assert [row["jobs"] for row in ask(live_web, "/galaxy/tools")["items"]] == [30]
    assert [row["jobs"] for row in ask(live_web, "/galaxy/tools", instance=server.instance_id)["items"]] == [10]
    assert ask(live_web, "/galaxy/tools", instance="22222222-2222-4333-8444-555555555555")["items"] == []


def test_tool_usage_is_filtered_by_begin_of_id_or_name_and_by_time(live_web: LiveWeb) -> None:
    put(
        live_web.warehouse,
        "tool_usage_overall",
        usage(BOWTIE2, "2024-01-01", 1),
        usage(BOWTIE2, "2024-02-01", 2),
        usage("Extract genomic DNA 1", "2024-02-01", 3),
        usage("100%_sure", "2024-03-01", 4),
        usage(BOWTIE2, "2024-02-01", 5, "day"),
    )
    for filters, jobs in (
        ({}, [4, 3, 2, 1]),
        ({"tool": "bowtie"}, [2, 1]),
        ({"tool": BOWTIE2[:30]}, [2, 1]),
        ({"tool": "Extract g"}, [3]),
        ({"tool": "100%"}, [4]),
        ({"tool": "%"}, []),
        ({"tool": "_"}, []),
        ({"tool": "' OR true --"}, []),
        ({"period": "day"}, [5]),
        ({"from": "2024-02-01"}, [4, 3, 2]),
        ({"from": "2024-02-01", "to": "2024-02-01"}, [3, 2]),
        ({"to": "2024-01-31"}, [1]),
    ):
        assert [row["jobs"] for row in ask(live_web, "/galaxy/tools", **filters)["items"]] == jobs, filters


def test_pages_follow_one_another_until_the_last_and_lose_no_row(live_web: LiveWeb) -> None:
    put(live_web.warehouse, "tool_usage_overall", *(usage(f"tool{n:02}", "2024-01-01", 7) for n in range(25)))
    page, seen = ask(live_web, "/galaxy/tools", limit=10, tool="tool"), []
    while True:
        seen += [row["tool_id"] for row in page["items"]]
        if page["next"] is None:
            break
        page = ask(live_web, page["next"])
    assert seen == [f"tool{n:02}" for n in range(25)]


def test_resources_of_a_tool_are_found_by_its_id_with_or_without_version(live_web: LiveWeb) -> None:
    put(
        live_web.warehouse,
        "tool_resources_overall",
        {"tool_id": BOWTIE2, "tool_version": "2.4.2+galaxy0", "quantity": "runtime_s", "jobs": 5},
        {"tool_id": BOWTIE2, "tool_version": "2.5.0+galaxy0", "quantity": "runtime_s", "jobs": 6},
        {"tool_id": "cat", "tool_version": "1", "quantity": "runtime_s", "jobs": 7},
    )
    for tool in (BOWTIE2, f"{BOWTIE2}/2.4.2+galaxy0", quote(BOWTIE2, safe="")):
        assert [row["jobs"] for row in ask(live_web, f"/galaxy/tools/{tool}/resources")["items"]] == [6, 5]
    one = ask(live_web, f"/galaxy/tools/{BOWTIE2}/resources", version="2.4.2+galaxy0")
    assert [row["jobs"] for row in one["items"]] == [5]
    assert ask(live_web, "/galaxy/tools/resources/resources")["items"] == []


def test_readings_that_were_left_out_are_told_with_their_reasons(live_web: LiveWeb) -> None:
    why = {"negative": 3, "more than its cores could give": 49}
    row = {"tool_id": "cat", "quantity": "cpu_time_s", "jobs": 0, "jobs_excluded": 52}
    put(live_web.warehouse, "tool_resources_overall", {**row, "exclusion_reasons": json.dumps(why)})
    (found,) = ask(live_web, "/galaxy/tools/cat/resources")["items"]
    assert (found["jobs"], found["p95"], found["jobs_excluded"], found["exclusion_reasons"]) == (0, None, 52, why)


def test_the_rule_of_a_tool_is_the_yaml_that_tpv_reads(live_web: LiveWeb) -> None:
    rule = f"tools:\n  {BOWTIE2}/.*:\n    mem: 8\n"
    put(
        live_web.warehouse,
        "tool_resources_by_input_overall",
        {"tool_id": BOWTIE2, "input_bin": 2, "input_from_bytes": 1000, "suggested_rule": rule},
        {"tool_id": BOWTIE2, "input_bin": 1, "input_from_bytes": 0, "input_below_bytes": 1000},
        {"tool_id": "cat", "input_from_bytes": 0},
    )
    bins = ask(live_web, f"/galaxy/tools/{BOWTIE2}/by-input")["items"]
    assert [(row["input_from_bytes"], row["input_below_bytes"]) for row in bins] == [(0, 1000), (1000, None)]
    answer = live_web.client.get(f"/galaxy/tools/{BOWTIE2}/by-input/rule.yml", headers=live_web.admin)
    assert yaml.safe_load(answer.text) == {"tools": {f"{BOWTIE2}/.*": {"mem": 8}}}
    none = live_web.client.get("/galaxy/tools/cat/by-input/rule.yml", headers=live_web.admin)
    assert none.status_code == 404
    assert "too few" in none.json()["detail"]


def test_activity_of_an_instance_is_there_before_its_first_report(live_web: LiveWeb, server: Credentials) -> None:
    before = ask(live_web, f"/galaxy/instances/{server.instance_id}/activity")
    assert (before["title"], before["jobs"]) == ("Galaxy of the tests", None)
    put(live_web.warehouse, "instance_activity", {"instance_id": server.instance_id, "jobs": 12_068})
    assert ask(live_web, f"/galaxy/instances/{server.instance_id}/activity")["jobs"] == 12_068


def test_which_finds_instances_by_full_and_by_short_name(live_web: LiveWeb, server: Credentials) -> None:
    put(
        live_web.warehouse,
        "which_instances_have",
        {"tool_id": BOWTIE2, "tool_version": "2.4.2", "instance_id": server.instance_id, "jobs": 3},
        {"tool_id": BOWTIE2, "tool_version": "2.5.0", "instance_id": OTHER, "jobs": 9},
        {"tool_id": "bowtie", "tool_version": "1", "instance_id": OTHER, "jobs": 1},
    )
    for tool in ("bowtie2", BOWTIE2, f"{BOWTIE2}/2.4.2"):
        found = ask(live_web, "/galaxy/which", tool=tool)["items"]
        assert [(row["jobs"], row["title"]) for row in found] == [(9, None), (3, "Galaxy of the tests")]
    assert ask(live_web, "/galaxy/which", tool="owtie2")["items"] == []


@pytest.mark.parametrize("path", ["/galaxy/tools", "/galaxy/which?tool=cat"])
def test_an_instance_reads_with_its_own_key(live_web: LiveWeb, server: Credentials, path: str) -> None:
    headers = {"Authorization": f"{server.instance_id}:{server.key}"}
    assert live_web.client.get(path, headers=headers).status_code == 200


def test_a_number_that_is_none_in_postgres_is_null_in_json(live_web: LiveWeb) -> None:
    row = {"tool_id": "cat", "tool_version": "1", "quantity": "runtime_s", "jobs": 5}
    put(live_web.warehouse, "tool_resources_overall", {**row, "mean": float("nan"), "max": float("inf")})
    (found,) = ask(live_web, "/galaxy/tools/cat/resources")["items"]
    assert (found["mean"], found["max"]) == (None, None)


@pytest.mark.parametrize(
    ("noun", "path"),
    [
        ("tool_usage", "/galaxy/tools"),
        ("tool_resources", "/galaxy/tools/cat/resources"),
        ("tool_resources_by_input", "/galaxy/tools/cat/by-input"),
    ],
)
def test_an_answer_has_every_column_of_its_table(live_web: LiveWeb, noun: str, path: str) -> None:
    put(live_web.warehouse, f"{noun}_overall", {"tool_id": "cat", "tool_version": "1", "period": "month"})
    table = next(table for table in SERVED_TABLES if table.noun == f"{noun}_overall")
    (row,) = ask(live_web, path)["items"]
    assert set(row) == {column.name for column in table} - {"input_bin"}
