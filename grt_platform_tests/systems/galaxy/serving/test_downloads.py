"""Public downloads: whole, readable, and without anything private."""

import io
from datetime import UTC, datetime
from decimal import Decimal

import polars as pl
import pyarrow.parquet as pq
import pytest

from grt_platform.systems.galaxy.schemas import TABLES
from grt_platform.systems.galaxy.serving import releases
from grt_platform.systems.galaxy.serving.instances import Credentials
from grt_platform.web.at_once import AtOnce
from grt_platform_tests.fixtures.web import LiveWeb
from grt_platform_tests.systems.galaxy.serving.rows import BOWTIE2, put

PUBLIC = {table.noun for table in releases.public_tables()}


def test_parquet_and_csv_hold_the_same_rows(live_web: LiveWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releases, "BATCH_BYTES", 200)
    rows = [
        {
            "tool_id": f"tool_{n}",
            "tool_version": "1.0",
            "period": "month",
            "jobs": n,
            "error_rate": None if n % 2 else 0.5,
        }
        for n in range(20)
    ]
    put(live_web.warehouse, "tool_usage_overall", *rows)
    parquet = pl.read_parquet(io.BytesIO(live_web.client.get("/galaxy/downloads/tool_usage_overall.parquet").content))
    text = live_web.client.get("/galaxy/downloads/tool_usage_overall.csv").text
    csv = pl.read_csv(io.StringIO(text), schema=parquet.schema)
    assert parquet.sort("jobs").equals(csv.sort("jobs"))
    assert parquet["jobs"].sum() == sum(range(20))


@pytest.mark.parametrize("noun", sorted(PUBLIC))
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_every_public_table_can_be_had_even_when_it_is_empty(live_web: LiveWeb, noun: str, suffix: str) -> None:
    answer = live_web.client.get(f"/galaxy/downloads/{noun}.{suffix}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="galaxy_{noun}.{suffix}"'
    if suffix == "parquet":
        assert pq.read_table(io.BytesIO(answer.content)).num_rows == 0
    else:
        assert answer.text.count("\n") == 1


@pytest.mark.parametrize("noun", sorted({table.noun for table in TABLES} - PUBLIC))
def test_a_table_that_is_not_public_is_not_there(live_web: LiveWeb, noun: str) -> None:
    for suffix in ("csv", "parquet"):
        assert live_web.client.get(f"/galaxy/downloads/{noun}.{suffix}").status_code == 404


@pytest.mark.parametrize("name", ["instances", "..%2f..%2fx", "pg_user", "tool_usage;--", "galaxy.instances", "x.y"])
def test_what_is_no_table_is_not_there(live_web: LiveWeb, name: str) -> None:
    assert live_web.client.get(f"/galaxy/downloads/{name}.csv").status_code == 404


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_head_tells_of_a_download_what_get_would(live_web: LiveWeb, suffix: str) -> None:
    address = f"/galaxy/downloads/tool_usage_overall.{suffix}"
    asked, got = live_web.client.head(address), live_web.client.get(address)
    assert (asked.status_code, asked.content) == (200, b"")
    for name in ("Content-Type", "Content-Disposition", "Link", "Cache-Control"):
        assert asked.headers[name] == got.headers[name]
    assert live_web.client.head("/galaxy/downloads/instances.csv").status_code == 404


def test_private_words_do_not_leave(live_web: LiveWeb, server: Credentials) -> None:
    put(
        live_web.warehouse,
        "tool_usage_overall",
        {"tool_id": BOWTIE2, "tool_version": "2.4.2+galaxy0", "jobs": 1},
        {"tool_id": "/home/rasche/tools/my_tool.xml", "tool_version": "1", "jobs": 2},
        {"tool_id": "someone@example.org", "tool_version": "1", "jobs": 3},
    )
    put(
        live_web.warehouse,
        "jobs",
        {"instance_id": server.instance_id, "job_id": 1, "tool_id": "/home/rasche/x", "state": "ok"},
    )
    for noun in ("tool_usage_overall", "jobs"):
        text = live_web.client.get(f"/galaxy/downloads/{noun}.csv").text
        assert "rasche" not in text
        assert "example.org" not in text
    assert BOWTIE2 in live_web.client.get("/galaxy/downloads/tool_usage_overall.csv").text


def test_the_licence_stands_in_the_index_the_header_and_the_parquet_file(live_web: LiveWeb) -> None:
    index = live_web.client.get("/galaxy/downloads").json()
    assert "Open Database License" in index["licence"]["database"]
    assert set(index["tables"]) == PUBLIC
    answer = live_web.client.get("/galaxy/downloads/instance_activity.parquet")
    assert 'rel="license"' in answer.headers["Link"]
    metadata = pq.read_schema(io.BytesIO(answer.content)).metadata
    assert b"Open Database License" in metadata[b"database"]


def test_every_kind_of_value_comes_out_as_it_went_in(live_web: LiveWeb) -> None:
    rows: list[dict[str, object]] = [
        {
            "tool_id": BOWTIE2,
            "tool_version": "",
            "instance_id": "5e9a1f7c-20f4-4b1e-8c0d-7d1f4d1e2207",
            "jobs": 9_223_372_036_854_775_807,
            "last_used_at": datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
            "is_installed": False,
        },
        {
            "tool_id": 'Say "hi", twice',
            "tool_version": "1",
            "instance_id": "5e9a1f7c-20f4-4b1e-8c0d-7d1f4d1e2207",
            "jobs": 0,
            "last_used_at": None,
            "is_installed": True,
        },
    ]
    put(live_web.warehouse, "which_instances_have", *rows)
    found = live_web.client.get("/galaxy/downloads/which_instances_have.parquet").content
    assert pl.read_parquet(io.BytesIO(found)).to_dicts() == rows


def test_exact_numbers_and_dates_come_out_exact(live_web: LiveWeb, server: Credentials) -> None:
    number = Decimal("9223372036854771712.1234567")
    metric = {"instance_id": server.instance_id, "job_id": 1, "plugin": "cgroup", "name": "limit", "value": number}
    put(live_web.warehouse, "metrics_num", metric)
    put(live_web.warehouse, "tool_usage_overall", {"tool_id": "cat", "tool_version": "1", "starts_on": "1969-12-29"})
    csv = live_web.client.get("/galaxy/downloads/metrics_num.csv").text
    assert str(number) in csv
    assert "1969-12-29" in live_web.client.get("/galaxy/downloads/tool_usage_overall.csv").text


def test_of_too_many_downloads_at_once_the_last_waits(live_web: LiveWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releases, "_under_way", AtOnce(1))
    pieces = releases.release(live_web.warehouse, "tool_usage", "csv", {})
    answer = live_web.client.get("/galaxy/downloads/tool_usage.csv")
    assert (answer.status_code, "under way" in answer.json()["detail"]) == (503, True)
    del pieces
    assert live_web.client.get("/galaxy/downloads/tool_usage.csv").status_code == 200
