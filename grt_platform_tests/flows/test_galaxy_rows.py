"""What becomes of single rows of galaxy: loaded, moved to a later report, kept as history, set aside, kept private."""

import pytest
from click.testing import CliRunner

from grt_platform.systems.galaxy.schemas import HISTORY, PARAMS, QUARANTINE, TABLES
from grt_platform.systems.galaxy.serving.cli import group
from grt_platform_tests.fixtures.platform import Platform
from grt_platform_tests.flows.galaxy import (
    AUGUST,
    JULY,
    agree,
    count,
    inbox,
    ledger,
    receive,
    rows_of_lake,
    rows_of_warehouse,
    tiny,
)
from grt_platform_tests.galaxy_archives import make_archive

pytestmark = pytest.mark.slow

SECRET = '"\\"/home/somebody/secret\\""'


def test_a_bad_row_is_set_aside_with_line_reason_and_bytes_and_its_neighbours_load(platform: Platform) -> None:
    bad = tiny(
        "1,cat,1,ok,None\nx,cat,1,ok,None\n2,cat,1,ok,None\n",
        "1,core,cores,9223372036854771712\n1,core,cores,NaN\n7,core,cores,1\n2,core,cores,3\n",
        params=f"1,path,{SECRET}\n7,path,{SECRET}\n2,path,{SECRET}\n",
    )
    receive(platform, JULY, bad, make_archive("F6", range(100, 110), generated="1656730000.0"))
    assert count(platform, "jobs") == 12
    [row] = platform.warehouse.fetch("SELECT value FROM galaxy.metrics_num WHERE job_id = 1")
    assert row["value"] == 9223372036854771712
    columns = "member, line_number, reason, raw"
    rows = platform.warehouse.fetch(f"SELECT {columns} FROM galaxy.quarantine ORDER BY member, line_number")
    assert [(row["member"], row["line_number"], bytes(row["raw"])) for row in rows] == [
        ("jobs", 3, b"x\tcat\t1\tok\tNone"),
        ("metric_num", 3, b"1\tcore\tcores\tNaN"),
        ("metric_num", 4, b"7\tcore\tcores\t1"),
        ("params", 3, b"(private)"),
    ]
    assert all(row["reason"] for row in rows)
    [told] = [row for row in ledger(platform) if row["rows_quarantined"]]
    assert (told["status"], told["rows_in"], told["rows_loaded"], told["rows_quarantined"]) == ("loaded", 10, 6, 4)
    in_lake = platform.lake.scan(QUARANTINE).collect()
    assert f"7\tpath\t{SECRET}".encode() in in_lake["raw"].to_list()
    assert platform.lake.scan(PARAMS).collect()["value"].to_list() == [SECRET, SECRET]
    dumped = platform.warehouse.fetch(
        "SELECT string_agg(table_schema || '.' || table_name, ' ') AS names FROM information_schema.tables "
        "WHERE table_schema LIKE 'galaxy%%' AND (table_name LIKE '%%param%%' OR table_name IN ('history', 'claims'))",
        {},
    )
    assert dumped[0]["names"] is None
    found = CliRunner().invoke(group, ["load", str(inbox(platform)), "--wait", "--patience", "5", "--json"])
    assert found.exit_code == 3
    assert "rows_quarantined" in found.output


def test_a_job_reported_again_in_another_month_moves_with_its_rows_and_the_products_follow(
    platform: Platform,
) -> None:
    first = tiny("1,cat,1,ok,None\n2,cat,1,ok,None\n", "1,core,cores,1\n2,core,cores,1\n", "1656720000.0")
    again = tiny("1,dog,2,error,None\n3,dog,2,ok,None\n", "1,core,slots,4\n", "1656820000.0")
    receive(platform, JULY, first)
    receive(platform, AUGUST, again)
    fetch = platform.warehouse.fetch
    jobs = fetch("SELECT job_id, tool_id, state, received_month FROM galaxy.jobs ORDER BY job_id")
    assert [tuple(row.values()) for row in jobs] == [
        (1, "dog", "error", "2026-08"),
        (2, "cat", "ok", "2026-07"),
        (3, "dog", "ok", "2026-08"),
    ]
    metrics = fetch("SELECT job_id, name, received_month FROM galaxy.metrics_num ORDER BY job_id")
    assert [tuple(row.values()) for row in metrics] == [(1, "slots", "2026-08"), (2, "cores", "2026-07")]
    history = platform.lake.scan(HISTORY).collect()
    assert sorted(history.select("member", "job_id", "superseded_by", "received_month").rows()) == [
        ("jobs", 1, "1656820000.0", "2026-07"),
        ("metric_num", 1, "1656820000.0", "2026-07"),
    ]
    [row] = [row for row in ledger(platform) if row["received_month"] == "2026-07"]
    assert (row["rows_in"], row["rows_loaded"], row["rows_superseded"]) == (4, 2, 2)
    used = fetch("SELECT tool_id, jobs FROM galaxy.which_instances_have WHERE jobs > 0 ORDER BY tool_id")
    assert [tuple(row.values()) for row in used] == [("cat", 1), ("dog", 2)]
    assert agree(platform.lake, platform.warehouse)
    served, products = rows_of_warehouse(platform.warehouse), rows_of_lake(platform.lake)
    for table in TABLES:
        if table.layer == "product" and not table.is_private:
            assert served[table.noun] == products[table.noun], table.noun
