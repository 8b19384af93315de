"""The uniform verbs on a real lake and warehouse: exit codes, formats, and what is private."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from grt_platform import cli
from grt_platform.adapters.lake import Lake
from grt_platform.adapters.store import open_store
from grt_platform.adapters.warehouse import Warehouse
from grt_platform.kernel.table import Table
from grt_platform.settings import settings
from grt_platform.systems.galaxy.schemas import JOBS, LEDGER, PARAMS, QUARANTINE

CELL = {"instance_id": "5e9a1f7c-20f4-4b1e-8c0d-7d1f4d1e2207", "received_month": "2026-11"}
NOW = datetime(2026, 11, 21, tzinfo=UTC)
ENTRY = {
    "source": "1.0.tar.gz",
    "version": "v",
    "etag": "e",
    "size_bytes": 1,
    "sha256": "s",
    "received_at": NOW,
    "status": "rejected",
    "reason": "broken",
    **dict.fromkeys(("rows_in", "rows_loaded", "rows_quarantined", "rows_duplicate", "rows_superseded"), 0),
}


@pytest.fixture
def home(tmp_path: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("GRT_HOME", str(tmp_path))
    monkeypatch.setenv("GRT_WAREHOUSE_URL", warehouse_url)
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def fill(table: Table, rows: list[dict[str, object]]) -> None:
    frame = pl.DataFrame(rows, schema=table.polars_schema(with_partition=False), orient="row")
    Lake(open_store(settings().lake, settings())).replace(table, CELL, frame)
    if not table.is_private:
        Warehouse(settings().warehouse_url.get_secret_value()).replace(table.served(), CELL, frame)


def grt(*arguments: str) -> Result:
    return CliRunner().invoke(cli.grt, ["galaxy", *arguments])


def job(number: int) -> dict[str, object]:
    return {"job_id": number, "tool_id": "cat,1", "created_at": NOW, "report_id": "1.0"}


def test_the_ledger_tells_every_object_with_its_reason(home: Path) -> None:
    fill(LEDGER, [ENTRY])
    [row] = json.loads(grt("ledger", "--json").output)
    assert (row["source"], row["status"], row["reason"]) == ("1.0.tar.gz", "rejected", "broken")
    assert json.loads(grt("ledger", "--json", "--status", "loaded").output) == []


def test_the_ledger_names_halves_that_wait_for_their_partner(home: Path) -> None:
    inbox = home / "raw" / "galaxy" / CELL["instance_id"] / "archives"
    inbox.mkdir(parents=True)
    (inbox / "7.tar.gz").write_bytes(b"x")
    [row] = json.loads(grt("ledger", "--json").output)
    assert (row["source"], row["status"]) == ("7.tar.gz", "incomplete")


def test_an_unknown_status_is_wrong_usage(home: Path) -> None:
    assert grt("ledger", "--status", "foo").exit_code == 2


def test_the_quarantine_tells_line_reason_and_bytes(home: Path) -> None:
    place = {"source": "1.0.tar.gz", "version": "v", "member": "jobs", "line_number": 3, "reason": "bad id"}
    fill(QUARANTINE, [{**place, "raw": b"x\ty\xff"}])
    [row] = json.loads(grt("quarantine", "--json").output)
    assert (row["line_number"], row["reason"], row["raw"]) == (3, "bad id", "x\ty\\xff")
    fill(QUARANTINE, [{**place, "raw": b"long" * 16_384}])
    assert 70 < grt("quarantine").output.count("long") <= 75
    assert json.loads(grt("quarantine", "--json").output)[0]["raw"] == "long" * 16_384
    assert "no row is in quarantine" in grt("quarantine", "--source", "other").output


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "parquet"])
def test_an_export_holds_every_row_in_every_format(home: Path, form: str) -> None:
    fill(JOBS, [job(1), job(2)])
    out = home / f"jobs.{form}"
    assert grt("export", "jobs", "--format", form, "--out", str(out)).exit_code == 0
    readers = {
        "csv": pl.read_csv,
        "tsv": lambda path: pl.read_csv(path, separator="\t"),
        "json": lambda path: pl.DataFrame(json.loads(path.read_text())),
        "parquet": pl.read_parquet,
    }
    frame = readers[form](out)
    assert frame["job_id"].to_list() == [1, 2]
    assert frame["tool_id"].to_list() == ["cat,1"] * 2
    assert frame.columns == [column.name for column in JOBS]


def test_an_export_of_nothing_still_has_its_header(home: Path) -> None:
    assert grt("export", "jobs").output.strip() == ",".join(column.name for column in JOBS)


def test_a_private_table_is_exported_only_when_somebody_says_so(home: Path) -> None:
    fill(PARAMS, [{"job_id": 1, "name": "secret", "value": "x"}])
    assert "private" in str(grt("export", "params").exception)
    assert "secret" in grt("export", "params", "--private").output


@pytest.mark.parametrize("arguments", [("export", "nope"), ("export", "jobs", "--out", "/no/such/folder/x.csv")])
def test_what_cannot_be_exported_is_told_in_a_sentence(home: Path, arguments: tuple[str, ...]) -> None:
    assert cli.run(["galaxy", *arguments]) == 2


def test_a_rebuild_must_be_told_of_what(home: Path) -> None:
    assert grt("rebuild").exit_code == 2


def test_a_rebuild_of_nothing_known_says_so(home: Path) -> None:
    assert cli.run(["galaxy", "rebuild", "--source", "nope.tar.gz"]) == 2
